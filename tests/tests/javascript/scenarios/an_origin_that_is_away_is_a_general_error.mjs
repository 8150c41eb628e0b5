import assert from "node:assert/strict";
import * as Wayleave from "wayleave";
import { Browser, options, origin, refused, untouched } from "./support.mjs";

// The connection can be cut: first it is, then it is not, then it is again.
let cut = true;
const lines = [];
const ask = (url, init) => fetch(cut ? url.replace(origin.url, "http://127.0.0.1:1") : url, init);
await Wayleave.init({ ...options, origin: { ...origin, fetch: ask }, revocation: "off", log: (level, line) => lines.push([level, line]) });

const away = (promise) => refused(promise, 1000, "unavailable");
let response = new Headers();
const error = await away(Wayleave.createNewSession(response, "alice"));
assert.equal(error.status, 503);
untouched(response);
assert.ok(lines.some(([level, line]) => level === "error" && line["origin.call"] === "create session"), JSON.stringify(lines));
assert.ok(!JSON.stringify(lines).includes(origin.serviceKey));

cut = false;
response = new Headers();
const session = await Wayleave.createNewSession(response, "alice", null, { kept: true });
const page = new Browser().take(response);

// Without any key nothing can be verified.
cut = true;
response = new Headers();
await away(Wayleave.getSession(page.request(), response, true));
untouched(response);

cut = false;
for (let tries = 0; ; tries++) {
  const proved = await Wayleave.getSession(page.request(), new Headers(), true).catch((error) => error);
  if (proved instanceof Wayleave.Session) break;
  assert.ok(tries < 200, String(proved));
  await new Promise((resolve) => setTimeout(resolve, 50));
}

// With the keys in memory it goes on; what needs the origin does not, and touches nothing.
cut = true;
response = new Headers();
const proved = await Wayleave.getSession(page.request(), response, true);
for (const call of [
  () => proved.getSessionData(),
  () => proved.updateSessionData({}),
  () => proved.updateJWTPayload({}),
  () => proved.revokeSession(),
  () => Wayleave.refreshSession(page.request(), response),
  () => Wayleave.createNewSession(response, "alice"),
  () => Wayleave.revokeSessionUsingSessionHandle(session.getHandle()),
  () => Wayleave.revokeAllSessionsForUser("alice"),
  () => Wayleave.getAllSessionHandlesForUser("alice"),
  () => Wayleave.getSessionData(session.getHandle()),
  () => Wayleave.updateSessionData(session.getHandle(), {}),
]) {
  await away(call());
}
untouched(response);

cut = false;
assert.deepEqual(await proved.getSessionData(), { kept: true });

// A function of the options that throws harms nobody.
