// The entry of the gateway: one call of the Wasm per request, with all that it looks at in one text.
//
// The wrappers of `worker` would build an object and two proxies for each request, and convert header by header: docs/performance.md has what that costs.

import { WorkerEntrypoint } from "cloudflare:workers";
import { clear, open, put, take } from "./exchange.js";
import { __wbg_reset_state as reset, answerAtOnce, fetch as handle, verifyAccessToken } from "./glue/wayleave.js";

open();

// The headers at which the decision looks, in the order of `request_view` in edge/src/platform/head.rs: those that count for every request, those at which nobody
// looks where one that only reads is answered at once, and those at which nobody looks where one only reads.
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
const FOR_ALL = 3;
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
function response(text, initOf) {
  const end = text.indexOf(ABSENT);
  return new Response(end + 1 === text.length ? null : text.slice(end + 1), initOf(text.slice(0, end)));
}

/** Its status and headers. */
function init(head) {
  const [status, ...lines] = head.split(SEPARATOR);
  const headers = new Headers();
  for (let at = 0; at < lines.length; at += 2) headers.append(lines[at], lines[at + 1]);
  return { status: Number(status), headers };
}

// What answers that are made at once begin with: a few texts, none of which is a secret. A response copies its headers.
const inits = new Map();

function remembered(head) {
  let known = inits.get(head);
  if (known === undefined) {
    known = init(head);
    if (inits.size >= MOST_INITS) inits.clear();
    inits.set(head, known);
  }
  return known;
}

const MOST_INITS = 64;

const finished = (outcome) => (typeof outcome === "string" ? response(outcome, init) : outcome);

export default {
  fetch(request, env, context) {
    return guarded(() => {
      const { headers, method } = request;
      const needed = method === "GET" || method === "HEAD" ? FOR_READING : HEADERS.length;
      const first = needed === FOR_READING && !headers.has("upgrade") ? FOR_ALL : needed;
      clear();
      put(method);
      put(request.url);
      let length = putHeaders(headers, 0, first);
      const answer = answerAtOnce(length, Date.now());
      if (answer > 0) return response(take(answer), remembered);
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
