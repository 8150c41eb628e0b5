// The entry of the gateway: one call of the Wasm per request, with all that it looks at in one text.
//
// The wrappers of `worker` would build an object and two proxies for each request, and convert header by header: docs/performance.md has what that costs.

import { WorkerEntrypoint } from "cloudflare:workers";
import { __wbg_reset_state as reset, answerAtOnce, fetch as handle, initSync, verifyAccessToken } from "./glue/wayleave.js";
import module from "./index_bg.wasm";

initSync({ module });

// The headers at which the decision looks, in the order of `request_view` in edge/src/platform/head.rs: first those that count for requests other than GET and HEAD.
const HEADERS = [
  "access-control-request-method",
  "anti-csrf",
  "content-length",
  "content-type",
  "if-match",
  "authorization",
  "cookie",
  "origin",
  "sec-fetch-site",
  "st-auth-mode",
  "upgrade",
];
const FOR_WRITES = 5;

// A header cannot hold either of them (Fetch standard, section 2.2).
const SEPARATOR = "\n";
const ABSENT = "\0";

let isBroken = false;

/** Calls the Wasm. After a trap its memory is not to be trusted, and the next call begins with a new one. */
function guarded(call) {
  if (isBroken) {
    reset();
    isBroken = false;
  }
  try {
    return call();
  } catch (error) {
    isBroken = error instanceof WebAssembly.RuntimeError;
    throw error;
  }
}

function head(request) {
  const { headers, method } = request;
  // Nobody looks at the others then.
  const isReading = method === "GET" || method === "HEAD";
  let text = method + SEPARATOR + request.url;
  for (let at = 0; at < HEADERS.length; at++) {
    text += SEPARATOR + ((isReading && at < FOR_WRITES ? null : headers.get(HEADERS[at])) ?? ABSENT);
  }
  return text;
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
      const text = head(request);
      const answer = answerAtOnce(text, Date.now());
      if (answer !== undefined) return response(answer, remembered);
      const outcome = handle(request, env, context, text);
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
