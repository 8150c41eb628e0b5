// Calls the package wrongly, and tells what it says: [what was done, isErrorFromAuth, errType, message, what the message has to name].

import * as SuperTokens from "wayleave/express";

const { ORIGIN_URL: url, SERVICE_KEY: serviceKey } = process.env;
const good = { origin: { url, serviceKey }, issuer: "https://wayleave.test" };
const req = { method: "GET", headers: {}, url: "/" };
const res = { getHeader: () => undefined, setHeader: refuse, req };
const told = [];

function refuse(name) {
  throw new Error(`${name} was put on the response`);
}

async function attempt(what, named, act) {
  try {
    await act();
    told.push([what, false, 0, "nothing was wrong", named]);
  } catch (error) {
    told.push([what, SuperTokens.Error.isErrorFromAuth(error), error.errType ?? 0, String(error.message), named]);
  }
}

await attempt("getSession before init", "init", () => SuperTokens.getSession(req, res, false));
await attempt("createNewSession before init", "init", () => SuperTokens.createNewSession(res, "a"));
await attempt("init without options", "options", () => SuperTokens.init());
await attempt("init with the old options", "mysql", () => SuperTokens.init({ mysql: {} }));
await attempt("init without a key", "serviceKey", () => SuperTokens.init({ ...good, origin: { url } }));
await attempt("init with a number for a URL", "origin.url", () => SuperTokens.init({ ...good, origin: { url: 8788, serviceKey } }));
await attempt("init with what is no URL", "origin.url", () => SuperTokens.init({ ...good, origin: { url: "here", serviceKey } }));
await attempt("init without an issuer", "issuer", () => SuperTokens.init({ origin: good.origin }));

await SuperTokens.init(good);

await attempt("init twice", "init", () => SuperTokens.init(good));
for (const flag of [undefined, null, "true", 1]) {
  await attempt(`enableCsrfProtection ${flag}`, "enableCsrfProtection", () => SuperTokens.getSession(req, res, flag));
}
await attempt("getSession without a request", "req", () => SuperTokens.getSession(undefined, res, true));
await attempt("getSession without a response", "res", () => SuperTokens.getSession(req, undefined, true));
for (const userId of [undefined, "", 1.5, true, {}]) {
  await attempt(`the user id ${userId}`, "userId", () => SuperTokens.createNewSession(res, userId));
}
await attempt("a payload that JSON has no word for", "jwtPayload", () => SuperTokens.createNewSession(res, "a", 1n));
await attempt("a handle that is no text", "sessionHandle", () => SuperTokens.getSessionData(7));

for (const foreign of [new Error("mine"), { errType: 2000 }, null, undefined, "text", 2000]) {
  if (SuperTokens.Error.isErrorFromAuth(foreign)) told.push(["a foreign error", true, 0, String(foreign), "nobody's"]);
}

console.log(JSON.stringify(told));
