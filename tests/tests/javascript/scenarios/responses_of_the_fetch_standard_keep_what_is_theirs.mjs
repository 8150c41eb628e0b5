import assert from "node:assert/strict";
import * as Wayleave from "wayleave";
import { Browser, options, refused } from "./support.mjs";

await Wayleave.init(options);

// Headers, a Response, and anything that has headers.
for (const [res, headers] of [
  ((headers) => [headers, headers])(new Headers()),
  ((response) => [response, response.headers])(new Response("x")),
  ((headers) => [{ headers }, headers])(new Headers()),
]) {
  headers.append("set-cookie", "theme=dark; Path=/");
  headers.set("cache-control", "public");
  await Wayleave.createNewSession(res, "alice");
  assert.deepEqual(headers.getSetCookie().map((line) => line.split("=")[0]), ["theme", "sAccessToken", "sRefreshToken", "sIdRefreshToken"]);
  assert.equal(headers.get("cache-control"), "no-store");
}

// A second log-in in one response takes the place of the first; an app's cookie of one of our names at another place stays.
const headers = new Headers();
headers.append("set-cookie", "sAccessToken=other; Path=/elsewhere");
await Wayleave.createNewSession(headers, "alice");
const bob = await Wayleave.createNewSession(headers, "bob");
assert.equal(headers.getSetCookie().length, 4);
const page = new Browser().take(headers);
assert.equal((await Wayleave.getSession(page.request(), new Headers(), true)).getHandle(), bob.getHandle());

// With its request, a log-in ends the session that it came with, and the client says how tokens travel.
const next = new Headers();
await Wayleave.createNewSession(next, "bob", undefined, undefined, { request: page.request() });
assert.equal((await Wayleave.getAllSessionHandlesForUser("bob")).length, 1);
const inHeaders = new Headers();
await Wayleave.createNewSession(inHeaders, "carol", { a: 1 }, undefined, { request: new Request("http://app.test/", { headers: { "st-auth-mode": "header" } }) });
assert.deepEqual(inHeaders.getSetCookie(), []);
const bearer = (token) => ({ method: "post", headers: new Headers({ authorization: `Bearer ${token}` }) });
const told = new Headers();
const carol = await Wayleave.getSession(bearer(inHeaders.get("st-access-token")), told, true);
assert.equal(carol.getUserId(), "carol");
await carol.updateJWTPayload({ a: 2 });
assert.deepEqual((await Wayleave.getSession(bearer(told.get("st-access-token")), new Headers(), true)).getJWTPayload(), { a: 2 });
const renewed = new Headers();
await Wayleave.refreshSession(bearer(inHeaders.get("st-refresh-token")), renewed);
assert.ok(renewed.get("st-access-token") && renewed.get("st-refresh-token"));

// Headers that cannot be changed are refused before a session is made for nothing.
const immutable = Response.redirect("http://app.test/");
const reason = "res cannot be changed: its headers are immutable: make a new Response of it first";
await refused(Wayleave.createNewSession(immutable, "dora"), 1000, "response_sent", reason);
await refused(Wayleave.refreshSession(page.request(), immutable), 1000, "response_sent", reason);
await refused(Wayleave.setRelevantHeadersForOptionsAPI(immutable), 1000, "response_sent", reason);
assert.deepEqual(await Wayleave.getAllSessionHandlesForUser("dora"), []);

// A pre-flight, at once and without repeating what is there.
const preflight = new Headers({ "access-control-allow-headers": "X-Own, Anti-CSRF" });
void Wayleave.setRelevantHeadersForOptionsAPI(preflight);
assert.equal(
  preflight.get("access-control-allow-headers"),
  "X-Own, Anti-CSRF, content-type, if-match, rid, fdi-version, st-auth-mode, authorization, supertokens-sdk-name, supertokens-sdk-version",
);
assert.equal(preflight.get("access-control-allow-credentials"), "true");
