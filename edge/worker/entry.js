// The entry of the gateway: one call of the Wasm per request, with all that it looks at in one text.
//
// The wrappers of `worker` would build an object and two proxies for each request, and convert header by header: docs/performance.md has what that costs.

import { WorkerEntrypoint } from "cloudflare:workers";
import { clear, open, put, take } from "./exchange.js";
import { __wbg_reset_state as reset, answerAtOnce, fetch as handle, knownHead, verifyAccessToken } from "./glue/wayleave.js";

open();

// The headers at which the decision looks, in the order of `request_view` in edge/src/platform/head.rs: those that count for every request, the first two of them everywhere and `origin`
// only where `ALLOWED_ORIGINS` lists any; those at which nobody looks where one that only reads is answered at once; and those at which nobody looks where one only reads.
const HEADERS = [
  "authorization",
  "cookie",
  "origin",
  "upgrade",
  "sec-fetch-site",
  "st-auth-mode",
  "access-control-request-method",
  "anti-csrf",
  "content-length",
  "content-type",
  "if-match",
];
const FOR_ALL = 2;
const FOR_ALL_WITH_ORIGINS = 3;
const FOR_READING = 6;

// A header cannot hold either of them (Fetch standard, section 2.2).
const SEPARATOR = "\n";
const ABSENT = "\0";

let isBroken = false;

/** Calls the Wasm. After a trap its memory is not to be trusted, and the next call begins with a new one. */
function guarded(call) {
  if (isBroken) {
    reset();
    open();
    heads.length = 0;
    isBroken = false;
  }
  try {
    return call();
  } catch (error) {
    isBroken = error instanceof WebAssembly.RuntimeError;
    throw error;
  }
}

/** Puts some of the headers into the exchange, and returns how long everything there is. */
function putHeaders(headers, from, to) {
  let length;
  for (let at = from; at < to; at++) length = put(headers.get(HEADERS[at]) ?? ABSENT);
  return length;
}

/** An answer of our own. */
function response(text) {
  const end = text.indexOf(ABSENT);
  return new Response(end + 1 === text.length ? null : text.slice(end + 1), init(text.slice(0, end)));
}

/** Its status and headers. */
function init(head) {
  const [status, ...lines] = head.split(SEPARATOR);
  const headers = new Headers();
  for (let at = 0; at < lines.length; at += 2) headers.append(lines[at], lines[at + 1]);
  return { status: Number(status), headers };
}

/** An answer that was made at once: how long its body is, and the number of what comes before it. */
function responseAtOnce(answer) {
  const number = answer >>> BITS_OF_LENGTH;
  const length = answer & ((1 << BITS_OF_LENGTH) - 1);
  // Before the body is taken, for it calls the Wasm.
  const head = (heads[number] ??= new Response(null, init(knownHead(number))));
  // The platform copies the bytes, as it must (Fetch standard, section 5.2).
  return new Response(length > 0 ? take(length) : null, head);
}

// As edge/src/platform/event.rs has it.
const BITS_OF_LENGTH = 24;

// By their numbers, as responses without a body: the platform copies status and headers of one for less than it reads them from an object.
const heads = [];

const finished = (outcome) => (typeof outcome === "string" ? response(outcome) : outcome);

export default {
  fetch(request, env, context) {
    return guarded(() => {
      const { headers, method } = request;
      const onlyReads = method === "GET" || method === "HEAD";
      const needed = onlyReads ? FOR_READING : HEADERS.length;
      const forAll = env.ALLOWED_ORIGINS ? FOR_ALL_WITH_ORIGINS : FOR_ALL;
      const first = onlyReads ? forAll : needed;
      clear();
      put(method);
      put(request.url);
      let length = putHeaders(headers, 0, first);
      const answer = answerAtOnce(length, !onlyReads, Date.now());
      if (answer > 0) return responseAtOnce(answer);
      if (first < needed) length = putHeaders(headers, first, needed);
      const outcome = handle(request, env, context, length);
      return outcome instanceof Promise ? outcome.then(finished) : finished(outcome);
    });
  },
};

/** What a worker of the same account can call that is bound to this one. */
export class Verifier extends WorkerEntrypoint {
  verifyAccessToken(...given) {
    return guarded(() => verifyAccessToken(...given));
  }
}
