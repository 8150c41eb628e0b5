import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import * as Wayleave from "wayleave";
import * as Node from "wayleave/express";
import { Browser, cleared, options, refused } from "./support.mjs";

// One set of classes and one init, however it is loaded.
const require = createRequire(import.meta.url);
const [required, requiredNode] = [require("wayleave"), require("wayleave/express")];
for (const other of [required, requiredNode, Node]) {
  assert.equal(other.Session, Wayleave.Session);
  assert.equal(other.Error, Wayleave.Error);
}
assert.deepEqual(Object.keys(Wayleave), Object.keys(required).sort());
void requiredNode.init(options);
await refused(Wayleave.init(options), 1000, "already_initialised");

// Not awaited, as the documented example has it.
const server = createServer(async (req, res) => {
  try {
    const { pathname } = new URL(req.url, "http://app.test");
    if (pathname === "/login") {
      res.setHeader("Set-Cookie", "theme=dark");
      await Node.createNewSession(res, 7, { role: "admin" });
    } else if (pathname === "/refresh") await Node.refreshSession(req, res);
    else if (pathname === "/preflight") void Node.setRelevantHeadersForOptionsAPI(res);
    else {
      const session = await Node.getSession(req, res, true);
      if (pathname === "/logout") await session.revokeSession();
      if (pathname === "/late") {
        res.end("sent");
        await refused(Node.createNewSession(res, 8), 1000, "response_sent", "res cannot be changed: it has been sent already");
        await refused(session.revokeSession(), 1000, "response_sent");
        return;
      }
      res.write(JSON.stringify(session.getUserId()));
    }
    res.end();
  } catch (error) {
    if (!res.headersSent) res.statusCode = error.status ?? 500;
    res.end(String(error.errType ?? error.stack));
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const page = new Browser();
async function ask(path, more) {
  const { headers } = page.request(more);
  const response = await fetch(`http://127.0.0.1:${server.address().port}${path}`, { method: "POST", headers });
  page.take(response.headers);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const answer = await ask("/login");
assert.deepEqual(answer.headers.getSetCookie().map((line) => line.split("=")[0]), ["theme", "sAccessToken", "sRefreshToken", "sIdRefreshToken"]);
assert.deepEqual(await ask("/me").then(({ status, text }) => [status, text]), [200, "7"]);
assert.deepEqual(await ask("/me", { "anti-csrf": "wrong" }).then(({ status, text }) => [status, text]), [401, "3000"]);
assert.equal((await ask("/refresh")).status, 200);
assert.equal((await ask("/me")).status, 200);
assert.equal((await ask("/preflight")).headers.get("access-control-allow-credentials"), "true");

// A log-in with the cookies of a session ends that session: Node knows the request of a response.
await ask("/login");
assert.equal((await Node.getAllSessionHandlesForUser(7)).length, 1);
const before = page.double();
cleared((await ask("/logout")).headers);
assert.deepEqual(await Node.getAllSessionHandlesForUser(7), []);
const late = await fetch(`http://127.0.0.1:${server.address().port}/me`, { method: "POST", headers: before.request().headers });
assert.deepEqual([late.status, await late.text()], [401, "2000"]);
cleared(late.headers);

// After the response has gone nothing is made for nothing, and a session that is ended stays ended.
await ask("/login");
assert.deepEqual(await ask("/late").then(({ status, text }) => [status, text]), [200, "sent"]);
assert.deepEqual(await Node.getAllSessionHandlesForUser(8), []);
for (let tries = 0; (await Node.getAllSessionHandlesForUser(7)).length > 0; tries++) assert.ok(tries < 100, "it was ended");

// Two Authorization headers are nobody's, even if the first is good: Node keeps that one and says nothing.
const told = new Headers();
await Wayleave.createNewSession(told, 8, undefined, undefined, { request: { method: "POST", headers: new Headers({ "st-auth-mode": "header" }) } });
const good = `Bearer ${told.get("st-access-token")}`;
const sent = (...lines) => ({ method: "GET", headers: { authorization: lines[0] }, headersDistinct: { authorization: lines }, url: "/" });
const nowhere = { getHeader() {}, setHeader() {} };
assert.equal((await Node.getSession(sent(good), nowhere, true)).getUserId(), 8);
await refused(Node.getSession(sent(good, "Bearer other"), nowhere, true), 3000, "try_refresh_token");

// A reply of Fastify: it adds cookies to those that are there, and has its own words.
const held = new Map();
const reply = {
  raw: {},
  sent: false,
  getHeader: (name) => held.get(name),
  removeHeader: (name) => held.delete(name),
  header(name, value) {
    held.set(name, name === "set-cookie" && held.has(name) ? [held.get(name), value].flat() : value);
  },
};
held.set("set-cookie", "theme=dark");
await Node.createNewSession(reply, 9);
assert.equal(held.get("set-cookie").length, 4);
server.close();
