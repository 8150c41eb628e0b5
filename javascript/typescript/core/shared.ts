// What every entry point exports beside its own functions.

export { WayleaveError, WayleaveError as Error, type ErrorCode, type ErrorType, type StolenSession } from "./error.js";
export type { CookieOptions, LogLevel, Options, OriginOptions } from "./options.js";
export { Session } from "./session.js";
export type { ClientInfo } from "./sessions.js";
export {
  getAllSessionHandlesForUser,
  getSessionData,
  getSessionInfo,
  revokeAllSessionsForUser,
  revokeSessionUsingSessionHandle,
  updateSessionData,
  updateSessionInfo,
} from "./users.js";
export { verifyAccessToken, type AccessClaims, type TokenPolicy } from "./verify.js";
