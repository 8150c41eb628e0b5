# shellcheck shell=bash
# Debian packages unpacked into a folder of our own: no root, nothing installed on the system, no
# service started, and a database that the machine already has is left alone.

# unpack_debian SUITE PACKAGE... FOLDER: fetches packages of that Debian suite with everything they
# depend on, lets apt check them against Debian's archive keys, and unpacks them into FOLDER.
unpack_debian() {
    local suite=$1 out=${!#} state=$tools/build/apt-$1 packages mirror keyring options file
    packages=("${@:2:$#-2}")
    mirror=$(debian_mirror)
    keyring=$(debian_file debian-archive-keyring usr/share/keyrings/debian-archive-keyring.gpg)

    rm -rf "$state"
    mkdir -p "$state"/{lists,log,cache/archives/partial}
    : >"$state/status" # nothing is installed, it says: so every dependency comes along
    printf 'deb [signed-by=%s] %s %s main\n' "$keyring" "$mirror" "$suite" >"$state/sources.list"

    # A state of its own, so that the system's sources, pins and caches play no part.
    options=(
        -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
        -o Dir::State="$state" -o Dir::State::Lists="$state/lists" -o Dir::State::status="$state/status"
        -o Dir::Cache="$state/cache" -o Dir::Log="$state/log"
        -o APT::Default-Release= -o APT::Sandbox::User="$(id -un)"
        -o Acquire::Languages=none -o Acquire::Retries=3
    )
    apt-get "${options[@]}" update
    apt-get "${options[@]}" install --yes --no-install-recommends --download-only "${packages[@]}"
    for file in "$state"/cache/archives/*.deb; do dpkg -x "$file" "$out"; done
    rm -rf "$state" "$out"/usr/share/{doc,man,locale,perl}
}

# The archive that this machine already uses; on Ubuntu the one that the system's own list of Debian
# mirrors names for the unstable suite. WAYLEAVE_DEBIAN_MIRROR comes before both.
debian_mirror() {
    local mirror=${WAYLEAVE_DEBIAN_MIRROR:-} release templates
    # shellcheck disable=SC1091
    release=$(. /etc/os-release && if [[ ${ID:-} == debian ]]; then printf '%s' "${VERSION_CODENAME:-sid}"; fi)
    if [[ -z $mirror && -n $release ]]; then
        # shellcheck disable=SC2016 # apt's own variables
        mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
            awk -v release="$release" '$2 == release && $3 == "main" && !found { print $1; found = 1 }')
    fi
    if [[ -z $mirror ]]; then
        templates=$(debian_file python-apt-common usr/share/python-apt/templates/Debian.info)
        mirror=$(awk '/^Suite: sid/ { sid = 1 } sid && /^BaseURI:/ && !found { print $2; found = 1 }' "$templates")
    fi
    if [[ -z $mirror ]]; then
        echo "No Debian mirror is known here: set WAYLEAVE_DEBIAN_MIRROR to one." >&2
        return 1
    fi
    printf '%s' "$mirror"
}

# debian_file PACKAGE PATH: that file on the system, or out of the package, which is not installed.
debian_file() {
    local package=$1 path=$2 keep=$tools/build/$1
    if [[ -e /$path ]]; then
        printf '/%s' "$path"
        return
    fi
    mkdir -p "$keep"
    (
        cd "$keep"
        apt-get download -o APT::Sandbox::User="$(id -un)" "$package"
        dpkg -x "$package"_*.deb .
    ) >&2
    printf '%s/%s' "$keep" "$path"
}

# launchers FOLDER NAME...: FOLDER/bin/NAME starts that unpacked program with the loader and
# libraries unpacked beside it, which may be newer than the system's.
launchers() {
    local folder=$1 name
    shift
    mkdir -p "$folder/bin"
    cat >"$folder/launch" <<'EOF'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
name=$(basename "$0")
machine=$(uname -m)-linux-gnu
for program in "$here/usr/sbin/$name" "$here/usr/bin/$name"; do [ -x "$program" ] && break; done
for loader in "$here/usr/lib/$machine"/ld-linux-*.so.* "$here/lib/$machine"/ld-linux-*.so.*; do [ -x "$loader" ] && break; done
exec "$loader" --library-path "$here/usr/lib/$machine:$here/lib/$machine" "$program" "$@"
EOF
    chmod +x "$folder/launch"
    for name in "$@"; do ln -s ../launch "$folder/bin/$name"; done
}
