import { engine, outcome } from "./engine.js";
import { jsonText, presentText } from "./json.js";
import { putLines, type BrowserLines } from "./lines.js";
import type { HeaderSink } from "./response.js";

/** What the engine tells of a session. */
export interface SessionState {
  handle: string;
  userId: string | number;
  jwtPayload?: unknown;
  expiresAt: number;
  /** The access token that proves it: a secret that only the origin is told. */
  accessToken: string;
  /** Whether that travels in a header. */
  isInHeader: boolean;
}

let made: (state: SessionState, response: HeaderSink) => Session;

/** A session, for the functions that make one. */
export function sessionOf(state: SessionState, response: HeaderSink): Session {
  return made(state, response);
}

/**
 * A session that was proved, created or refreshed.
 *
 * It holds no memory of the Wasm: let go of it like of any other object.
 */
export class Session {
  #state: SessionState;
  readonly #response: HeaderSink;

  private constructor(state: SessionState, response: HeaderSink) {
    this.#state = state;
    this.#response = response;
  }

  static {
    made = (state, response) => new Session(state, response);
  }

  /** Whose session it is, as it was given to `createNewSession`. No call is made. */
  getUserId(): any {
    return this.#state.userId;
  }

  /** The payload inside the access token that proved this session; `undefined` where there is none. No call is made. */
  getJWTPayload(): any {
    return this.#state.jwtPayload;
  }

  /** Which log-in it is: 22 characters. No call is made. */
  getHandle(): string {
    return this.#state.handle;
  }

  /** When the access token that proved it ends, in Unix milliseconds. No call is made. */
  getExpiresAt(): number {
    return this.#state.expiresAt;
  }

  /**
   * Ends the session, and clears its cookies on the response. This program refuses its access token at once, others as `revocation` says.
   *
   * Rejects with a GENERAL_ERROR.
   */
  async revokeSession(): Promise<void> {
    const { lines } = await outcome((await engine()).revokeSession(this.#state.handle), this.#put);
    this.#put(lines);
  }

  /**
   * What the app keeps in this session; `undefined` where it never kept anything. One database call each time.
   *
   * Rejects with a GENERAL_ERROR, or UNAUTHORISED where the session is over: then its cookies are cleared on the response.
   */
  async getSessionData(): Promise<any> {
    const { value } = await outcome<{ data?: unknown }>((await engine()).readData(this.#state.handle), this.#put);
    return value.data;
  }

  /**
   * Replaces what the app keeps in this session. One database call each time; calls are not synchronised with each other.
   *
   * Rejects with a GENERAL_ERROR, or UNAUTHORISED where the session is over: then its cookies are cleared on the response.
   *
   * @param data any JSON value of at most 1 MiB
   */
  async updateSessionData(data: unknown): Promise<void> {
    const text = presentText("data", data);
    await outcome((await engine()).updateData(this.#state.handle, text), this.#put);
  }

  /** The same as `getSessionData`. */
  getSessionInfo(): Promise<any> {
    return this.getSessionData();
  }

  /** The same as `updateSessionData`. */
  updateSessionInfo(data: unknown): Promise<void> {
    return this.updateSessionData(data);
  }

  /**
   * Replaces the payload of the access token: the browser gets a new access token on the response, and `getJWTPayload` returns the new payload.
   *
   * Rejects with a GENERAL_ERROR, or UNAUTHORISED where the session is over: then its cookies are cleared on the response.
   *
   * @param jwtPayload any JSON value that fits into a cookie, readable by the page; `undefined` for none
   */
  async updateJWTPayload(jwtPayload: unknown): Promise<void> {
    const text = jsonText("jwtPayload", jwtPayload);
    const { handle, accessToken, isInHeader } = this.#state;
    const call = (await engine()).updatePayload(handle, accessToken, isInHeader, text);
    const { value, lines } = await outcome<Partial<SessionState>>(call, this.#put);
    this.#put(lines);
    this.#state = { ...this.#state, ...value, jwtPayload: value.jwtPayload };
  }

  readonly #put = (lines: BrowserLines | undefined): void => putLines(this.#response, lines);
}
