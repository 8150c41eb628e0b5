// GET /SIDE?TIMES: verifies so often, and answers how many were good. The time is taken outside: inside it stands still.

import { env } from "cloudflare:workers";
import wasm from "../../target/wasm/bench/verifier_bg.wasm";
import { loops } from "./verifier.mjs";

let begun;

export default {
  async fetch(request) {
    begun ??= loops(JSON.parse(env.INPUT), wasm);
    const { pathname, search } = new URL(request.url);
    const run = (await begun)[pathname.slice(1)];
    return run === undefined ? new Response(null, { status: 404 }) : new Response(String(await run(Number(search.slice(1)))));
  },
};
