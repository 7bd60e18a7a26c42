# shellcheck shell=bash
# How the scripts speak: steps and errors, on standard error so that standard output stays with the grader.
# Sourced, never run. What is said follows the grader: lower case, what is wrong, then the next step.

# The grader's own exit code for "this machine is not ready": never a student's failure.
readonly EXIT_ENVIRONMENT=3

# fail MESSAGE [HINT]...: says what is wrong and what to do next, and ends the script.
fail() {
    printf 'error: %s\n' "$1" >&2
    shift
    local hint
    for hint in "$@"; do
        printf '  hint: %s\n' "$hint" >&2
    done
    exit "$EXIT_ENVIRONMENT"
}

# step NUMBER TOTAL NAME COMMAND [ARGUMENT]...: announces a long step, runs it and tells its seconds.
# The command's failure is the caller's to judge; it must not rely on `set -e` inside.
step() {
    local number=$1 total=$2 name=$3 start=$SECONDS status=0
    shift 3
    printf '[%s/%s] %s\n' "$number" "$total" "$name" >&2
    "$@" || status=$?
    if ((status == 0)); then
        printf '[%s/%s] done in %s s\n' "$number" "$total" "$((SECONDS - start))" >&2
    fi
    return "$status"
}
