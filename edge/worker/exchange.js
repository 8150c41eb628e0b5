// Texts on their way to the Wasm and back, at one place of its memory. What wasm-bindgen makes of a text is two allocations, an object and a decoder's call: docs/performance.md has
// what that costs.

import { exchangeAt, initSync } from "./glue/wayleave.js";
import module from "./index_bg.wasm";

let memory;
let bytes;
let start;
let room;
let written;

/** Begins, with a Wasm that has just been made. */
export function open() {
  const wasm = initSync({ module });
  memory = wasm.memory;
  makeRoom(USUAL_BYTES);
}

const USUAL_BYTES = 8192;

function makeRoom(count) {
  room = count;
  start = exchangeAt(count);
  bytes = new Uint8Array(memory.buffer);
}

/** Looks again where the memory is, if the Wasm has made it grow: what is written to where it was is lost, and the lines of an older request would be read instead. */
function follow() {
  if (bytes.length === 0) bytes = new Uint8Array(memory.buffer);
}

/** Forgets what was put there. */
export function clear() {
  written = 0;
}

/** Puts one more line there, and returns how long all of them are. */
export function put(line) {
  follow();
  const most = written + MOST_BYTES_OF_A_CHARACTER * line.length + 1;
  if (most > room) makeRoom(2 * most);
  let at = start + written;
  for (let index = 0; index < line.length; index++) {
    const code = line.charCodeAt(index);
    if (code > LAST_OF_ASCII) return putEncoded(line);
    bytes[at++] = code;
  }
  return end(at);
}

const MOST_BYTES_OF_A_CHARACTER = 3;
const LAST_OF_ASCII = 0x7f;

function putEncoded(line) {
  const at = start + written;
  return end(at + encoder.encodeInto(line, bytes.subarray(at, start + room)).written);
}

const encoder = new TextEncoder();

function end(at) {
  bytes[at] = LINE_FEED;
  written = at + 1 - start;
  return written;
}

const LINE_FEED = 0x0a;

/** What the Wasm has put there instead: as many bytes, to be copied before it is called again. */
export function take(length) {
  follow();
  return bytes.subarray(start, start + length);
}
