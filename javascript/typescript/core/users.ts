import { engine, outcome } from "./engine.js";
import { checkHandle, presentText, checkUserId } from "./json.js";

/**
 * Ends all sessions of a user. No cookie is cleared: this is not about the request at hand.
 *
 * Rejects with a GENERAL_ERROR.
 *
 * @param userId as it was given to `createNewSession`; `1` and `"1"` are two users
 */
export async function revokeAllSessionsForUser(userId: string | number): Promise<void> {
  const user = checkUserId(userId);
  await outcome((await engine()).revokeAllSessionsForUser(user));
}

/**
 * The handles of all live sessions of a user.
 *
 * Rejects with a GENERAL_ERROR.
 *
 * @param userId as it was given to `createNewSession`; `1` and `"1"` are two users
 */
export async function getAllSessionHandlesForUser(userId: string | number): Promise<string[]> {
  const user = checkUserId(userId);
  return (await outcome<string[]>((await engine()).sessionHandlesOfUser(user))).value;
}

/**
 * Ends one session. No cookie is cleared: where you have a `Session`, use its `revokeSession`.
 *
 * Rejects with a GENERAL_ERROR.
 *
 * @returns whether there was something to end
 */
export async function revokeSessionUsingSessionHandle(sessionHandle: string): Promise<boolean> {
  const handle = checkHandle(sessionHandle);
  return (await outcome<{ revoked: boolean }>((await engine()).revokeSession(handle))).value.revoked;
}

/**
 * What the app keeps in a session; `undefined` where it never kept anything. One database call each time.
 *
 * Rejects with a GENERAL_ERROR, or UNAUTHORISED where there is no such session. No cookie is cleared.
 */
export async function getSessionData(sessionHandle: string): Promise<any> {
  const handle = checkHandle(sessionHandle);
  return (await outcome<{ data?: unknown }>((await engine()).readData(handle))).value.data;
}

/**
 * Replaces what the app keeps in a session. One database call each time; calls are not synchronised with each other.
 *
 * Rejects with a GENERAL_ERROR, or UNAUTHORISED where there is no such session. No cookie is cleared.
 *
 * @param data any JSON value of at most 1 MiB
 */
export async function updateSessionData(sessionHandle: string, data: unknown): Promise<void> {
  const handle = checkHandle(sessionHandle);
  const text = presentText("data", data);
  await outcome((await engine()).updateData(handle, text));
}

/** The same as `getSessionData`. */
export function getSessionInfo(sessionHandle: string): Promise<any> {
  return getSessionData(sessionHandle);
}

/** The same as `updateSessionData`. */
export function updateSessionInfo(sessionHandle: string, data: unknown): Promise<void> {
  return updateSessionData(sessionHandle, data);
}
