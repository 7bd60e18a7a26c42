# shellcheck shell=bash
# Sets the checkout's root and loads the other helpers. Every script sources this first.

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root
# shellcheck source=messages.sh
source "$root/scripts/lib/messages.sh"
# shellcheck source=tools.sh
source "$root/scripts/lib/tools.sh"
# shellcheck source=libtorch.sh
source "$root/scripts/lib/libtorch.sh"
# shellcheck source=cargo_configuration.sh
source "$root/scripts/lib/cargo_configuration.sh"
# shellcheck source=grader.sh
source "$root/scripts/lib/grader.sh"
