# shellcheck shell=bash
# Rust for the worker: a standard library for wasm32-unknown-unknown.
#
# Ordinarily `rustup target add` brings it. Where rustup's server cannot be reached but Debian's
# packages can, a toolchain of our own is put together from Debian's compiler, with a standard
# library built from Debian's sources. Native code stays on the toolchain that is there.

rust_wasm_ready() {
    # shellcheck source=tools/env.sh
    [[ -n $(. "$root/tools/env.sh" && printf '%s' "${WAYLEAVE_WASM_TOOLCHAIN:-}") ]] ||
        [[ -d $(rustc --print target-libdir --target "$wasm_target" 2>/dev/null) ]]
}

rust_wasm_install() {
    if have rustup; then
        say "adding Rust's target $wasm_target with rustup ..."
        mkdir -p "$logs"
        # A server that never answers must not hold everybody up: there is another way.
        if timeout 300 rustup target add "$wasm_target" >"$logs/rustup-target.log" 2>&1 </dev/null; then
            return
        fi
        say "  rustup could not fetch it: making it from Debian's packages instead"
    fi
    is_debian_like || fail "Rust's library for $wasm_target is missing: run 'rustup target add $wasm_target', or install your system's package of it."
    apt_install "Debian's Rust with its sources, and a linker for wasm" rustc-web cargo-web rust-web-src lld-22
    run "building Rust's library for $wasm_target (about a minute)" \
        staged "$tools/rust-web-$(debian_rust_version)-bitcode" rust_wasm_build
}

# "rustc 1.96.0 (ac68faa20 2026-05-25) ..." -> 1.96.0
debian_rust_version() { /usr/bin/rustc --version | cut -d' ' -f2; }

# rust_wasm_build FOLDER: a sysroot beside Debian's, with its native libraries by reference and the
# ones for wasm32 built here. Nothing is written into the system's folders.
rust_wasm_build() {
    local out=$1 system build=$tools/build/rust-web libraries
    system=$(/usr/bin/rustc --print sysroot)
    rm -rf "$build"
    mkdir -p "$build/src" "$out/bin" "$out/lib/rustlib/$wasm_target/lib"
    cat >"$build/Cargo.toml" <<'EOF'
[package]
name = "empty"
version = "0.0.0"
edition = "2021"
[lib]
crate-type = ["cdylib"]
[workspace]
EOF
    : >"$build/src/lib.rs"
    (
        cd "$build"
        unset RUSTUP_TOOLCHAIN RUSTFLAGS LD_LIBRARY_PATH
        # -Zbuild-std is for nightly compilers; RUSTC_BOOTSTRAP opens it for this one build. With bitcode, as
        # rustup's library has it: without, nothing can be optimised across crates.
        PATH=/usr/bin:$PATH RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$build/target \
            CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-22 \
            CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=-Cembed-bitcode=yes \
            /usr/bin/cargo build --release --target "$wasm_target" -Zbuild-std=std,panic_abort
    )
    cp "$build/target/$wasm_target"/release/deps/*.rlib "$out/lib/rustlib/$wasm_target/lib/"
    rm -rf "$build"

    for libraries in "$system"/lib/rustlib/*-linux-gnu*; do ln -s "$libraries" "$out/lib/rustlib/"; done
    cat >"$out/bin/rustc" <<'EOF'
#!/bin/sh
# Debian's compiler, pointed at the libraries of the folder in which this file lies.
exec /usr/bin/rustc --sysroot "$(dirname "$(dirname "$(readlink -f "$0")")")" "$@"
EOF
    chmod +x "$out/bin/rustc"
    ln -s /usr/bin/cargo /usr/bin/rustdoc "$out/bin/"
}
