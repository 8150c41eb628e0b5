# shellcheck shell=bash
# cargo-fuzz: runs the targets of fuzz/. Its library is C++, which is compiled where it is used.

cargo_fuzz_folder=$tools/cargo-fuzz-$cargo_fuzz_version

cargo_fuzz_ready() { [[ -x $cargo_fuzz_folder/bin/cargo-fuzz ]] && have c++; }

cargo_fuzz_install() {
    have c++ || apt_install "a C++ compiler" build-essential
    if [[ ! -x $cargo_fuzz_folder/bin/cargo-fuzz ]]; then
        cargo_tool "$cargo_fuzz_folder" cargo-fuzz "$cargo_fuzz_version" --locked
    fi
}
