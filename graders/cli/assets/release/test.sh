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
        fail "the template is not graded as unwritten" "take student_template again from what you were handed out"
}

# Your own tests. What takes minutes to build, the C++ below the bindings to libtorch, serves them too, as long as the
# profile is the grader's.
run_student() {
    export CARGO_PROFILE_RELEASE_STRIP=debuginfo CARGO_PROFILE_RELEASE_DEBUG=false CARGO_PROFILE_RELEASE_OPT_LEVEL=1
    local -a profile=()
    local package
    for package in torch-sys.opt-level=0 bzip2-sys.opt-level=0 zstd-sys.opt-level=0 sha2.opt-level=3; do
        profile+=(--config "profile.release.package.$package")
    done
    LD_LIBRARY_PATH=$LIBTORCH/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} \
        cargo test --release "${profile[@]}" --manifest-path "$root/student/Cargo.toml"
}

build_grader
step 1 2 "the grader" run_template
step 2 2 "your tests" run_student
