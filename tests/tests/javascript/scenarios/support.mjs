// What the scenarios share.

import assert from "node:assert/strict";

/** The origin of this scenario. */
export const origin = { url: process.env.ORIGIN_URL, serviceKey: process.env.SERVICE_KEY };

/** The options of an app on it. */
export const options = { origin, issuer: process.env.ISSUER };

/** The requests that went to the origin, but for keys and revocations; and options that count them. */
export function counting() {
  const calls = [];
  const ask = (url, init) => {
    const path = new URL(url).pathname;
    if (!["/.well-known/jwks.json", "/v1/revocations"].includes(path)) calls.push(`${init.method} ${path}`);
    return fetch(url, init);
  };
  return { calls, options: { ...options, origin: { ...origin, fetch: ask } } };
}

/** A browser as far as headers go. */
export class Browser {
  cookies = new Map();
  antiCsrf;

  /** Takes in what a response tells. */
  take(headers) {
    for (const line of headers.getSetCookie()) {
      const [pair, ...attributes] = line.split("; ");
      const [name, value] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
      if (attributes.includes("Expires=Thu, 01 Jan 1970 00:00:00 GMT")) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    this.antiCsrf = headers.get("anti-csrf") ?? this.antiCsrf;
    return this;
  }

  /** The same browser as it is now. */
  double() {
    const double = new Browser();
    double.cookies = new Map(this.cookies);
    double.antiCsrf = this.antiCsrf;
    return double;
  }

  request(more = {}) {
    const headers = new Headers(more);
    const cookies = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    if (cookies !== "" && !headers.has("cookie")) headers.set("cookie", cookies);
    if (this.antiCsrf !== undefined && !headers.has("anti-csrf")) headers.set("anti-csrf", this.antiCsrf);
    return new Request("http://app.test/api", { method: "POST", headers });
  }
}

/** That a promise is rejected with an error of this package, of this type and code. */
export async function refused(promise, errType, code, message) {
  const error = await promise.then(
    (value) => assert.fail(`not refused, but ${JSON.stringify(value)}`),
    (error) => error,
  );
  assert.equal(error.errType, errType, error.stack);
  assert.equal(error.code, code, error.stack);
  assert.ok(error instanceof Error);
  assert.ok(!error.message.includes(origin.serviceKey), "a secret is told");
  if (message !== undefined) assert.equal(error.message, message);
  return error;
}

/** That a response tells nothing. */
export function untouched(headers) {
  assert.deepEqual([...headers], []);
}

/** That a response ends the browser's session. */
export function cleared(headers) {
  const lines = headers.getSetCookie();
  assert.deepEqual(lines.map((line) => line.split("=")[0]), ["sAccessToken", "sRefreshToken", "sIdRefreshToken"]);
  for (const line of lines) assert.match(line, /^\w+=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; /);
  assert.equal(headers.get("front-token"), "remove");
  assert.equal(headers.get("id-refresh-token"), "remove");
  assert.equal(headers.get("cache-control"), "no-store");
}

/** Waits until something is so. */
export async function until(what, holds) {
  for (let tries = 0; tries < 600; tries++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never: ${what}`);
}
