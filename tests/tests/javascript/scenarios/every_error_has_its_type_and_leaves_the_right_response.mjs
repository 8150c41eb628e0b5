import assert from "node:assert/strict";
import * as Wayleave from "wayleave";
import { Browser, cleared, options, refused, until, untouched } from "./support.mjs";

await Wayleave.init(options);

async function logIn(userId = "alice") {
  const response = new Headers();
  const session = await Wayleave.createNewSession(response, userId);
  return { page: new Browser().take(response), session };
}

// Nothing tells of a session: a log-in that runs beside it must not be destroyed.
const nobody = new Browser();
let response = new Headers();
await refused(Wayleave.getSession(nobody.request(), response, false), 2000, "unauthorised");
assert.deepEqual(response.getSetCookie(), []);
response = new Headers();
await refused(Wayleave.refreshSession(nobody.request(), response), 2000, "unauthorised");
assert.deepEqual(response.getSetCookie(), []);
assert.equal(response.get("front-token"), "remove");

// The access token does not do: cookies stay.
const { page } = await logIn();
for (const [request, csrf] of [
  [page.request({ cookie: `sIdRefreshToken=${page.cookies.get("sIdRefreshToken")}` }), false],
  [page.request({ cookie: "sAccessToken=a.b.c" }), false],
  [page.request({ cookie: `sAccessToken=${page.cookies.get("sAccessToken")}x` }), false],
  [page.request({ cookie: `sAccessToken=${page.cookies.get("sAccessToken")}; sAccessToken=a` }), false],
  [page.request({ "anti-csrf": "wrong" }), true],
]) {
  response = new Headers();
  const error = await refused(Wayleave.getSession(request, response, csrf), 3000, "try_refresh_token");
  assert.equal(error.status, 401);
  untouched(response);
}
const withoutToken = page.double();
withoutToken.antiCsrf = undefined;
await refused(Wayleave.getSession(withoutToken.request(), new Headers(), true), 3000, "try_refresh_token");
await Wayleave.getSession(withoutToken.request(), new Headers(), false);

// Ended elsewhere: noticed within the staleness of the feed, and at once where the database is asked.
const { page: asleep, session } = await logIn();
const held = new Headers();
const elsewhere = await Wayleave.getSession(asleep.request(), held, true);
const ended = await fetch(`${options.origin.url}/v1/sessions/${session.getHandle()}`, {
  method: "DELETE",
  headers: { authorization: `Bearer ${options.origin.serviceKey}` },
});
assert.equal(ended.status, 200);
await refused(elsewhere.getSessionData(), 2000, "unauthorised");
cleared(held);
const heldToo = new Headers();
await until("the feed tells of it", async () => {
  const answer = await Wayleave.getSession(asleep.request(), heldToo, true).catch((error) => error);
  return answer.errType === 2000;
});
cleared(heldToo);
response = new Headers();
await refused(Wayleave.refreshSession(asleep.request(), response), 2000, "unauthorised");
cleared(response);

// By handle no cookie is concerned.
await refused(Wayleave.getSessionData(session.getHandle()), 2000, "unauthorised");
await refused(Wayleave.updateSessionData(session.getHandle(), {}), 2000, "unauthorised");
await refused(Wayleave.getSessionData("no handle"), 2000, "unauthorised");

// Theft: S1, R1, S2 in use, R1 again.
const { page: victim, session: stolen } = await logIn(7);
const thief = victim.double();
const renewed = new Headers();
await Wayleave.refreshSession(victim.request(), renewed);
victim.take(renewed);
const again = new Headers();
await Wayleave.refreshSession(victim.request(), again);
victim.take(again);
response = new Headers();
const theft = await refused(Wayleave.refreshSession(thief.request(), response), 4000, "token_theft_detected");
assert.deepEqual(theft.err, { sessionHandle: stolen.getHandle(), userId: 7 });
assert.equal(JSON.stringify(theft).includes(stolen.getHandle()), false, "only who asks is told whose");
cleared(response);
response = new Headers();
await refused(Wayleave.refreshSession(victim.request(), response), 2000, "unauthorised");
cleared(response);

// Another site has no session here.
const { page: lured } = await logIn();
response = new Headers();
await refused(Wayleave.refreshSession(lured.request({ "sec-fetch-site": "cross-site", origin: "https://evil.test" }), response), 2000, "cross_site_request");
untouched(response);
