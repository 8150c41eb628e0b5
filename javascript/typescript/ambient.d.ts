// Modules that exist only where the package runs.

declare module "#wasm" {
  /** The compiled Wasm, at once where the platform can. */
  export function loadWasm(): WebAssembly.Module | Promise<WebAssembly.Module>;
}

declare module "cloudflare:workers" {
  export const env: Record<string, unknown>;
  export function waitUntil(promise: Promise<unknown>): void;
}

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
