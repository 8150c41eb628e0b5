import { WayleaveError, generalError, type ErrorCode, type ErrorType } from "./error.js";
import { hostOf, type Host } from "./host.js";
import type { BrowserLines } from "./lines.js";
import { optionOf, toVariables, type Options, type Variables } from "./options.js";
import type { RequestSource } from "./request.js";
import { loadWasm } from "#wasm";
import initialise, { Engine, initSync, verifyAccessToken } from "../glue/wayleave.js";

export type { Engine } from "../glue/wayleave.js";

/** What was started, or is being started. There is one in a program. */
let started: { readonly engine: Engine } | { readonly starting: Promise<void> } | undefined;

/** Loads the Wasm and reads the settings. Nobody is asked for anything. */
export async function start(options: Options, fallback: Variables = {}): Promise<void> {
  if (started !== undefined) {
    throw generalError("already_initialised", "init was called before: call it once, where the program starts");
  }
  const variables = { ...fallback, ...toVariables(options) };
  const loaded = load();
  if (!(loaded instanceof Promise)) {
    started = { engine: create(hostOf(options), variables) };
    return;
  }
  const starting = loaded.then(() => {
    started = { engine: create(hostOf(options), variables) };
  });
  started = { starting };
  try {
    await starting;
  } catch (error) {
    started = undefined;
    throw error;
  }
}

/** The engine, once there is one. Where the Wasm loads at once nothing is awaited. */
export function engine(): Engine | Promise<Engine> {
  if (started === undefined) throw notInitialised();
  if ("engine" in started) return started.engine;
  return started.starting.then(engine, () => {
    throw notInitialised();
  });
}

function notInitialised(): WayleaveError {
  return generalError("not_initialised", "init was not called, or it failed: call init(options) first");
}

let loaded = false;

/** Loads the Wasm, at once where the platform can. */
export function load(): void | Promise<void> {
  if (loaded) return;
  const module = loadWasm();
  if (module instanceof Promise) {
    return module.then(async (compiled) => {
      if (!loaded) await initialise({ module_or_path: compiled });
      loaded = true;
    });
  }
  initSync({ module });
  loaded = true;
}

function create(host: Host, variables: Variables): Engine {
  try {
    return new Engine(host, new Map(Object.entries(variables)));
  } catch (error) {
    throw refusedSetting(error);
  }
}

/** What the Wasm says of a variable, said of the option. */
function refusedSetting(error: unknown): unknown {
  if (typeof error !== "string") return error;
  const { variable, value, accepted } = JSON.parse(error) as { variable: string; value?: string; accepted: string };
  const given = value === undefined ? "is not set" : `is ${JSON.stringify(value)}`;
  return generalError("invalid_argument", `${optionOf(variable)} ${given}, but must be ${accepted}`);
}

/** What a call came to. */
export interface Outcome<T> {
  value: T;
  lines: BrowserLines | undefined;
}

interface Written {
  value?: unknown;
  error?: { errType: ErrorType; code: ErrorCode; message: string; status: number; stolen?: { handle: string; userId: string | number } };
  lines?: BrowserLines;
}

/** Reads what a call of the engine came to. For a failure, `onFailure` gets the lines that tell the browser. */
export async function outcome<T>(call: Promise<string>, onFailure?: (lines: BrowserLines) => void): Promise<Outcome<T>> {
  const { value, error, lines } = JSON.parse(await call) as Written;
  if (error === undefined) return { value: value as T, lines };
  if (lines !== undefined) onFailure?.(lines);
  const { stolen, ...details } = error;
  throw new WayleaveError({
    ...details,
    stolen: stolen && { sessionHandle: stolen.handle, userId: stolen.userId },
  });
}

export { verifyAccessToken };
export type { RequestSource };
