// Uses every function, as an app's developer would. It is compiled, never run.

import * as SuperTokens from "wayleave/express";
import * as Wayleave from "wayleave";
import * as Workers from "wayleave/workers";
import type { IncomingMessage, ServerResponse } from "node:http";

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

const options: Wayleave.Options = {
  origin: { url: "https://sessions.example", serviceKey: "…", fetch: (url, init) => fetch(url, init) },
  issuer: "https://id.example",
  audience: "app",
  maxAccessTokenValidity: "1h",
  tokenTransfer: "any",
  cookies: { access: "a", refresh: "r", marker: "m" },
  antiCsrf: true,
  revocation: "feed",
  maxStaleness: "2s",
  staleFeed: "reject",
  confirm: "background",
  allowedOrigins: ["https://app.example"],
  expiredStatus: 440,
  waitUntil: (promise) => void promise,
  log: (level, line) => void [level === "error", line["message"]],
};
holds<Same<ReturnType<typeof Wayleave.init>, Promise<void>>>();
await Wayleave.init(options);
await SuperTokens.init(options);
await Workers.init();
await Workers.init({ issuer: "https://id.example", origin: { url: "https://sessions.example" } });

export async function node(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const session = await SuperTokens.createNewSession(res, "alice", { role: "admin" }, undefined, { client: { name: "Firefox" } });
  await SuperTokens.createNewSession(res, 7);
  await SuperTokens.createNewSession(res, 7, null, [1], { request: req });
  const proved: SuperTokens.Session = await SuperTokens.getSession(req, res, true);
  const refreshed: SuperTokens.Session = await SuperTokens.refreshSession(req, res);
  await SuperTokens.setRelevantHeadersForOptionsAPI(res);
  const id: string | number = session.getUserId();
  const { role } = proved.getJWTPayload();
  const handle: string = refreshed.getHandle();
  const end: number = refreshed.getExpiresAt();
  await session.updateSessionData({ ...(await session.getSessionData()), joke: "Knock, knock" });
  await session.updateSessionInfo(await session.getSessionInfo());
  await session.updateJWTPayload({ role });
  await session.revokeSession();
  void [id, handle, end];
}

export async function web(request: Request, response: Response): Promise<void> {
  const headers = new Headers();
  await Wayleave.createNewSession(headers, "alice", { role: "admin" }, { a: 1 }, { request, client: { address: "192.0.2.7" } });
  const session = await Wayleave.getSession(request, response, false);
  await Wayleave.getSession({ method: "GET", headers: request.headers }, { headers }, true);
  await Wayleave.refreshSession(request, headers);
  await Wayleave.setRelevantHeadersForOptionsAPI(headers);
  await Workers.getSession(request, headers, true);
  holds<Same<typeof session, Wayleave.Session>>();
  holds<Same<Wayleave.Session, SuperTokens.Session>>();
  holds<Same<Wayleave.Session, Workers.Session>>();
}

export async function byHandle(): Promise<void> {
  const handles: string[] = await Wayleave.getAllSessionHandlesForUser("alice");
  await Wayleave.revokeAllSessionsForUser(7);
  for (const handle of handles) {
    const wasThere: boolean = await Wayleave.revokeSessionUsingSessionHandle(handle);
    await Wayleave.updateSessionData(handle, { ...(await Wayleave.getSessionData(handle)) });
    await Wayleave.updateSessionInfo(handle, await Wayleave.getSessionInfo(handle));
    void wasThere;
  }
  const keySet = await (await fetch("https://sessions.example/.well-known/jwks.json")).json();
  const claims: Wayleave.AccessClaims = await Wayleave.verifyAccessToken("a.b.c", keySet, { issuer: "https://id.example", now: 1, maxValiditySeconds: 2 });
  const user: string | number = claims.sub;
  void user;
}

export function errors(error: unknown): string {
  if (!SuperTokens.Error.isErrorFromAuth(error)) return "not ours";
  holds<Same<typeof error, SuperTokens.WayleaveError>>();
  switch (error.errType) {
    case SuperTokens.Error.GENERAL_ERROR:
      return error.code === "unavailable" ? "later" : error.message;
    case SuperTokens.Error.UNAUTHORISED:
    case SuperTokens.Error.TRY_REFRESH_TOKEN:
      return String(error.status);
    case SuperTokens.Error.UNAUTHORISED_AND_TOKEN_THEFT_DETECTED: {
      const { sessionHandle, userId }: SuperTokens.StolenSession = error.err;
      return `${sessionHandle} ${userId}`;
    }
  }
}

export async function wrongly(req: IncomingMessage, res: ServerResponse, request: Request): Promise<void> {
  // @ts-expect-error the options are missing
  await Wayleave.init();
  // @ts-expect-error there is no such option
  await Wayleave.init({ ...options, mysql: {} });
  // @ts-expect-error an issuer is needed
  await Wayleave.init({ origin: options.origin });
  // @ts-expect-error a service key is text
  await Wayleave.init({ ...options, origin: { url: "", serviceKey: 1 } });
  // @ts-expect-error there is no such mode
  await Wayleave.init({ ...options, revocation: "maybe" });
  // @ts-expect-error a duration is text with a unit
  await Wayleave.init({ ...options, maxStaleness: 2 });
  // @ts-expect-error it must be said whether the anti-CSRF token is demanded
  await SuperTokens.getSession(req, res);
  // @ts-expect-error and with a boolean
  await SuperTokens.getSession(req, res, "yes");
  // @ts-expect-error a user id is text or a number
  await SuperTokens.createNewSession(res, true);
  // @ts-expect-error a user id is needed
  await SuperTokens.createNewSession(res);
  // @ts-expect-error the response comes first
  await SuperTokens.createNewSession("alice", res);
  // @ts-expect-error this entry is for responses of Node
  await SuperTokens.getSession(request, new Headers(), true);
  // @ts-expect-error and this one for requests of the Fetch standard
  await Wayleave.getSession(req, res, true);
  // @ts-expect-error a handle is text
  await Wayleave.getSessionData(1);
  // @ts-expect-error the new data is needed
  await Wayleave.updateSessionData("handle");
  // @ts-expect-error nobody but the package makes one
  new Wayleave.Session({}, {});
}
