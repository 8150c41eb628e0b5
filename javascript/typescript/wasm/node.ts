// Node, Deno and Bun: the file beside the package, read at once. Only the CommonJS build has this: `import` gets the same modules, so that a program has one state.

import { readFileSync } from "node:fs";
import { join } from "node:path";

export function loadWasm(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(join(__dirname, "../../wayleave.wasm")));
}
