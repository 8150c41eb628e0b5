/**
 * Sessions for servers on `node:http`: Express, Connect, Fastify.
 *
 * @module
 */

import { fromNode, isObject, type NodeRequest, type RequestSource } from "./core/request.js";
import { ofNode, type FastifyReply, type NodeResponse } from "./core/response.js";
import { allowClient, create, get, refresh, type ClientInfo } from "./core/sessions.js";
import type { Session } from "./core/session.js";

export * from "./core/shared.js";
export { init } from "./index.js";
export type { FastifyReply, NodeResponse } from "./core/response.js";
export type { NodeRequest } from "./core/request.js";

/** What else may be told when a session is created. */
export interface CreateOptions {
  /** The request of the log-in, where `res.req` is not it. */
  request?: NodeRequest | undefined;
  /** What the user logs in with. */
  client?: ClientInfo | undefined;
}

/**
 * Creates a session, after your own check of who it is: cookies and headers go onto the response. A session that the request carries already is ended, and a client
 * that asks for tokens in headers gets them there.
 *
 * Rejects with a GENERAL_ERROR; then the response is untouched.
 *
 * @param userId a string of 1 to 255 bytes of UTF-8 or a safe integer; `1` and `"1"` are two users
 * @param jwtPayload any JSON value that fits into a cookie. The page can read it
 * @param sessionData any JSON value of at most 1 MiB. Stays in the database
 */
export async function createNewSession(
  res: NodeResponse | FastifyReply,
  userId: string | number,
  jwtPayload?: unknown,
  sessionData?: unknown,
  options: CreateOptions = {},
): Promise<Session> {
  const response = ofNode(res);
  return create(response, requestOf(res, options.request), userId, jwtPayload, sessionData, options.client);
}

/**
 * Proves the session of a request. No call is made, but where keys or revocations have to be renewed, or `revocation` is `strict`.
 *
 * Rejects with GENERAL_ERROR, UNAUTHORISED (its cookies are cleared on the response) or TRY_REFRESH_TOKEN.
 *
 * @param enableCsrfProtection whether the request must carry the anti-CSRF token; `true` for everything that changes something
 */
export async function getSession(
  req: NodeRequest,
  res: NodeResponse | FastifyReply,
  enableCsrfProtection: boolean,
): Promise<Session> {
  return get(fromNode(req), ofNode(res), enableCsrfProtection);
}

/**
 * Gives the browser new tokens for its refresh token. For a POST route of its own, the one to which the origin's `WAYLEAVE_REFRESH_PATH` lets the cookie go.
 *
 * Rejects with GENERAL_ERROR, UNAUTHORISED or UNAUTHORISED_AND_TOKEN_THEFT_DETECTED (for both its cookies are cleared on the response).
 */
export async function refreshSession(req: NodeRequest, res: NodeResponse | FastifyReply): Promise<Session> {
  return refresh(fromNode(req), ofNode(res));
}

/** Adds `Access-Control-Allow-Headers` and `-Credentials` to the answer to a pre-flight, at once. `-Origin` and `-Methods` are yours. */
export async function setRelevantHeadersForOptionsAPI(res: NodeResponse | FastifyReply): Promise<void> {
  allowClient(ofNode(res));
}

/** The request that a response answers: Node and Fastify both know it. */
function requestOf(res: unknown, given: unknown): RequestSource | undefined {
  if (given !== undefined) return fromNode(given);
  const known = isObject(res) ? (res["req"] ?? res["request"]) : undefined;
  return known === undefined ? undefined : fromNode(known);
}
