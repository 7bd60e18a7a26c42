#!/usr/bin/env bash
# Run once by Gradescope, as root and with network, when the container is made: tools, libtorch, the grader.
set -euo pipefail
readonly here=/autograder/source
export DEBIAN_FRONTEND=noninteractive HOME=${HOME:-/root}

apt-get update
apt-get install -y --no-install-recommends ca-certificates g++ python3 python3-pip util-linux

# Rust: an installed one, or the distribution's rustup, which brings the version in rust-toolchain.toml.
if ! command -v cargo >/dev/null && [[ ! -x $HOME/.cargo/bin/cargo ]]; then
    apt-get install -y --no-install-recommends rustup || {
        printf 'error: this image has no rustup package\n  hint: choose an image with Ubuntu 24.04 or newer\n' >&2
        exit 1
    }
fi

chmod +x "$here"/course/scripts/{build,grade,setup} "$here/run_autograder"
"$here/course/scripts/build"
# Where Gradescope starts it.
cp "$here/run_autograder" /autograder/run_autograder
