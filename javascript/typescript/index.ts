/**
 * Sessions for servers that speak the Fetch standard: Deno, Bun, Node, Hono, Workers (there see `wayleave/workers`).
 *
 * @module
 */

import { start } from "./core/engine.js";
import type { Options } from "./core/options.js";

export * from "./core/shared.js";
export * from "./core/fetch.js";

/**
 * Makes everything else usable. Call it once, where the program starts; awaiting it is not necessary where Wasm loads at once (Node, Deno, Bun, Workers).
 *
 * Rejects with a GENERAL_ERROR that names the option. Nobody is asked for anything yet.
 */
export async function init(options: Options): Promise<void> {
  await start(options);
}
