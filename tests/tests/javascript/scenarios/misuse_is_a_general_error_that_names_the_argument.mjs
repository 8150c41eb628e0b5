import assert from "node:assert/strict";
import * as Wayleave from "wayleave";
import * as Node from "wayleave/express";
import { options, origin, refused } from "./support.mjs";

const response = () => new Headers();
const request = () => new Request("http://app.test/");
const wrong = (promise, message) => refused(promise, 1000, "invalid_argument", message);

// Before init.
const early = "init was not called, or it failed: call init(options) first";
for (const call of [
  () => Wayleave.createNewSession(response(), "alice"),
  () => Wayleave.getSession(request(), response(), true),
  () => Wayleave.refreshSession(request(), response()),
  () => Wayleave.getSessionData("handle"),
  () => Wayleave.updateSessionInfo("handle", {}),
  () => Wayleave.revokeAllSessionsForUser("alice"),
  () => Wayleave.getAllSessionHandlesForUser("alice"),
  () => Wayleave.revokeSessionUsingSessionHandle("handle"),
]) {
  await refused(call(), 1000, "not_initialised", early);
}

// What init is given.
const with_ = (more) => Wayleave.init({ ...options, ...more });
const durations = (name) => [`${name} is "soon", but must be `, { [name]: "soon" }];
await wrong(Wayleave.init(), "options must be an object; given was undefined");
await wrong(Wayleave.init(null), "options must be an object; given was null");
await wrong(Wayleave.init([]), "options must be an object; given was an array");
await wrong(Wayleave.init("text"), "options must be an object; given was a string");
await wrong(with_({ origin: undefined }), "origin.url is not set, but must be a URL scheme://host[:port] with http or https and no path");
await wrong(with_({ origin: "http://x" }), "origin must be an object; given was a string");
await wrong(with_({ origin: { ...origin, url: 3 } }), "origin.url must be a string; given was a number");
await wrong(with_({ origin: { ...origin, url: "http://x/path" } }), 'origin.url is "http://x/path", but must be a URL scheme://host[:port] with http or https and no path');
await wrong(with_({ origin: { url: origin.url } }), "origin.serviceKey is not set, but must be one of the origin's service keys, at least 32 characters of visible ASCII without commas");
await wrong(
  with_({ origin: { ...origin, serviceKey: "my secret" } }),
  "origin.serviceKey is \"(hidden, 9 bytes)\", but must be one of the origin's service keys, at least 32 characters of visible ASCII without commas",
);
await wrong(with_({ issuer: undefined }), "issuer is not set, but must be the issuer that the origin writes into its tokens");
await wrong(with_({ antiCsrf: "on" }), "antiCsrf must be true or false; given was a string");
await wrong(with_({ expiredStatus: 200 }), 'expiredStatus is "200", but must be 401 or 440');
await wrong(with_({ revocation: "maybe" }), 'revocation is "maybe", but must be feed, off or strict');
await wrong(with_({ allowedOrigins: "https://a.test" }), "allowedOrigins must be an array of strings without commas; given was a string");
await wrong(with_({ cookies: { access: "a b" } }), 'cookies.access is "a b", but must be a cookie\'s name of up to 64 characters, unlike the other two');
await wrong(with_({ log: true }), "log must be a function; given was a boolean");
await wrong(with_({ cookies: { acces: "a" } }), "cookies.acces is not an option: known are access, refresh, marker");
for (const name of ["maxStaleness", "maxAccessTokenValidity"]) {
  const [beginning, more] = durations(name);
  const error = await wrong(with_(more));
  assert.ok(error.message.startsWith(beginning), error.message);
}
const unknown = await wrong(with_({ mysql: { password: "secret" } }));
assert.match(unknown.message, /^mysql is not an option: known are origin, issuer, /);
assert.ok(!unknown.message.includes("secret"));

// A failed init is none; after a good one there is no other.
await refused(Wayleave.getSessionData("handle"), 1000, "not_initialised", early);
await Wayleave.init(options);
await refused(Wayleave.init(options), 1000, "already_initialised", "init was called before: call it once, where the program starts");
await refused(Node.init(options), 1000, "already_initialised");

// What the functions are given.
const csrf = "enableCsrfProtection must be true or false; given was ";
await wrong(Wayleave.getSession(request(), response()), `${csrf}undefined`);
await wrong(Wayleave.getSession(request(), response(), "true"), `${csrf}a string`);
await wrong(Wayleave.getSession(request(), response(), 1), `${csrf}a number`);
await wrong(Node.getSession({ method: "GET", headers: {} }, { getHeader() {}, setHeader() {} }), `${csrf}undefined`);
const req = "req must be a Request, or an object with method and headers: Headers; given was ";
const res = "res must be Headers, a Response, or an object with headers: Headers; given was ";
for (const [given, kind] of [[undefined, "undefined"], [null, "null"], [{}, "an object"], ["r", "a string"], [{ method: "GET", headers: {} }, "an object"]]) {
  await wrong(Wayleave.getSession(given, response(), true), req + kind);
  await wrong(Wayleave.refreshSession(given, response()), req + kind);
  await wrong(Wayleave.getSession(request(), given, true), res + kind);
  await wrong(Wayleave.createNewSession(given, "alice"), res + kind);
  await wrong(Wayleave.setRelevantHeadersForOptionsAPI(given), res + kind);
}
await wrong(Node.getSession(request(), response(), true), "req must be a request of node:http, Express, Connect or Fastify; given was an object");
await wrong(Node.createNewSession(response(), "alice"), "res must be a response of node:http, Express or Connect, or a reply of Fastify; given was an object");
const user = "userId must be a string of 1 to 255 bytes of UTF-8 or a safe integer";
for (const [given, kind] of [[undefined, "undefined"], [null, "null"], [true, "a boolean"], [{}, "an object"], [1.5, "a number"], [NaN, "a number"], [2 ** 53, "a number"], ["", "a string"], ["\ud800", "a string"]]) {
  for (const call of [() => Wayleave.createNewSession(response(), given), () => Wayleave.revokeAllSessionsForUser(given), () => Wayleave.getAllSessionHandlesForUser(given)]) {
    await wrong(call(), `${user}; given was ${kind}`);
  }
}
await refused(Wayleave.createNewSession(response(), "é".repeat(128)), 1000, "invalid_argument", user);
await wrong(Wayleave.getSessionData(1), "sessionHandle must be a string; given was a number");
await wrong(Wayleave.revokeSessionUsingSessionHandle(), "sessionHandle must be a string; given was undefined");
await wrong(Wayleave.updateSessionData("handle"), "data must be a JSON value (null is one); given was undefined");
await wrong(Wayleave.createNewSession(response(), "alice", () => 1), "jwtPayload must be a JSON value; given was a function");
await wrong(Wayleave.createNewSession(response(), "alice", 1, Symbol("s")), "sessionData must be a JSON value; given was a symbol");
await wrong(Wayleave.createNewSession(response(), "alice", 1, 1, { client: "Firefox" }), "client must be an object {name?: string, address?: string}; given was a string");
await refused(Wayleave.createNewSession(response(), "alice", 1, 1, { client: { address: "home" } }), 1000, "invalid_argument", "client must be an object {name?: string, address?: string}, with an IP address as address");
await wrong(Wayleave.verifyAccessToken(1, {}, { issuer: "x" }), "token must be a string; given was a number");
await wrong(Wayleave.verifyAccessToken("a.b.c", {}, { issuer: "x" }), "keySet must be a JSON Web Key Set; given was an object");
await wrong(Wayleave.verifyAccessToken("a.b.c", { keys: [] }, {}), "policy.issuer must be a string; given was undefined");
await wrong(Wayleave.verifyAccessToken("a.b.c", { keys: [] }, { issuer: "x", now: -1 }), "policy.now must be an integer of seconds, not negative; given was a number");

// isErrorFromAuth takes anything.
const throwing = new Proxy({}, { get() { throw new Error("no"); } });
for (const foreign of [undefined, null, 0, "", "error", 1n, Symbol("s"), {}, [], new Error("x"), { errType: 1000 }, { errMagic: 1, errType: 2000 }, () => 1, throwing]) {
  assert.equal(Wayleave.Error.isErrorFromAuth(foreign), false);
}
assert.equal(Wayleave.Error.isErrorFromAuth(unknown), true);
assert.equal(Node.Error.isErrorFromAuth(unknown), true);
assert.ok(unknown instanceof Wayleave.Error && unknown instanceof Error && unknown.name === "WayleaveError");
assert.deepEqual([Wayleave.Error.GENERAL_ERROR, Wayleave.Error.UNAUTHORISED, Wayleave.Error.TRY_REFRESH_TOKEN, Wayleave.Error.UNAUTHORISED_AND_TOKEN_THEFT_DETECTED], [1000, 2000, 3000, 4000]);
