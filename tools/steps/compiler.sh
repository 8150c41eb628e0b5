# shellcheck shell=bash
# A C compiler: Rust links with it, and SQLite and the TLS code are compiled from C.

compiler_ready() { have cc; }

compiler_install() { apt_install "a C compiler" build-essential pkg-config; }
