// Node, Deno and Bun: a file of the package, read at once. Only the CommonJS form has this, which `import` gets there too.

import { readFileSync } from "node:fs";
import { join } from "node:path";

export function loadWasm(): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(join(__dirname, "../wayleave.wasm")));
}
