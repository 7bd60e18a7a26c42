# shellcheck shell=bash
# Builds the grader, and leaves it alone where it is current. Sourced after libtorch.sh.

# shellcheck disable=SC2154 # root is set by load.sh
readonly GRADE=$root/target/release/grade
# Written by `grade prepare`: the exact files that a submission is compiled against.
readonly TOOLKIT=$root/target/release/toolkit.json
readonly STAMP=$root/target/release/.grade-stamp

# Makes sure that grade and the toolkit are there and current. Ends with LIBTORCH exported.
build_grader() {
    require_build_tools
    provide_libtorch
    write_cargo_configuration
    # The toolkit is looked for beside the program, so cargo must not be led to another place.
    export CARGO_TARGET_DIR=$root/target
    unset CARGO_BUILD_TARGET
    is_current || compile_grader
}

# What a build depends on beside the sources.
stamp_text() {
    printf '%s\n' "$root" "$LIBTORCH" "$(command -v rustc)" "${RUSTUP_TOOLCHAIN:-}" "${RUSTFLAGS:-}" "${CXX:-}"
}

# Whether no source is newer than the last build: a few milliseconds, where cargo takes 0.16 s to say the same.
# A folder counts as well, so that a removed file is seen. The student's template is no part of the grader:
# a student may work in it, and half-written code must not stop the grader from starting.
is_current() {
    [[ -x $GRADE && -f $TOOLKIT && -f $STAMP && $(<"$STAMP") == "$(stamp_text)" ]] || return 1
    local newer
    newer=$(find "$root/Cargo.toml" "$root/Cargo.lock" "$root/rust-toolchain.toml" "$root/graders" \
        -newer "$STAMP" -print -quit) || return 1
    [[ -z $newer ]]
}

# One call of cargo for the program and for the worker's library: with one choice of features, shared packages are
# built once. Its messages name the libraries by their hashed file names, which grade notes down for the sandbox.
compile_grader() {
    local folder=$root/target/release
    local messages=$folder/.grade-messages.$$ stamp=$folder/.grade-stamp.$$
    [[ -x $GRADE ]] || printf 'building the grader; the bindings to libtorch take some minutes, once\n' >&2
    mkdir -p -- "$folder"
    # Stamped before the build: what is edited while it runs counts as newer.
    stamp_text >"$stamp"
    if (cd -- "$root" && cargo build --release --locked -p grade -p worker --lib --bin grade \
        --message-format=json-render-diagnostics </dev/null >"$messages" &&
        "$GRADE" prepare "$messages"); then
        mv -f -- "$stamp" "$STAMP"
        rm -f -- "$messages"
    else
        rm -f -- "$stamp" "$messages"
        fail "the grader could not be built" "the message above says why; this is not the submission's fault"
    fi
}
