# shellcheck shell=bash
# Source this to use the tools that tools/setup installed: `. tools/env.sh`. It installs nothing
# and costs next to nothing. What is not installed is simply not set.

# shellcheck source=tools/versions.sh
. "$(dirname "${BASH_SOURCE[0]}")/versions.sh"

# node, wrangler, esbuild, wasm-opt of package.json come before whatever the machine has.
PATH=$wayleave_root/node_modules/.bin:$PATH
export PATH

# worker-build downloads its helpers unless it is told where they are.
export WASM_BINDGEN_BIN=$wayleave_tools/wasm-bindgen-$wasm_bindgen_version/bin/wasm-bindgen
export WASM_OPT_BIN=$wayleave_root/node_modules/.bin/wasm-opt
export ESBUILD_BIN=$wayleave_root/node_modules/.bin/esbuild
export WAYLEAVE_WORKER_BUILD=$wayleave_tools/worker-build-$worker_build_version/bin/worker-build
export WAYLEAVE_CARGO_FUZZ=$wayleave_tools/cargo-fuzz-$cargo_fuzz_version/bin/cargo-fuzz
export WAYLEAVE_CARGO_DENY=$wayleave_tools/cargo-deny-$cargo_deny_version/bin/cargo-deny
# No telemetry, and no attempt to reach anybody at start.
export WRANGLER_SEND_METRICS=false

# The toolchain put together from Debian's packages (see steps/rust_wasm.sh), where the ordinary one
# has no library for wasm32. A path is a valid value for RUSTUP_TOOLCHAIN. Only build-edge, build-worker and build-javascript use it:
# native code stays on the ordinary toolchain. It must match the compiler that Debian has now.
unset WAYLEAVE_WASM_TOOLCHAIN
if [[ -x /usr/bin/wasm-ld-22 && -x /usr/bin/rustc ]]; then
    wayleave_debian_rust=$(/usr/bin/rustc --version)
    wayleave_debian_rust=${wayleave_debian_rust#rustc }
    wayleave_own_rust=$wayleave_tools/rust-web-${wayleave_debian_rust%% *}-bitcode
    if [[ -x $wayleave_own_rust/bin/rustc ]]; then export WAYLEAVE_WASM_TOOLCHAIN=$wayleave_own_rust; fi
fi

# Programs for tests. An own choice of browser is respected.
if [[ -z ${WAYLEAVE_CHROMIUM:-} ]]; then
    for wayleave_browser in chromium google-chrome google-chrome-stable chromium-browser \
        "$wayleave_tools"/browser/chromium*/chrome-*/{chrome,headless_shell,chrome-headless-shell}; do
        if command -v "$wayleave_browser" >/dev/null 2>&1; then
            WAYLEAVE_CHROMIUM=$(command -v "$wayleave_browser")
            export WAYLEAVE_CHROMIUM
            break
        fi
    done
fi
if [[ -x $mariadb_folder/bin/mariadbd ]]; then export WAYLEAVE_MARIADBD=$mariadb_folder/bin/mariadbd; fi
if [[ -x $mysql_folder/bin/mysqld ]]; then export WAYLEAVE_MYSQLD=$mysql_folder/bin/mysqld; fi
