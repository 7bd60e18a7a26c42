#!/usr/bin/env bash
# Makes sure that the grader works here, then runs the tests of your own crate.
set -euo pipefail
# shellcheck source=lib/load.sh
source "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/lib/load.sh"

# The template as it was handed out: nothing in it is written, so it earns nothing.
run_template() {
    local report
    report=$("$GRADE" --submission "$root/student_template" --assignment {assignment} --report json=-) || return
    grep -q '"verdict": "not_attempted"' <<<"$report" ||
        fail "the template is not graded as unwritten" "take student_template anew from what you were handed out"
}

# Your own tests. The libraries that the grader was built with serve them too, as long as the profile is the same.
run_student() {
    export CARGO_PROFILE_RELEASE_STRIP=debuginfo CARGO_PROFILE_RELEASE_DEBUG=false
    LD_LIBRARY_PATH=$LIBTORCH/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} \
        cargo test --release --manifest-path "$root/student/Cargo.toml"
}

build_grader
step 1 2 "the grader" run_template
step 2 2 "your tests" run_student
