# shellcheck shell=bash
# wasm-bindgen's command-line half, in the version of the library half that Cargo.lock names.

wasm_bindgen_folder=$tools/wasm-bindgen-$wasm_bindgen_version

wasm_bindgen_ready() { [[ -x $wasm_bindgen_folder/bin/wasm-bindgen ]]; }

# Without --locked: the lock file that 0.2.130 was published with does not build.
wasm_bindgen_install() { cargo_tool "$wasm_bindgen_folder" wasm-bindgen-cli "$wasm_bindgen_version" --bin wasm-bindgen; }
