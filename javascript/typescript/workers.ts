/**
 * Sessions in Cloudflare Workers: like `wayleave`, but `init` reads the worker's variables, and background work goes on after the answer.
 *
 * @module
 */

import { env, waitUntil } from "cloudflare:workers";
import { start } from "./core/engine.js";
import { VARIABLES, type Options, type OriginOptions, type Variables } from "./core/options.js";

export * from "./core/shared.js";
export * from "./core/fetch.js";

/** What `init` takes in Workers: what is missing comes from the worker's variables and secrets. */
export type WorkerOptions = Partial<Omit<Options, "origin">> & { origin?: Partial<OriginOptions> | undefined };

/**
 * Makes everything else usable. Call it once, at the top of the worker.
 *
 * What is not among the options is looked up in `env`, under the names of the edge: `ORIGIN_URL`, `SERVICE_KEY`, `ISSUER`, `AUDIENCE`, `REVOCATION` and so on.
 *
 * Rejects with a GENERAL_ERROR that names the option.
 */
export async function init(options: WorkerOptions = {}): Promise<void> {
  // What is no object is refused by whoever reads it.
  const all = typeof options === "object" && options !== null ? { waitUntil, ...options } : options;
  await start(all as Options, variablesOf(env));
}

function variablesOf(bindings: Record<string, unknown>): Variables {
  const variables: Variables = {};
  for (const name of VARIABLES) {
    const value = bindings[name];
    if (typeof value === "string") variables[name] = value;
  }
  return variables;
}
