# shellcheck shell=bash
# The Python packages that compare submissions: a folder in the cache that is filled once, and used by nothing else.
# Sourced after the helpers of load.sh. Nothing outside the cache is changed.

# shellcheck disable=SC2154 # root is set by load.sh
readonly SIMILARITY_REQUIREMENTS=$root/scripts/lib/similarity/requirements.txt
readonly SIMILARITY_DISK_MEBIBYTES=600

# Exports GRADE_SIMILARITY, the folder of the packages, and PYTHON, installing the packages first where they are not there yet.
provide_similarity() {
    export PYTHON=${PYTHON:-python3}
    command -v "$PYTHON" >/dev/null ||
        fail "$PYTHON is not on the PATH; needed is Python 3.11 or later" "install it, or name its program in PYTHON"
    "$PYTHON" -m pip --version >/dev/null 2>&1 ||
        fail "$PYTHON has no pip; copydetect is installed with it" \
            "install pip (Debian, Ubuntu: python3-pip; elsewhere: $PYTHON -m ensurepip --user)"
    local cache tag hash lock
    cache=$(cache_folder)
    tag=$("$PYTHON" -c 'import sys; print("cp%d%d" % sys.version_info[:2])')
    hash=$(sha256sum <"$SIMILARITY_REQUIREMENTS")
    # Other requirements are another folder, and the folder gets its name only when it is complete.
    export GRADE_SIMILARITY=$cache/similarity-$tag-${hash:0:12}
    [[ ! -d $GRADE_SIMILARITY ]] || return 0
    mkdir -p -- "$cache"
    exec {lock}>>"$cache/lock"
    flock "$lock"
    if [[ ! -d $GRADE_SIMILARITY ]]; then
        require_free_disk "$cache" "$SIMILARITY_DISK_MEBIBYTES"
        step 1 1 "install copydetect into ${GRADE_SIMILARITY##*/} (70 MB to fetch, once)" fill_similarity || similarity_failed
        mv -- "$GRADE_SIMILARITY.partial" "$GRADE_SIMILARITY"
    fi
    exec {lock}>&-
}

fill_similarity() {
    rm -rf -- "$GRADE_SIMILARITY.partial"
    PIP_ROOT_USER_ACTION=ignore "$PYTHON" -m pip install --target "$GRADE_SIMILARITY.partial" --no-deps \
        --only-binary=:all: --no-cache-dir --disable-pip-version-check --no-input --quiet --retries 5 \
        --requirement "$SIMILARITY_REQUIREMENTS" >&2 </dev/null
}

# pip's own message stands above.
similarity_failed() {
    rm -rf -- "$GRADE_SIMILARITY.partial"
    fail "copydetect could not be installed" \
        "check the network and pip's settings for a proxy or mirror, then run scripts/similar again" \
        "grading needs none of it"
}
