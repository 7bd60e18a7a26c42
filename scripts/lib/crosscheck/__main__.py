"""Runs the cross-check in an environment of its own: python3 -I -S crosscheck PACKAGES FIXTURES TABLE.

PACKAGES is the folder with the pinned packages; nothing else that is installed can be imported.
"""

import os
import sys
from pathlib import Path

EXIT_ENVIRONMENT = 3


def main(packages: str, fixtures: str, table: str) -> int:
    sys.path.insert(1, packages)
    # The wheel's libraries name those of the graphics card; empty ones stand in for them (see crosscheck.sh). That
    # works as long as a symbol is looked up only when it is called, and nothing here calls one.
    sys.setdlopenflags(os.RTLD_LAZY)
    try:
        import torch_geometric  # noqa: F401 - the last of the packages, and it imports torch
    except (ImportError, OSError) as error:
        sys.stderr.write(f"error: the packages in {packages} do not load: {error}\n")
        sys.stderr.write("  hint: remove that folder and run ./scripts/crosscheck again\n")
        return EXIT_ENVIRONMENT
    from recompute import run

    return run(Path(fixtures), Path(table))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
