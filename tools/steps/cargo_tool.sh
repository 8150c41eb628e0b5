# shellcheck shell=bash
# How command-line tools written in Rust are installed: each into a folder named after its version.

# cargo_tool FOLDER CRATE VERSION [CARGO OPTION...]
cargo_tool() {
    local folder=$1 crate=$2 version=$3
    run "building $crate $version (a few minutes)" staged "$folder" cargo_tool_build "${@:2}"
}

# cargo_tool_build CRATE VERSION [CARGO OPTION...] FOLDER
cargo_tool_build() {
    local crate=$1 version=$2 out=${!#} build=$tools/build/$1
    local options=("${@:3:$#-3}")
    # A target folder of its own, so that nobody else's build waits for a lock. And these tools work
    # for moments: building them quickly is worth more than the last bit of their speed.
    (
        cd "$tools"
        unset RUSTFLAGS
        CARGO_TARGET_DIR=$build CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off \
            CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=0 \
            cargo install "$crate" --version "=$version" --root "$out" --no-track "${options[@]}"
    )
    rm -rf "$build"
}
