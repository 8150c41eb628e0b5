import assert from "node:assert/strict";
import { Browser, cleared, until } from "./support.mjs";
import { serve } from "./workerd.mjs";

const { ORIGIN_URL, SERVICE_KEY, ISSUER } = process.env;
const source = `import * as Wayleave from "wayleave/workers";
const begun = Wayleave.init().catch((error) => error);
export default {
  async fetch(request) {
    const headers = new Headers();
    try {
      const failed = await begun;
      if (failed !== undefined) throw failed;
      const { pathname } = new URL(request.url);
      const session = await (pathname === "/login" ? Wayleave.createNewSession(headers, "alice", { role: "admin" })
        : pathname === "/refresh" ? Wayleave.refreshSession(request, headers)
        : Wayleave.getSession(request, headers, true));
      if (pathname === "/logout") await session.revokeSession();
      return Response.json({ userId: session.getUserId(), jwtPayload: session.getJWTPayload() }, { headers });
    } catch (error) {
      return Response.json({ errType: error.errType, message: error.message }, { status: error.status ?? 500, headers });
    }
  },
};`;

const page = new Browser();
async function ask(worker, path, browser = page) {
  const { headers } = browser.request();
  const response = await fetch(worker.url + path, { method: "POST", headers });
  browser.take(response.headers);
  return { status: response.status, body: await response.json(), headers: response.headers };
}

const worker = await serve(source, { ORIGIN_URL, SERVICE_KEY, ISSUER, MAX_STALENESS: "500ms" });
try {
  const alice = { userId: "alice", jwtPayload: { role: "admin" } };
  assert.deepEqual((await ask(worker, "/login")).body, alice);
  // Several requests at once share what one of them fetches.
  for (const { body } of await Promise.all(Array.from({ length: 20 }, () => ask(worker, "/me")))) assert.deepEqual(body, alice);
  assert.equal((await ask(worker, "/refresh")).status, 200);
  assert.deepEqual((await ask(worker, "/me")).body, alice);

  // What was ended elsewhere comes with the feed, which is pulled after the answer.
  const asleep = new Browser();
  await ask(worker, "/login", asleep);
  const ended = await fetch(`${ORIGIN_URL}/v1/users/alice/sessions`, { method: "DELETE", headers: { authorization: `Bearer ${SERVICE_KEY}` } });
  assert.equal(ended.status, 200);
  let answer;
  await until("the feed tells of it", async () => (answer = await ask(worker, "/me", asleep)).status === 401);
  assert.equal(answer.body.errType, 2000);
  cleared(answer.headers);

  await ask(worker, "/login");
  cleared((await ask(worker, "/logout")).headers);
} finally {
  worker.stop();
}

// A variable that is wrong is named as the option is.
const wrong = await serve(source, { ORIGIN_URL, SERVICE_KEY: "short", ISSUER });
try {
  const { status, body } = await ask(wrong, "/me");
  assert.equal(status, 500);
  assert.match(body.message, /^origin\.serviceKey is "\(hidden, 5 bytes\)", but must be /);
} finally {
  wrong.stop();
}
