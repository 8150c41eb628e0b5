// A gateway with jose: verifies, says who it is, passes the request on.

import { verify } from "./jose-verify.mjs";

export default {
  async fetch(request, env) {
    const claims = await verify(request);
    if (claims === undefined) return new Response(null, { status: 401 });
    const passed = new Request(request);
    passed.headers.set("x-user-id", claims.sub);
    return env.UPSTREAM.fetch(passed);
  },
};
