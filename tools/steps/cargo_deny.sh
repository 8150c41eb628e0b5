# shellcheck shell=bash
# cargo-deny: licences, bans and sources of every dependency (`make check`).

cargo_deny_folder=$tools/cargo-deny-$cargo_deny_version

cargo_deny_ready() { [[ -x $cargo_deny_folder/bin/cargo-deny ]]; }

cargo_deny_install() { cargo_tool "$cargo_deny_folder" cargo-deny "$cargo_deny_version" --locked; }
