// Browsers: fetched. Bundlers know this form, and put the file where it is found.

export async function loadWasm(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL("../../wayleave.wasm", import.meta.url));
  return WebAssembly.compile(await response.arrayBuffer());
}
