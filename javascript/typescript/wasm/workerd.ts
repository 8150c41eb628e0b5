// Workers: compiled when the worker is deployed.

import module from "../../wayleave.wasm";

export function loadWasm(): WebAssembly.Module {
  return module;
}
