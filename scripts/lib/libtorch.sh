# shellcheck shell=bash
# Where libtorch comes from: the folder that LIBTORCH names, or a cache that is filled here once from pinned wheels.
# Sourced after messages.sh and tools.sh. Ends with LIBTORCH exported; nothing outside the cache is changed.

readonly LIBTORCH_VERSION=2.11.0
# The wheels (545 MB), pip's own copy of the largest while it runs, and the unpacked folder (0.5 GB).
readonly LIBTORCH_DISK_MEBIBYTES=2000
LIBTORCH_SCRIPTS=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
readonly LIBTORCH_SCRIPTS
readonly LIBTORCH_WHEELS=$LIBTORCH_SCRIPTS/../libtorch-wheels.txt

# Sets and exports LIBTORCH, fetching the library first where it is not there yet.
provide_libtorch() {
    # Other ways of telling torch-sys where to look would silently win over the folder chosen here.
    unset LIBTORCH_USE_PYTORCH LIBTORCH_INCLUDE LIBTORCH_LIB LIBTORCH_STATIC
    if [[ -n ${LIBTORCH:-} ]]; then
        check_own_libtorch
    else
        local cache
        cache=$(cache_folder)
        LIBTORCH=$cache/libtorch-$LIBTORCH_VERSION
        # The folder gets its name only when it is complete, so its presence is enough.
        [[ -d $LIBTORCH ]] || fetch_libtorch "$cache"
    fi
    export LIBTORCH
}

# The user's own libtorch is used as it is, if it is one and has the version that the bindings are written for.
check_own_libtorch() {
    local found
    local -a hints=("set LIBTORCH to the folder that holds include and lib of libtorch $LIBTORCH_VERSION"
        "or unset LIBTORCH: scripts/setup then fetches it")
    [[ -e $LIBTORCH/lib/libtorch_cpu.so ]] ||
        fail "LIBTORCH is $LIBTORCH, but there is no lib/libtorch_cpu.so in it" "${hints[@]}"
    LIBTORCH=$(cd -- "$LIBTORCH" && pwd)
    found=$(own_libtorch_version)
    [[ $found == "$LIBTORCH_VERSION" ]] ||
        fail "LIBTORCH is $LIBTORCH, which has version $found; needed is $LIBTORCH_VERSION" "${hints[@]}"
}

# The version as a release of libtorch writes it (build-version) or as a Python package does (version.py),
# without the part after `+` that names CPU or CUDA.
own_libtorch_version() {
    local line=unknown
    if [[ -r $LIBTORCH/build-version ]]; then
        read -r line <"$LIBTORCH/build-version" || true
    elif [[ -r $LIBTORCH/version.py ]]; then
        line=$(sed -n "s/^__version__ = ['\"]\(.*\)['\"]$/\1/p" "$LIBTORCH/version.py")
    fi
    line=${line%%+*}
    printf '%s\n' "${line:-unknown}"
}

# One folder per user, outside the checkout: several checkouts share it.
cache_folder() {
    local folder
    if [[ -n ${GRADE_CACHE:-} ]]; then
        folder=$GRADE_CACHE
    elif [[ -n ${XDG_CACHE_HOME:-} ]]; then
        folder=$XDG_CACHE_HOME/dl-autograder
    elif [[ -n ${HOME:-} ]]; then
        folder=$HOME/.cache/dl-autograder
    else
        fail "there is no place for libtorch: GRADE_CACHE, XDG_CACHE_HOME and HOME are all unset" \
            "set GRADE_CACHE to a folder with 2 GB free, or LIBTORCH to a libtorch $LIBTORCH_VERSION"
    fi
    [[ $folder == /* ]] || folder=$PWD/$folder
    printf '%s\n' "$folder"
}

# fetch_libtorch CACHE: downloads and unpacks under a lock, so that two runs at once do the work once.
fetch_libtorch() {
    local cache=$1 lock
    require_supported_platform
    require_working_tools
    require_download_tools
    # A cache may be shared by the users of a machine, whatever the umask of the one who fills it.
    (umask 022 && mkdir -p -- "$cache") 2>/dev/null || true
    [[ -d $cache && -w $cache ]] ||
        fail "cannot write to the cache folder $cache" "set GRADE_CACHE to a folder of your own with 2 GB free"
    exec {lock}>>"$cache/lock"
    if ! flock --nonblock "$lock"; then
        printf 'waiting for another set-up that fills %s\n' "$cache" >&2
        flock "$lock"
    fi
    if [[ ! -d $cache/libtorch-$LIBTORCH_VERSION ]]; then
        require_free_disk "$cache" "$LIBTORCH_DISK_MEBIBYTES"
        # pip answers Ctrl-C by failing, which would read like a broken network.
        trap 'printf "stopped; finished downloads are kept for the next run\n" >&2; exit 130' INT
        download_and_unpack "$cache"
        trap - INT
    fi
    exec {lock}>&-
}

# download_and_unpack CACHE: a finished wheel stays until the unpacking is done, so that no later fault costs it.
download_and_unpack() {
    local cache=$1 wheel requirement size number=0
    local downloads=$cache/download-$LIBTORCH_VERSION
    local -a requirements wheels=()
    printf 'libtorch %s (CPU) goes to %s, once\n' "$LIBTORCH_VERSION" "$cache" >&2
    mapfile -t requirements < <(grep -v '^#' "$LIBTORCH_WHEELS")
    local total=$((${#requirements[@]} + 1))
    for requirement in "${requirements[@]}"; do
        number=$((number + 1))
        size=${requirement##*# }
        keep_wheel "$number" "$total" "$requirement" "$downloads" ||
            step "$number" "$total" "download ${requirement%% *} ($size)" download_wheel "$requirement" "$downloads" ||
            download_failed "$requirement" "$downloads"
        wheel=$(wheel_of "$requirement" "$downloads")
        wheels+=("$wheel")
    done
    step "$total" "$total" "unpack into libtorch-$LIBTORCH_VERSION (0.5 GB)" \
        python3 "$LIBTORCH_SCRIPTS/unpack_libtorch.py" \
        "$LIBTORCH_VERSION" "$cache/libtorch-$LIBTORCH_VERSION" "${wheels[@]}" ||
        fail "libtorch could not be unpacked into $cache" \
            "the message above says why; the downloads are kept, run scripts/setup again"
    rm -rf -- "$downloads"
}

# wheel_of REQUIREMENT DOWNLOADS: the file that pip left for this requirement; each has a folder of its own.
wheel_of() {
    local -a found=("$2/${1%%=*}"/*.whl)
    [[ -f ${found[0]} ]] && printf '%s\n' "${found[0]}"
}

# wheel_in_folder REQUIREMENT DOWNLOADS: whether the wheel is there in full. pip copies a finished download to its
# place, so a file may be cut off there; the hash decides, whoever brought the file.
wheel_in_folder() {
    local wheel hash=${1#*sha256:}
    wheel=$(wheel_of "$1" "$2") || return 1
    printf '%s  %s\n' "${hash%% *}" "$wheel" | sha256sum --check --status && return
    rm -f -- "$wheel"
    return 1
}

# keep_wheel NUMBER TOTAL REQUIREMENT DOWNLOADS: says so where an earlier run has already brought the wheel.
keep_wheel() {
    wheel_in_folder "$3" "$4" && printf '[%s/%s] %s is already downloaded\n' "$1" "$2" "${3%% *}" >&2
}

# download_wheel REQUIREMENT DOWNLOADS. The hash belongs to one Python and one platform, so pip is told these whatever
# Python runs it. Its temporary files stay beside the download: /tmp is often too small, and leftovers of a run that
# was killed go with the folder.
download_wheel() {
    local folder=$2/${1%%=*} platform
    local -a options=(--no-deps --only-binary=:all: --require-hashes --no-cache-dir --disable-pip-version-check
        --no-input --retries 5 --python-version 3.12 --implementation cp --abi cp312)
    for platform in manylinux_2_28 manylinux_2_25 manylinux_2_17 manylinux2014; do
        options+=(--platform "${platform}_x86_64")
    done
    # The bar is for people; a log gets the two lines of the step.
    [[ -t 2 ]] || options+=(--quiet)
    rm -rf -- "$folder" "$2/temporary"
    mkdir -p -- "$folder" "$2/temporary" && printf '%s\n' "$1" >"$folder/requirement.txt" || return
    TMPDIR=$2/temporary python3 -m pip download "${options[@]}" \
        --dest "$folder" --requirement "$folder/requirement.txt" >&2 </dev/null || return
    rm -rf -- "$2/temporary"
    wheel_in_folder "$1" "$2"
}

# download_failed REQUIREMENT DOWNLOADS: pip's own message stands above.
download_failed() {
    fail "pip could not fetch ${1%% *}" \
        "check the network and pip's settings for a proxy or mirror, then run scripts/setup again" \
        "wheels that are complete are kept in $2 and not fetched again" \
        "without a network: set LIBTORCH to a folder with libtorch $LIBTORCH_VERSION"
}
