import assert from "node:assert/strict";
import * as Wayleave from "wayleave";
import { Browser, options, refused } from "./support.mjs";

await Wayleave.init(options);

const values = [
  undefined, null, false, true, 0, 1, -1, 1.5, 1e300, Number.MAX_SAFE_INTEGER, "", "a", "é", "😀", "\u0000", '"\\', [], {}, [null], [[]], { a: undefined },
  { a: { b: [1, "2", { c: null }] } }, { "": "" }, { é: "日本" }, ["a", 1, true, null, {}],
];
for (const value of values) {
  const page = new Browser();
  const response = new Headers();
  const created = await Wayleave.createNewSession(response, "alice", value, value);
  const proved = await Wayleave.getSession(page.take(response).request(), new Headers(), true);
  const expected = value === undefined ? undefined : JSON.parse(JSON.stringify(value));
  for (const session of [created, proved]) {
    assert.deepEqual(session.getJWTPayload(), expected);
    assert.deepEqual(await session.getSessionData(), expected);
  }
  if (value === undefined) continue;
  await proved.updateSessionData([value]);
  assert.deepEqual(await proved.getSessionData(), [expected]);
}

// An own member of this name is a member like any other.
const odd = JSON.parse('{"__proto__": 1}');
assert.equal(JSON.stringify((await Wayleave.createNewSession(new Headers(), "alice", odd)).getJWTPayload()), '{"__proto__":1}');

const users = ["alice", "Alice", "alice ", " alice", "1", 1, -1, 0, Number.MAX_SAFE_INTEGER, "é", "😀", '"', "a/b?c#d%20", "x".repeat(255)];
for (const userId of users) {
  const response = new Headers();
  const page = new Browser();
  await Wayleave.createNewSession(response, userId);
  const proved = await Wayleave.getSession(page.take(response).request(), new Headers(), true);
  assert.equal(proved.getUserId(), userId);
}
await Wayleave.revokeAllSessionsForUser("1");
assert.equal((await Wayleave.getAllSessionHandlesForUser(1)).length, 1);
assert.equal((await Wayleave.getAllSessionHandlesForUser("1")).length, 0);
for (const userId of users) {
  if (userId === "1") continue;
  assert.ok((await Wayleave.getAllSessionHandlesForUser(userId)).length > 0, `${userId}`);
}

// What JSON would change is refused, and what does not fit.
const circle = {};
circle.circle = circle;
for (const [value, because] of [
  [NaN, "a number in it is not finite"],
  [{ a: [Infinity] }, "a number in it is not finite"],
  [[undefined], "an array in it has a place without a value"],
  [[() => 1], "an array in it has a place without a value"],
  [1n, "JSON cannot express it"],
  [circle, "JSON cannot express it"],
]) {
  await refused(Wayleave.createNewSession(new Headers(), "alice", value), 1000, "invalid_argument", `jwtPayload must be a JSON value: ${because}`);
  await refused(Wayleave.updateSessionData("handle", value), 1000, "invalid_argument", `data must be a JSON value: ${because}`);
}
const response = new Headers();
await refused(Wayleave.createNewSession(response, "alice", "x".repeat(5000)), 1000, "access_token_too_large");
assert.deepEqual([...response], []);
const session = await Wayleave.createNewSession(new Headers(), "alice");
const large = await refused(session.updateSessionData("x".repeat(1024 * 1024 + 2000)), 1000, "body_too_large");
assert.equal(large.status, 500);
