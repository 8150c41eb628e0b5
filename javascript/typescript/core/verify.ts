import { load, verifyAccessToken as verifyInWasm } from "./engine.js";
import { WayleaveError, wrongArgument } from "./error.js";
import { isObject } from "./request.js";

/** What an access token must say. */
export interface TokenPolicy {
  /** What `iss` must be, to the letter. */
  issuer: string;
  /** What `aud` must hold. Default: nothing is looked for. */
  audience?: string | undefined;
  /** The longest validity that it may have, in seconds. Default: 86400, a day. */
  maxValiditySeconds?: number | undefined;
  /** The time, in Unix seconds. Default: now. */
  now?: number | undefined;
}

/** The claims of an access token. */
export interface AccessClaims {
  /** The issuer. */
  iss: string;
  /** The audience, where the origin writes one. */
  aud?: string;
  /** The user id. */
  sub: string | number;
  /** The session's handle. */
  sid: string;
  /** When it was issued, in Unix seconds. */
  iat: number;
  /** From when on it is refused, in Unix seconds. */
  exp: number;
  /** The app's payload. */
  p?: unknown;
  /** Others. */
  [name: string]: unknown;
}

/**
 * Verifies an access token by itself, with a key set that you have: no `init`, no call, no revocation, no anti-CSRF. For what `getSession` does not cover.
 *
 * Rejects with TRY_REFRESH_TOKEN; its message is the reason's name, such as `expired` or `bad_signature`. A wrong argument is a GENERAL_ERROR.
 *
 * @param token compact JWS
 * @param keySet what the origin's `/.well-known/jwks.json` holds
 */
export async function verifyAccessToken(token: string, keySet: object, policy: TokenPolicy): Promise<AccessClaims> {
  if (typeof token !== "string") throw wrongArgument("token", "a string", token);
  if (!isObject(keySet)) throw wrongArgument("keySet", "a JSON Web Key Set", keySet);
  if (!isObject(policy) || typeof policy.issuer !== "string") throw wrongArgument("policy.issuer", "a string", policy?.issuer);
  const { issuer, audience, maxValiditySeconds = 86_400, now = Math.floor(Date.now() / 1000) } = policy;
  if (audience !== undefined && typeof audience !== "string") throw wrongArgument("policy.audience", "a string", audience);
  for (const [name, value] of Object.entries({ maxValiditySeconds, now })) {
    if (!Number.isSafeInteger(value) || value < 0) throw wrongArgument(`policy.${name}`, "an integer of seconds, not negative", value);
  }
  await load();
  try {
    return JSON.parse(verifyInWasm(token, JSON.stringify(keySet), issuer, maxValiditySeconds, now, audience)) as AccessClaims;
  } catch (error) {
    throw refused(error);
  }
}

function refused(error: unknown): WayleaveError {
  const message = error instanceof Error ? error.message : String(error);
  if (message === "invalid_key_set") return wrongArgument("keySet", "a JSON Web Key Set", {});
  return new WayleaveError({ errType: WayleaveError.TRY_REFRESH_TOKEN, code: "try_refresh_token", message, status: 401 });
}
