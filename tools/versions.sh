# shellcheck shell=bash
# The versions of the tools that are kept per user, and where. Sourced by the set-up, which
# installs them, and by env.sh, which finds them: both must agree. Packages from npm have their
# versions in package.json.

wayleave_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
wayleave_tools=${WAYLEAVE_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/wayleave}

worker_build_version=0.8.7
cargo_deny_version=0.20.2
cargo_fuzz_version=0.13.2

# wasm-bindgen's command-line half must have exactly the version of the library in Cargo.lock.
wasm_bindgen_version=
if [[ -f $wayleave_root/Cargo.lock ]]; then
    while read -r line; do
        if [[ $line == 'name = "wasm-bindgen"' ]]; then
            read -r line
            wasm_bindgen_version=${line//[!0-9.]/}
            break
        fi
    done <"$wayleave_root/Cargo.lock"
    unset line
fi
# Only while there is no lock file to ask.
wasm_bindgen_version=${wasm_bindgen_version:-0.2.130}

wasm_target=wasm32-unknown-unknown

# MariaDB as Debian 12 has it; its version follows that release's security updates.
mariadb_folder=$wayleave_tools/mariadb-10.11
# MySQL as Debian's unstable suite has it; the newest that is installed.
mysql_folder=$wayleave_tools/mysql-9
