# shellcheck shell=bash
# A Chromium for the browser tests: the one that is there (or WAYLEAVE_CHROMIUM), else Debian's,
# else the build that the browser driver knows how to fetch.

chromium_ready() {
    # shellcheck source=tools/env.sh
    [[ -n $(. "$root/tools/env.sh" && printf '%s' "${WAYLEAVE_CHROMIUM:-}") ]]
}

chromium_install() {
    # Ubuntu's package is an empty one that installs a snap, which cannot use folders like ours.
    # shellcheck disable=SC1091
    if [[ $(. /etc/os-release 2>/dev/null && printf '%s' "${ID:-}") == debian ]]; then
        apt_install "Chromium" chromium chromium-sandbox fonts-liberation
    else
        run "fetching Chromium" chromium_fetch
        chromium_ready || fail "Chromium is missing: install it with your system's package manager, or set WAYLEAVE_CHROMIUM to its program."
    fi
}

chromium_fetch() {
    export PLAYWRIGHT_BROWSERS_PATH=$tools/browser
    "$root/node_modules/.bin/playwright-core" install chromium
    # Its libraries, where we may; without root the browser says itself what it misses.
    if is_debian_like && as_root true; then as_root "$root/node_modules/.bin/playwright-core" install-deps chromium; fi
}
