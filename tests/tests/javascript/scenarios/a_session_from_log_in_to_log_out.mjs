import assert from "node:assert/strict";
import * as Wayleave from "wayleave";
import { Browser, cleared, counting, untouched } from "./support.mjs";

const { calls, options } = counting();
await Wayleave.init(options);

const page = new Browser();
const created = new Headers();
const session = await Wayleave.createNewSession(created, "alice", { role: "admin" }, { likes: 0 }, { client: { name: "Firefox", address: "192.0.2.7" } });
page.take(created);
assert.equal(session.getUserId(), "alice");
assert.deepEqual(session.getJWTPayload(), { role: "admin" });
assert.match(session.getHandle(), /^[\w-]{22}$/);
assert.ok(session.getExpiresAt() > Date.now());
assert.equal(created.get("cache-control"), "no-store");
assert.deepEqual([...page.cookies.keys()], ["sAccessToken", "sRefreshToken", "sIdRefreshToken"]);
assert.deepEqual(calls.splice(0), ["POST /v1/sessions"]);

// Verified without a call, and without a word in the response.
for (const enableCsrfProtection of [true, false]) {
  const response = new Headers();
  const proved = await Wayleave.getSession(page.request(), response, enableCsrfProtection);
  assert.equal(proved.getUserId(), "alice");
  assert.deepEqual(proved.getJWTPayload(), { role: "admin" });
  assert.equal(proved.getHandle(), session.getHandle());
  untouched(response);
}
assert.deepEqual(calls.splice(0), []);

// One call each.
const handle = session.getHandle();
assert.deepEqual(await session.getSessionData(), { likes: 0 });
await session.updateSessionData({ likes: 1 });
assert.deepEqual(await session.getSessionInfo(), { likes: 1 });
await session.updateSessionInfo({ likes: 2 });
assert.deepEqual(await Wayleave.getSessionData(handle), { likes: 2 });
await Wayleave.updateSessionData(handle, { likes: 3 });
assert.deepEqual(await Wayleave.getSessionInfo(handle), { likes: 3 });
await Wayleave.updateSessionInfo(handle, { likes: 4 });
assert.deepEqual(await session.getSessionData(), { likes: 4 });
const data = `/v1/sessions/${handle}/data`;
assert.deepEqual(calls.splice(0), [`GET ${data}`, `PUT ${data}`, `GET ${data}`, `PUT ${data}`, `GET ${data}`, `PUT ${data}`, `GET ${data}`, `PUT ${data}`, `GET ${data}`]);

// A new payload is in the browser's next request.
const changed = new Headers();
const changing = await Wayleave.getSession(page.request(), changed, true);
await changing.updateJWTPayload({ role: "guest" });
assert.deepEqual(changing.getJWTPayload(), { role: "guest" });
page.take(changed);
assert.deepEqual((await Wayleave.getSession(page.request(), new Headers(), true)).getJWTPayload(), { role: "guest" });
await changing.updateJWTPayload(undefined);
assert.equal(changing.getJWTPayload(), undefined);

// A refresh keeps the session and changes its tokens.
const before = page.cookies.get("sAccessToken");
const renewed = new Headers();
const refreshed = await Wayleave.refreshSession(page.request(), renewed);
page.take(renewed);
assert.equal(refreshed.getHandle(), handle);
assert.notEqual(page.cookies.get("sAccessToken"), before);
await Wayleave.getSession(page.request(), new Headers(), true);

// Sessions by user.
const other = await Wayleave.createNewSession(new Headers(), "alice");
await Wayleave.createNewSession(new Headers(), "Alice");
assert.deepEqual(await Wayleave.getAllSessionHandlesForUser("alice"), [handle, other.getHandle()].sort());
assert.equal(await Wayleave.revokeSessionUsingSessionHandle(other.getHandle()), true);
assert.equal(await Wayleave.revokeSessionUsingSessionHandle(other.getHandle()), false);
assert.equal(await Wayleave.revokeSessionUsingSessionHandle("no handle"), false);

// The end: this program refuses its tokens at once.
const ended = new Headers();
await (await Wayleave.getSession(page.request(), ended, true)).revokeSession();
cleared(ended);
const late = new Headers();
await assert.rejects(Wayleave.getSession(page.request(), late, true), { errType: 2000 });
cleared(late);

assert.equal((await Wayleave.getAllSessionHandlesForUser("Alice")).length, 1);
await Wayleave.revokeAllSessionsForUser("Alice");
assert.deepEqual(await Wayleave.getAllSessionHandlesForUser("Alice"), []);
