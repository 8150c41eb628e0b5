// The same question to the npm package of this repository.

import { env } from "cloudflare:workers";
import { getSession, init } from "wayleave/workers";

const { PADDING: padding } = env;
const begun = init();

export default {
  async fetch(request) {
    await begun;
    const headers = new Headers({ "content-type": "application/json" });
    try {
      const session = await getSession(request, headers, false);
      return new Response(JSON.stringify({ userId: session.getUserId(), padding }), { headers });
    } catch (error) {
      return new Response(null, { status: error.status ?? 500, headers });
    }
  },
};
