# shellcheck shell=bash
# What plain cargo and a language server need to know of this machine, where they find it themselves. Sourced after
# libtorch.sh.

# The first line of a file that is ours to write over.
readonly CARGO_CONFIGURATION_MARK='# Made by scripts/setup for this machine; not for version control.'

# Writes .cargo/config.toml in the checkout, which cargo reads in every folder below it. LIBTORCH in it is the very text
# that the scripts export, so that a build of theirs is current for plain cargo, and the other way round. Nothing depends
# on it but plain cargo: where it cannot be written, the scripts go on.
write_cargo_configuration() {
    # shellcheck disable=SC2154 # root is set by load.sh
    local file=$root/.cargo/config.toml text found=
    text=$(cargo_configuration)
    if [[ -e $file ]]; then
        found=$(<"$file") || true
        [[ $found != "$text" ]] || return 0
        if [[ $found != "$CARGO_CONFIGURATION_MARK"* ]]; then
            [[ $found == *"LIBTORCH"* ]] ||
                printf 'note: %s is yours and does not name LIBTORCH; plain cargo needs these lines in it:\n%s\n' \
                    "$file" "$text" >&2
            return 0
        fi
    fi
    # Renamed into place: another script, or cargo, never sees half of it.
    { mkdir -p -- "${file%/*}" && printf '%s\n' "$text" >"$file.$$" && mv -f -- "$file.$$" "$file"; } 2>/dev/null ||
        printf 'note: cannot write %s; plain cargo needs LIBTORCH=%s here\n' "$file" "$LIBTORCH" >&2
}

# The runner is what `cargo test` and `cargo run` start programs with: they find libtorch by it, whatever is in RUSTFLAGS,
# and nothing is recompiled for it.
cargo_configuration() {
    # shellcheck disable=SC2016 # the shell of the runner puts the values in
    printf '%s\n' "$CARGO_CONFIGURATION_MARK" \
        '# With it, cargo and a language server work here without a variable set by hand.' \
        '[env]' \
        "LIBTORCH = $(toml_string "$LIBTORCH")" \
        '' \
        "[target.'cfg(target_os = \"linux\")']" \
        'runner = ["sh", "-c", '\''LD_LIBRARY_PATH="$LIBTORCH/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$0" "$@"'\'']'
}

# toml_string TEXT: in quotes, with what would end or change it escaped.
toml_string() {
    local text=${1//\\/\\\\}
    printf '"%s"' "${text//\"/\\\"}"
}
