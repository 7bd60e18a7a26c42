"""Takes the CPU part of libtorch out of the pinned wheels.

Usage: unpack_libtorch.py VERSION FOLDER WHEEL...

Kept are the headers, the libraries that a program on the CPU links, and the two shared objects of CUDA that
`libtorch_cpu.so` names. `libtorch_cuda.so` is left out on purpose: where it is absent, torch-sys links the CPU
library alone. The folder appears under its name only when it is complete.
"""

import os
import shutil
import sys
import zipfile

HEADERS = "torch/include/"
LIBRARIES = {
    "torch/lib/libc10.so",
    "torch/lib/libgomp.so.1",
    "torch/lib/libtorch.so",
    "torch/lib/libtorch_cpu.so",
    "nvidia/cu13/lib/libcudart.so.13",
    "nvidia/cu13/lib/libcupti.so.13",
}


def place_of(member):
    """The path of a wheel's member inside the folder, or None where it is not needed."""
    if member in LIBRARIES:
        return os.path.join("lib", os.path.basename(member))
    if member.startswith(HEADERS) and not member.endswith("/"):
        return os.path.join("include", member[len(HEADERS):])
    return None


def unpack(wheel, folder):
    """Writes what is needed of one wheel; returns the libraries that it held."""
    found = set()
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            place = place_of(member)
            if place is None:
                continue
            target = os.path.join(folder, place)
            os.makedirs(os.path.dirname(target), exist_ok=True)
            with archive.open(member) as source, open(target, "wb") as sink:
                shutil.copyfileobj(source, sink, 1 << 20)
            found.add(member)
    return found & LIBRARIES


def main(version, folder, wheels):
    """Unpacks into a temporary name beside the folder, then renames."""
    os.umask(0o022)
    partial = folder + ".partial"
    shutil.rmtree(partial, ignore_errors=True)
    missing = LIBRARIES - set().union(*(unpack(wheel, partial) for wheel in wheels))
    if missing:
        sys.exit("error: not in the wheels: " + ", ".join(sorted(missing)))
    with open(os.path.join(partial, "build-version"), "w", encoding="ascii") as file:
        file.write(version + "\n")
    os.rename(partial, folder)


if __name__ == "__main__":
    try:
        main(sys.argv[1], sys.argv[2], sys.argv[3:])
    except (OSError, zipfile.BadZipFile) as error:
        sys.exit(f"error: {error}")
