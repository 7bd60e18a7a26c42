# shellcheck shell=bash
# What must be on the machine before anything is built. Sourced after messages.sh.

# The programs that cargo and torch-sys call. These are look-ups only, so they cost nothing on a warm run.
require_build_tools() {
    if ! command -v cargo >/dev/null && [[ -x "${HOME:-}/.cargo/bin/cargo" ]]; then
        PATH="$HOME/.cargo/bin:$PATH"
    fi
    local tool
    for tool in cargo rustc; do
        command -v "$tool" >/dev/null ||
            fail "$tool is not on the PATH" \
                "install Rust with rustup, then run this again in a new shell (rust-toolchain.toml picks the version)"
    done
    local compiler=${CXX:-c++}
    command -v "${compiler%% *}" >/dev/null ||
        fail "no C++ compiler: ${compiler%% *} is not on the PATH" \
            "install one (Debian, Ubuntu: g++; Fedora: gcc-c++), or name yours in CXX"
    command -v cc >/dev/null ||
        fail "no C compiler: cc is not on the PATH; rustc links with it" \
            "install one (Debian, Ubuntu: gcc; Fedora: gcc)"
}

# Whether the tools work, and are not merely there: a toolchain that rustup does not have, or a compiler without its
# headers, would otherwise be found after a download of 545 MB. Takes a second, so it is asked before a download only.
require_working_tools() {
    local tool folder
    for tool in cargo rustc; do
        # rustup may have to fetch the toolchain, and says so itself.
        # shellcheck disable=SC2154 # root is set by load.sh
        (cd -- "$root" && "$tool" --version) >/dev/null ||
            fail "$tool is on the PATH and does not run" \
                "the message above says why; with rustup: rustup toolchain install (in $root)"
    done
    folder=$(mktemp -d) || fail "cannot make a temporary folder" "set TMPDIR to a folder that can be written"
    local -a compiler
    read -ra compiler <<<"${CXX:-c++}"
    printf '#include <vector>\nint main() { return std::vector<int>(1)[0]; }\n' >"$folder/try.cpp"
    if ! "${compiler[@]}" -std=c++17 -o "$folder/try" "$folder/try.cpp" >&2; then
        rm -rf -- "$folder"
        fail "the C++ compiler ${compiler[0]} cannot compile and link a program of two lines" \
            "the message above says why; install it with its headers (Debian, Ubuntu: g++; Fedora: gcc-c++)"
    fi
    rm -rf -- "$folder"
}

# The programs that the download needs; a machine that brings its own libtorch can do without.
require_download_tools() {
    command -v python3 >/dev/null ||
        fail "python3 is not on the PATH; libtorch is unpacked with it" \
            "install Python 3, or set LIBTORCH to a folder with libtorch $LIBTORCH_VERSION"
    python3 -m pip --version >/dev/null 2>&1 ||
        fail "python3 has no pip; libtorch is fetched with it" \
            "install pip (Debian, Ubuntu: python3-pip; elsewhere: python3 -m ensurepip --user)" \
            "or set LIBTORCH to a folder with libtorch $LIBTORCH_VERSION"
    local tool
    for tool in flock sha256sum; do
        command -v "$tool" >/dev/null ||
            fail "$tool is not on the PATH" "install it (it belongs to util-linux or coreutils)"
    done
}

# The wheels are built for Linux x86_64 with glibc 2.28 or newer; elsewhere they would download and then not load.
require_supported_platform() {
    local system
    system="$(uname -s) $(uname -m)"
    [[ $system == "Linux x86_64" ]] ||
        fail "libtorch is fetched for Linux x86_64 only, and this is $system" \
            "set LIBTORCH to a folder with libtorch $LIBTORCH_VERSION for this machine"
    local glibc
    glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null || echo none)
    at_least_glibc "$glibc" 2.28 ||
        fail "the prebuilt libtorch needs glibc 2.28 or newer, found: $glibc" \
            "set LIBTORCH to a folder with libtorch $LIBTORCH_VERSION built for this system"
}

# at_least_glibc FOUND WANTED: compares `glibc MAJOR.MINOR` with MAJOR.MINOR; another C library never fits.
at_least_glibc() {
    [[ $1 =~ ^glibc\ ([0-9]+)\.([0-9]+) ]] || return 1
    local major=${BASH_REMATCH[1]} minor=${BASH_REMATCH[2]}
    ((major > ${2%%.*} || (major == ${2%%.*} && minor >= ${2#*.})))
}

# free_mebibytes FOLDER: what an ordinary user may still write there.
free_mebibytes() {
    df -Pm -- "$1" | awk 'NR == 2 { print $4 }'
}

# require_free_disk FOLDER MEBIBYTES
require_free_disk() {
    local free
    free=$(free_mebibytes "$1") || fail "cannot tell the free space under $1"
    ((free >= $2)) ||
        fail "too little disk: $1 has $free MiB free, fetching libtorch needs $2 MiB" \
            "make room, or set GRADE_CACHE to a folder on another disk"
}
