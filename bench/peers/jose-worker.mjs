// The same question to jose: whose session is it?

import { env } from "cloudflare:workers";
import { verify } from "./jose-verify.mjs";

const { PADDING: padding } = env;

export default {
  async fetch(request) {
    const claims = await verify(request);
    if (claims === undefined) return new Response(null, { status: 401 });
    return new Response(JSON.stringify({ userId: claims.sub, padding }), { headers: { "content-type": "application/json" } });
  },
};
