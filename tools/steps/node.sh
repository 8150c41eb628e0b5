# shellcheck shell=bash
# The packages of package.json: wrangler with the real Workers runtime, Node itself, esbuild,
# binaryen, the browser's driver and the browser client. npm's own cache is per user.

# What is installed, so that nothing runs while the two files stay as they are. By content, not by
# time: a checkout touches files without changing them.
node_stamp=$root/node_modules/.wayleave-stamp

node_wanted() { cat "$root/package.json" "$root/package-lock.json" | cksum; }

node_ready() { [[ -f $node_stamp && $(<"$node_stamp") == "$(node_wanted)" ]]; }

node_install() {
    if ! have npm; then apt_install "npm" nodejs npm; fi
    run "installing Node packages" node_install_now
}

node_install_now() {
    cd "$root"
    npm ci
    node_wanted >"$node_stamp"
}
