# shellcheck shell=bash
# What every step of the set-up shares: words for the person who waits, a lock, root, apt.
#
# A step is a file that defines `NAME_ready` (is it there? must answer in milliseconds) and
# `NAME_install` (put it there). `tools/setup` runs the second only where the first says no.
# Nothing here may be called in a condition (`if`, `||`): bash would then ignore failing commands.

# shellcheck source=tools/versions.sh
. "$(dirname "${BASH_SOURCE[0]}")/../versions.sh"

root=$wayleave_root
tools=$wayleave_tools
logs=$tools/log
heartbeat_seconds=15

# No step may stop to ask a question.
export DEBIAN_FRONTEND=noninteractive

say() { printf 'setup: %s\n' "$*"; }

fail() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# 75 -> "1 min 15 s"
duration() {
    if (($1 < 60)); then printf '%d s' "$1"; else printf '%d min %02d s' $(($1 / 60)) $(($1 % 60)); fi
}

# run "WHAT" COMMAND...: runs COMMAND (a function or a program) with its output in a log, saying
# every few seconds that it still lives. If it fails: one sentence, the end of the log, and out.
run() {
    local what=$1 pid started=$SECONDS said=$SECONDS log status=0
    shift
    mkdir -p "$logs"
    log=$logs/${what%% (*}.log
    log=${log// /-}
    say "$what ..."

    # Job control gives the command a process group of its own, so that Ctrl-C can end all of it
    # (an ordinary background command of a script ignores Ctrl-C and lives on).
    set -m
    ("$@") >"$log" 2>&1 </dev/null 9>&- &
    pid=$!
    set +m
    # shellcheck disable=SC2064
    trap "kill -TERM -- -$pid 2>/dev/null; exit 130" INT TERM HUP

    while kill -0 "$pid" 2>/dev/null; do
        sleep 0.2
        if ((SECONDS - said >= heartbeat_seconds)); then
            said=$SECONDS
            say "  still at it after $(duration $((SECONDS - started)))"
        fi
    done
    wait "$pid" || status=$?
    trap - INT TERM HUP

    if ((status != 0)); then
        printf 'setup: %s failed after %s. The end of %s:\n' "${what%% (*}" "$(duration $((SECONDS - started)))" "$log" >&2
        tail -n 20 "$log" | sed 's/^/    /' >&2
        exit 1
    fi
    if ((SECONDS - started >= heartbeat_seconds)); then say "  done in $(duration $((SECONDS - started)))"; fi
}

# One set-up at a time per user. Each step asks again whether it is needed once it has the lock.
lock() {
    mkdir -p "$tools"
    exec 9>"$tools/.lock"
    have flock || return 0 # not on macOS; there the worst case is work done twice
    if ! flock --nonblock 9; then
        say "waiting for another set-up of this user to finish"
        flock 9
    fi
}

unlock() { exec 9>&-; }

# staged FOLDER COMMAND...: runs COMMAND with a new folder as its last argument, and moves that to
# FOLDER when it succeeded. An interrupted set-up leaves nothing that looks finished.
staged() {
    local target=$1 staging
    shift
    staging=$tools/.staging-$(basename "$target")
    rm -rf "$staging"
    mkdir -p "$staging"
    "$@" "$staging"
    rm -rf "$target"
    mv "$staging" "$target"
}

# --- root and system packages ---

is_debian_like() { have apt-get && have dpkg; }

# need_root WHAT BY_HAND: makes sure that `as_root` will not have to ask; `run` gives it no input.
need_root() {
    if [[ $(id -u) -eq 0 ]]; then return; fi
    have sudo || fail "$1 needs root: run '$2' as root and start again."
    sudo -n true 2>/dev/null || {
        say "$1 needs root"
        sudo -v || fail "$1 needs root: run '$2' as root and start again."
    }
}

as_root() {
    if [[ $(id -u) -eq 0 ]]; then "$@"; else sudo -n env DEBIAN_FRONTEND="$DEBIAN_FRONTEND" "$@"; fi
}

# apt_install WHAT PACKAGE...: installs system packages, or says what to install by hand.
apt_install() {
    local what=$1
    shift
    is_debian_like || fail "$what is missing, and only Debian and Ubuntu are set up automatically: install it with your system's package manager (Debian's names: $*)."
    need_root "installing $what" "apt-get install $*"
    run "installing $what with apt-get" apt_install_now "$@"
}

apt_install_now() {
    local install=(apt-get install --yes --no-install-recommends -o DPkg::Lock::Timeout=600)
    # A fresh machine has no package lists and an old one has stale ones; an update that fails for
    # some unrelated source is no reason to give up.
    as_root "${install[@]}" "$@" || {
        as_root apt-get update -o DPkg::Lock::Timeout=600 || true
        as_root "${install[@]}" "$@"
    }
}
