import { generalError, wrongArgument } from "./error.js";
import { isObject } from "./request.js";

/** Where sessions are kept. */
export interface OriginOptions {
  /** `scheme://host[:port]`, http or https, without a path. Like `ORIGIN_URL` of the edge. */
  url: string;
  /** One of the origin's service keys: at least 32 characters of visible ASCII without commas. A secret. Like `SERVICE_KEY` of the edge. */
  serviceKey: string;
  /** What asks the origin instead of the global `fetch`: a service binding's `fetch`, for example. */
  fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
}

/** What the cookies are called: what the origin calls them. At most 64 characters each, all different. */
export interface CookieOptions {
  /** The access token's. Default: `sAccessToken`. */
  access?: string | undefined;
  /** The refresh token's. Default: `sRefreshToken`. */
  refresh?: string | undefined;
  /** The one that marks a session for the page. Default: `sIdRefreshToken`. */
  marker?: string | undefined;
}

/** How much a line of the log matters. */
export type LogLevel = "error" | "warning";

/** What `init` takes. */
export interface Options {
  /** Where sessions are kept. Takes the place of `mysql` in the documented API. */
  origin: OriginOptions;
  /** The issuer that the origin writes into its tokens (`WAYLEAVE_ISSUER`), to the letter. */
  issuer: string;
  /** The audience that the origin writes into its tokens (`WAYLEAVE_AUDIENCE`). Default: none is looked for. */
  audience?: string | undefined;
  /** The longest validity that an access token may have: a duration of at least a second, such as `90s`, `1h`, `1d`. Default: `1d`. */
  maxAccessTokenValidity?: string | undefined;
  /** How tokens may travel. `any` (the default): as the client asks at log-in; `cookie`: the `Authorization` header is yours; `header`: cookies count for nothing. */
  tokenTransfer?: "any" | "cookie" | "header" | undefined;
  /** What the cookies are called. */
  cookies?: CookieOptions | undefined;
  /** Whether anti-CSRF is on at the origin. Where it is off, `enableCsrfProtection` of a call changes nothing. Default: `true`. */
  antiCsrf?: boolean | undefined;
  /**
   * How an ended session is noticed before its access token expires. `feed` (the default): within `maxStaleness`, without a call; `strict`: at once, with one call
   * to the origin each time; `off`: not.
   */
  revocation?: "feed" | "strict" | "off" | undefined;
  /** How old the feed may be: a duration from `100ms` to `60s`. Default: `2s`. */
  maxStaleness?: string | undefined;
  /** What happens while the feed is older than that and cannot be renewed. `reject` (the default): GENERAL_ERROR; `accept`: as if nothing had been ended. */
  staleFeed?: "reject" | "accept" | undefined;
  /** How the origin learns that a refresh token has arrived: in the `background` (the default), or `inline`, where the request waits for it. */
  confirm?: "background" | "inline" | undefined;
  /** Origins of pages elsewhere that may refresh a session: `scheme://host[:port]`. Default: none but pages of the same site. */
  allowedOrigins?: readonly string[] | undefined;
  /** The `status` of errors that say that a session, or only its access token, is over: 401 (the default), or 440 as the documented version had it. */
  expiredStatus?: 401 | 440 | undefined;
  /** Keeps the program running until a promise is settled. Needed in Workers, where `wayleave/workers` sets it. */
  waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
  /** Takes the log: what an operator should know, never a token or a payload. Default: the console. */
  log?: ((level: LogLevel, line: Record<string, string>) => void) | undefined;
}

/** Variables of the edge by name, as text. */
export type Variables = Record<string, string>;

type Kind = "string" | "number" | "boolean" | "list";

/** Every option that is a setting of the edge: its path, the variable, and what it is in JavaScript. */
const SETTINGS: readonly (readonly [option: string, variable: string, kind: Kind])[] = [
  ["origin.url", "ORIGIN_URL", "string"],
  ["origin.serviceKey", "SERVICE_KEY", "string"],
  ["issuer", "ISSUER", "string"],
  ["audience", "AUDIENCE", "string"],
  ["maxAccessTokenValidity", "MAX_ACCESS_TOKEN_VALIDITY", "string"],
  ["tokenTransfer", "TOKEN_TRANSFER", "string"],
  ["cookies.access", "ACCESS_COOKIE", "string"],
  ["cookies.refresh", "REFRESH_COOKIE", "string"],
  ["cookies.marker", "MARKER_COOKIE", "string"],
  ["antiCsrf", "ANTI_CSRF", "boolean"],
  ["revocation", "REVOCATION", "string"],
  ["maxStaleness", "MAX_STALENESS", "string"],
  ["staleFeed", "STALE_FEED", "string"],
  ["confirm", "CONFIRM", "string"],
  ["allowedOrigins", "ALLOWED_ORIGINS", "list"],
  ["expiredStatus", "EXPIRED_STATUS", "number"],
];

/** Options that are functions. */
const FUNCTIONS = ["origin.fetch", "waitUntil", "log"] as const;

/** The variables that may stand for options. */
export const VARIABLES: readonly string[] = SETTINGS.map(([, variable]) => variable);

/** The name of the option that a variable stands for. */
export function optionOf(variable: string): string {
  return SETTINGS.find(([, name]) => name === variable)?.[0] ?? variable;
}

/** Reads options into variables. Their values are judged by the same code that judges the edge's. */
export function toVariables(options: unknown): Variables {
  refuseUnknown(options);
  const variables: Variables = {};
  for (const [option, variable, kind] of SETTINGS) {
    const value = at(options, option);
    if (value !== undefined) variables[variable] = asText(option, value, kind);
  }
  for (const option of FUNCTIONS) {
    const value = at(options, option);
    if (value !== undefined && typeof value !== "function") throw wrongArgument(option, "a function", value);
  }
  return variables;
}

function asText(option: string, value: unknown, kind: Kind): string {
  switch (kind) {
    case "string":
      if (typeof value !== "string") throw wrongArgument(option, "a string", value);
      return value;
    case "number":
      if (typeof value !== "number") throw wrongArgument(option, "a number", value);
      return String(value);
    case "boolean":
      if (typeof value !== "boolean") throw wrongArgument(option, "true or false", value);
      return value ? "on" : "off";
    case "list":
      if (!Array.isArray(value) || value.some((entry) => typeof entry !== "string" || entry.includes(","))) {
        throw wrongArgument(option, "an array of strings without commas", value);
      }
      return value.join(",");
  }
}

/** An option by its path. */
function at(options: unknown, path: string): unknown {
  let value: unknown = options;
  for (const name of path.split(".")) value = isObject(value) ? value[name] : undefined;
  return value;
}

/** A misspelt option would silently have its default. */
function refuseUnknown(options: unknown): void {
  const known = [...SETTINGS.map(([option]) => option), ...FUNCTIONS];
  for (const group of ["", "origin", "cookies"]) {
    const prefix = group === "" ? "" : `${group}.`;
    const value = group === "" ? options : at(options, group);
    if (value === undefined && group !== "") continue;
    if (!isObject(value) || Array.isArray(value)) throw wrongArgument(group === "" ? "options" : group, "an object", value);
    for (const name of Object.keys(value)) {
      const option = prefix + name;
      if (known.includes(option) || known.some((other) => other.startsWith(`${option}.`))) continue;
      const names = known.filter((other) => other.startsWith(prefix)).map((other) => other.slice(prefix.length).split(".")[0]);
      throw generalError("invalid_argument", `${option} is not an option: known are ${[...new Set(names)].join(", ")}`);
    }
  }
}
