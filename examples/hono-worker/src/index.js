// A worker with Hono that keeps users logged in by itself: no gateway in front, and no call to the origin where only the token is needed.
import { Hono } from "hono";
import { Error as AuthError, createNewSession, getSession, init, refreshSession } from "wayleave/workers";

// ORIGIN_URL, ISSUER and SERVICE_KEY come from the worker's variables and secrets.
init();

const app = new Hono();

app.post("/login", async (c) => {
  const body = await c.req.json().catch(() => undefined);
  if (!["string", "number"].includes(typeof body?.userId)) return c.json({ code: "bad_request" }, 400);

  // A real app checks here that it is this user: a password, OAuth, a passkey.

  await createNewSession(c.res, body.userId, body.jwtPayload, undefined, { request: c.req.raw });
  return c.json({ status: "OK" });
});

app.post("/auth/session/refresh", async (c) => {
  await refreshSession(c.req.raw, c.res);
  return c.json({});
});

app.post("/auth/signout", async (c) => {
  const session = await getSession(c.req.raw, c.res, true);
  await session.revokeSession();
  return c.json({ status: "OK" });
});

// What lies below is reached with a session only. Whatever changes something wants the anti-CSRF token too.
app.use("/api/*", async (c, next) => {
  c.set("session", await getSession(c.req.raw, c.res, c.req.method !== "GET"));
  await next();
});

app.get("/api/me", (c) => {
  const session = c.get("session");
  return c.json({ userId: session.getUserId(), jwtPayload: session.getJWTPayload() });
});

app.post("/api/counter", async (c) => {
  const session = c.get("session");
  const data = await session.getSessionData();
  const counter = (data?.counter ?? 0) + 1;
  await session.updateSessionData({ ...data, counter });
  return c.json({ counter });
});

app.onError((error, c) => {
  if (!AuthError.isErrorFromAuth(error)) throw error;
  if (error.errType === AuthError.GENERAL_ERROR) console.error(error.message);
  // 401 for a session that is over, cannot be trusted or has to be refreshed; 503 where the origin cannot be reached now.
  return c.json({ code: error.code, errType: error.errType }, error.status);
});

export default app;
