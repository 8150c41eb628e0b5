import { generalError, wrongArgument } from "./error.js";

/**
 * A value as JSON; `undefined` for none, which is not `null`.
 *
 * A value that JSON would silently turn into `null` is refused: what comes back must equal what was given.
 */
export function jsonText(argument: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  let text: string | undefined;
  try {
    text = JSON.stringify(value, refuseLoss);
  } catch (cause) {
    const because = cause instanceof Lost ? cause.message : "JSON cannot express it";
    throw generalError("invalid_argument", `${argument} must be a JSON value: ${because}`);
  }
  if (text === undefined) throw wrongArgument(argument, "a JSON value", value);
  return text;
}

class Lost extends globalThis.Error {}

function refuseLoss(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) throw new Lost("a number in it is not finite");
  if (Array.isArray(this) && ["undefined", "function", "symbol"].includes(typeof value)) {
    throw new Lost("an array in it has a place without a value");
  }
  return value;
}

/** A value as JSON; there must be one. */
export function presentText(argument: string, value: unknown): string {
  const text = jsonText(argument, value);
  if (text === undefined) throw wrongArgument(argument, "a JSON value (null is one)", value);
  return text;
}

/** A user id. How long it may be, the Wasm knows. */
export function checkUserId(userId: unknown): string | number {
  if (typeof userId === "string" && userId !== "" && isWellFormed(userId)) return userId;
  if (typeof userId === "number" && Number.isSafeInteger(userId)) return userId;
  throw wrongArgument("userId", "a string of 1 to 255 bytes of UTF-8 or a safe integer", userId);
}

/** Whether a string has no half characters, which UTF-8 cannot express. */
function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** A session handle, of whatever form: one that is none belongs to no session. */
export function checkHandle(sessionHandle: unknown): string {
  if (typeof sessionHandle !== "string") throw wrongArgument("sessionHandle", "a string", sessionHandle);
  return sessionHandle;
}
