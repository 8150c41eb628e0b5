import { engine, outcome } from "./engine.js";
import { wrongArgument } from "./error.js";
import { jsonText, checkUserId } from "./json.js";
import { addWords, putLines, type BrowserLines } from "./lines.js";
import { isObject, type RequestSource } from "./request.js";
import { mustBeOpen, type HeaderSink } from "./response.js";
import { sessionOf, type Session, type SessionState } from "./session.js";

/** What the user logs in with, for a list of their devices. */
export interface ClientInfo {
  /** A name such as the `User-Agent`; cut off after 255 bytes. */
  name?: string | undefined;
  /** The address; the origin's `WAYLEAVE_CLIENT_ADDRESS` says what of it is kept. */
  address?: string | undefined;
}

/** Creates a session for the browser that made `request`, where that is known. */
export async function create(
  response: HeaderSink,
  request: RequestSource | undefined,
  userId: unknown,
  jwtPayload: unknown,
  sessionData: unknown,
  client: unknown,
): Promise<Session> {
  const id = checkUserId(userId);
  const payload = jsonText("jwtPayload", jwtPayload);
  const data = jsonText("sessionData", sessionData);
  const { name, address } = checkClient(client);
  // Its tokens would be lost with it.
  mustBeOpen(response);
  return issued(response, (await engine()).createSession(request, id, payload, data, name, address));
}

/** Proves the session of a request. */
export async function get(request: RequestSource, response: HeaderSink, enableCsrfProtection: unknown): Promise<Session> {
  if (typeof enableCsrfProtection !== "boolean") throw wrongArgument("enableCsrfProtection", "true or false", enableCsrfProtection);
  return issued(response, (await engine()).getSession(request, enableCsrfProtection));
}

/** Gives a browser new tokens for its refresh token. */
export async function refresh(request: RequestSource, response: HeaderSink): Promise<Session> {
  mustBeOpen(response);
  return issued(response, (await engine()).refreshSession(request));
}

async function issued(response: HeaderSink, call: Promise<string>): Promise<Session> {
  const put = (lines: BrowserLines | undefined): void => putLines(response, lines);
  const { value, lines } = await outcome<SessionState>(call, put);
  put(lines);
  return sessionOf(value, response);
}

function checkClient(client: unknown): ClientInfo {
  if (client === undefined) return {};
  const isText = (value: unknown): boolean => value === undefined || typeof value === "string";
  if (!isObject(client) || !isText(client["name"]) || !isText(client["address"])) {
    throw wrongArgument("client", "an object {name?: string, address?: string}", client);
  }
  return client as ClientInfo;
}

/** What a page on another origin may send: the same list as the edge's (`header::ALLOWED`). */
const ALLOWED_HEADERS = [
  "content-type",
  "if-match",
  "anti-csrf",
  "rid",
  "fdi-version",
  "st-auth-mode",
  "authorization",
  "supertokens-sdk-name",
  "supertokens-sdk-version",
];

/** Adds what a pre-flight needs. At once, for the documented example does not await it. */
export function allowClient(response: HeaderSink): void {
  mustBeOpen(response);
  addWords(response, "access-control-allow-headers", ALLOWED_HEADERS);
  response.set("access-control-allow-credentials", ["true"]);
}
