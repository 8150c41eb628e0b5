// The functions that take requests and responses of the Fetch standard.

import { fromFetch, type FetchRequest } from "./request.js";
import { ofFetch, type FetchResponse } from "./response.js";
import { allowClient, create, get, refresh, type ClientInfo } from "./sessions.js";
import type { Session } from "./session.js";

export type { FetchRequest } from "./request.js";
export type { FetchResponse } from "./response.js";

/** What else may be told when a session is created. */
export interface CreateOptions {
  /**
   * The request of the log-in. With it a session that it carries already is ended, and a client that asks for tokens in headers gets them there.
   */
  request?: FetchRequest | undefined;
  /** What the user logs in with. */
  client?: ClientInfo | undefined;
}

/**
 * Creates a session, after your own check of who it is: cookies and headers go onto the response.
 *
 * Rejects with a GENERAL_ERROR; then the response is untouched.
 *
 * @param res what headers are put on: `Headers`, a `Response`, or anything that has `headers`, such as `c.res` of Hono
 * @param userId a string of 1 to 255 bytes of UTF-8 or a safe integer; `1` and `"1"` are two users
 * @param jwtPayload any JSON value that fits into a cookie. The page can read it
 * @param sessionData any JSON value of at most 1 MiB. Stays in the database
 */
export async function createNewSession(
  res: FetchResponse,
  userId: string | number,
  jwtPayload?: unknown,
  sessionData?: unknown,
  options: CreateOptions = {},
): Promise<Session> {
  const request = options.request === undefined ? undefined : fromFetch(options.request);
  return create(ofFetch(res), request, userId, jwtPayload, sessionData, options.client);
}

/**
 * Proves the session of a request. No call is made, but where keys or revocations have to be renewed, or `revocation` is `strict`.
 *
 * Rejects with GENERAL_ERROR, UNAUTHORISED (its cookies are cleared on the response) or TRY_REFRESH_TOKEN.
 *
 * @param req a `Request`, or anything that has `method` and `headers`
 * @param res what headers are put on
 * @param enableCsrfProtection whether the request must carry the anti-CSRF token; `true` for everything that changes something
 */
export async function getSession(req: FetchRequest, res: FetchResponse, enableCsrfProtection: boolean): Promise<Session> {
  return get(fromFetch(req), ofFetch(res), enableCsrfProtection);
}

/**
 * Gives the browser new tokens for its refresh token. For a POST route of its own, the one to which the origin's `WAYLEAVE_REFRESH_PATH` lets the cookie go.
 *
 * Rejects with GENERAL_ERROR, UNAUTHORISED or UNAUTHORISED_AND_TOKEN_THEFT_DETECTED (for both its cookies are cleared on the response).
 */
export async function refreshSession(req: FetchRequest, res: FetchResponse): Promise<Session> {
  return refresh(fromFetch(req), ofFetch(res));
}

/** Adds `Access-Control-Allow-Headers` and `-Credentials` to the answer to a pre-flight, at once. `-Origin` and `-Methods` are yours. */
export async function setRelevantHeadersForOptionsAPI(res: FetchResponse): Promise<void> {
  allowClient(ofFetch(res));
}
