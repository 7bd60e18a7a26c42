# shellcheck shell=bash
# The Python packages of the cross-check: a folder in the cache that is filled once, and used by nothing else.
# Sourced after the helpers of load.sh. Nothing outside the cache is changed.

# shellcheck disable=SC2154 # root is set by load.sh
readonly CROSSCHECK_PROGRAM=$root/scripts/lib/crosscheck
readonly CROSSCHECK_REQUIREMENTS=$CROSSCHECK_PROGRAM/requirements.txt
# The wheels (0.6 GB), pip's copies while it runs, and the packages (1.3 GB).
readonly CROSSCHECK_DISK_MEBIBYTES=4000

# Libraries for graphics cards that the wheel's torch names, though nothing on the CPU calls them. Empty ones stand in:
# the real ones are 2.5 GB. Symbols are looked up when they are called, so a call would end the program, and no wrong
# number can come of it.
readonly -a CROSSCHECK_STAND_INS=(libcublas.so.13 libcublasLt.so.13 libcudnn.so.9 libcufft.so.12 libcufile.so.0
    libcurand.so.10 libcusparse.so.12 libcusparseLt.so.0 libnccl.so.2 libnvshmem_host.so.3)

# Sets CROSSCHECK_PYTHON and CROSSCHECK_PACKAGES, installing the packages first where they are not there yet.
provide_crosscheck() {
    require_supported_platform
    CROSSCHECK_PYTHON=${PYTHON:-python3}
    require_crosscheck_python
    local cache tag hash
    cache=$(cache_folder)
    tag=$("$CROSSCHECK_PYTHON" -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
    hash=$(printf '%s\n' "${CROSSCHECK_STAND_INS[@]}" | cat -- "$CROSSCHECK_REQUIREMENTS" - | sha256sum)
    # Other requirements are another folder, and the folder gets its name only when it is complete.
    CROSSCHECK_PACKAGES=$cache/crosscheck-$tag-${hash:0:12}
    [[ -d $CROSSCHECK_PACKAGES ]] || install_crosscheck "$cache"
}

# The pinned versions exist for these versions of Python.
require_crosscheck_python() {
    local -a hints=("install one of them, or name its program in PYTHON: PYTHON=python3.12 ./scripts/crosscheck")
    command -v "$CROSSCHECK_PYTHON" >/dev/null ||
        fail "$CROSSCHECK_PYTHON is not on the PATH; needed is Python 3.11 to 3.14" "${hints[@]}"
    "$CROSSCHECK_PYTHON" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' ||
        fail "$CROSSCHECK_PYTHON is $("$CROSSCHECK_PYTHON" --version 2>&1); needed is Python 3.11 to 3.14" "${hints[@]}"
}

# install_crosscheck CACHE: under a lock, so that two runs at once do the work once.
install_crosscheck() {
    local cache=$1 lock
    "$CROSSCHECK_PYTHON" -m pip --version >/dev/null 2>&1 ||
        fail "$CROSSCHECK_PYTHON has no pip; the packages of the cross-check are installed with it" \
            "install pip (Debian, Ubuntu: python3-pip; elsewhere: $CROSSCHECK_PYTHON -m ensurepip --user)"
    local tool
    for tool in cc flock; do
        command -v "$tool" >/dev/null || fail "$tool is not on the PATH" "install it (packages gcc and util-linux)"
    done
    mkdir -p -- "$cache" 2>/dev/null || true
    [[ -d $cache && -w $cache ]] ||
        fail "cannot write to the cache folder $cache" "set GRADE_CACHE to a folder of your own with 4 GB free"
    exec {lock}>>"$cache/lock"
    flock "$lock"
    if [[ ! -d $CROSSCHECK_PACKAGES ]]; then
        require_free_disk "$cache" "$CROSSCHECK_DISK_MEBIBYTES"
        step 1 1 "install the packages of the cross-check into ${CROSSCHECK_PACKAGES##*/} (0.6 GB to fetch, once)" \
            fill_crosscheck "$CROSSCHECK_PACKAGES.partial" || crosscheck_failed
        mv -- "$CROSSCHECK_PACKAGES.partial" "$CROSSCHECK_PACKAGES"
    fi
    exec {lock}>&-
}

# fill_crosscheck FOLDER: packages and stand-ins. pip's temporary files stay beside them, as /tmp is often too small.
fill_crosscheck() {
    local folder=$1
    rm -rf -- "$folder" "$folder.temporary"
    mkdir -p -- "$folder" "$folder.temporary" || return
    TMPDIR=$folder.temporary PIP_ROOT_USER_ACTION=ignore "$CROSSCHECK_PYTHON" -m pip install \
        --target "$folder" --no-deps --only-binary=:all: --no-compile --no-cache-dir \
        --disable-pip-version-check --no-input --quiet --retries 5 --requirement "$CROSSCHECK_REQUIREMENTS" \
        >&2 </dev/null || return
    rm -rf -- "$folder.temporary"
    make_stand_ins "$folder/nvidia/cu13/lib"
}

# make_stand_ins FOLDER: empty libraries, where torch looks for the real ones.
make_stand_ins() {
    local name
    mkdir -p -- "$1" || return
    for name in "${CROSSCHECK_STAND_INS[@]}"; do
        cc -shared -fPIC -nostdlib -x c /dev/null -Wl,-soname,"$name" -o "$1/$name" || return
    done
}

# pip's or the compiler's own message stands above.
crosscheck_failed() {
    rm -rf -- "$CROSSCHECK_PACKAGES.partial" "$CROSSCHECK_PACKAGES.partial.temporary"
    fail "the packages of the cross-check could not be installed" \
        "check the network and pip's settings for a proxy or mirror, then run scripts/crosscheck again" \
        "grading needs none of them"
}
