/** What went wrong, in a word that stays the same. */
export type ErrorCode =
  /** An argument or option is not what it must be. */
  | "invalid_argument"
  /** `init` was not called, or failed. */
  | "not_initialised"
  /** `init` was called before. */
  | "already_initialised"
  /** The response cannot be changed any more. */
  | "response_sent"
  /** The origin or its database cannot be reached now. */
  | "unavailable"
  /** The access token with its payload does not fit into a cookie. */
  | "access_token_too_large"
  /** The session data is over 1 MiB of JSON. */
  | "body_too_large"
  /** The origin refused what it was asked. */
  | "bad_request"
  /** A failure that has no word of its own. */
  | "internal"
  /** There is no such session any more. */
  | "unauthorised"
  /** The client must refresh its session. */
  | "try_refresh_token"
  /** A refresh token is in two hands. */
  | "token_theft_detected"
  /** Another site caused a refresh: an error of type 2000 that clears nothing. */
  | "cross_site_request";

/** The four kinds of error. */
export type ErrorType = 1000 | 2000 | 3000 | 4000;

/** Whose refresh token is in two hands: `err` of an error of type 4000. */
export interface StolenSession {
  /** The session's handle. */
  sessionHandle: string;
  /** Whose session it is. */
  userId: string | number;
}

/** What is known of an error when it is made. */
export interface ErrorDetails {
  errType: ErrorType;
  code: ErrorCode;
  message: string;
  status: number;
  stolen?: StolenSession | undefined;
  cause?: unknown;
}

const BRAND = Symbol.for("wayleave.error");

/**
 * What every function of this package rejects with. Exported as `Error`.
 *
 * | `errType` | when | the response |
 * |---|---|---|
 * | `Error.GENERAL_ERROR` | an argument is wrong, or the origin cannot be reached | untouched |
 * | `Error.UNAUTHORISED` | there is no such session any more | its cookies are cleared |
 * | `Error.TRY_REFRESH_TOKEN` | the access token is expired or cannot be verified, or the anti-CSRF token is wrong | untouched |
 * | `Error.UNAUTHORISED_AND_TOKEN_THEFT_DETECTED` | a refresh token was used after its successor was | its cookies are cleared |
 */
export class WayleaveError extends globalThis.Error {
  /** We failed, or were called wrongly: 1000. */
  static readonly GENERAL_ERROR = 1000;
  /** There is no such session any more: 2000. */
  static readonly UNAUTHORISED = 2000;
  /** The client must refresh its session: 3000. */
  static readonly TRY_REFRESH_TOKEN = 3000;
  /** A refresh token is in two hands: 4000. */
  static readonly UNAUTHORISED_AND_TOKEN_THEFT_DETECTED = 4000;

  /** Whether something that was caught is an error of this package. Takes anything, and never throws. */
  static isErrorFromAuth(this: void, error: unknown): error is WayleaveError {
    try {
      return typeof error === "object" && error !== null && (error as Record<symbol, unknown>)[BRAND] === true;
    } catch {
      // A proxy may throw whatever it is asked.
      return false;
    }
  }

  /** Which of the four kinds it is. */
  readonly errType: ErrorType;
  /** What went wrong, in a word that stays the same. */
  readonly code: ErrorCode;
  /** The HTTP status that fits. Frameworks that look for it, such as Express, answer with it. */
  readonly status: number;
  readonly #stolen: StolenSession | undefined;

  /** Made by this package only. */
  constructor(details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.errType = details.errType;
    this.code = details.code;
    this.status = details.status;
    this.#stolen = details.stolen;
  }

  /** For type 4000 whose session it is: `{sessionHandle, userId}`. For the others the error itself. */
  get err(): any {
    return this.#stolen ?? this;
  }
}

Object.defineProperties(WayleaveError.prototype, {
  name: { value: "WayleaveError", configurable: true, writable: true },
  [BRAND]: { value: true },
});

/** A GENERAL_ERROR. */
export function generalError(code: ErrorCode, message: string, cause?: unknown): WayleaveError {
  return new WayleaveError({ errType: WayleaveError.GENERAL_ERROR, code, message, status: 500, cause });
}

/** A GENERAL_ERROR about an argument: its name and what it may be. Of what was given it tells the kind only, for it may be a secret. */
export function wrongArgument(name: string, accepted: string, given: unknown): WayleaveError {
  return generalError("invalid_argument", `${name} must be ${accepted}; given was ${kindOf(given)}`);
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
