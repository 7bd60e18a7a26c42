"""Compares submissions by copydetect's fingerprints: python compare.py PACKAGES FOLDER PERCENT LETTERS.

FOLDER/code/NAME/*.rs are the submissions, FOLDER/boilerplate/**/*.rs is what everybody was given or could look up. Files of
one name are compared with each other. Prints a JSON object: `tool`, and `pairs`, each with `one`, `other` (names), `percent`
(the larger of both shares of the code that is not boilerplate), `letters` (of code in common, names and comments apart) and
`files`.
"""

import json
import sys
from functools import cache
from io import StringIO
from itertools import combinations
from pathlib import Path

packages, folder, least_percent, least_letters = sys.argv[1:]
sys.path.insert(0, packages)

import copydetect  # noqa: E402
import numpy  # noqa: E402

# The tool's own defaults: what is shorter is never noticed, what is as long always is.
NOISE = 25
WINDOW = 1


@cache
def fingerprint_of(name, text, is_boilerplate):
    """The fingerprint of a file's text, without what is boilerplate; none where nothing is left. Equal texts share one."""
    if len(text) <= NOISE:
        return None
    known = None if is_boilerplate else boilerplate
    made = copydetect.CodeFingerprint(name, NOISE, WINDOW, known, fp=StringIO(text))
    return made if made.hashes else None


def fingerprint(path, is_boilerplate=False):
    """The fingerprint of a file."""
    return fingerprint_of(path.name, path.read_text(encoding="utf-8", errors="replace"), is_boilerplate)


@cache
def plain(made):
    """A fingerprint's hashes: the tool's own sets hold numbers of NumPy's, which are slow to look up."""
    return frozenset(map(int, made.hashes))


@cache
def overlap(one, other):
    """Letters that two fingerprints have in common."""
    return int(copydetect.compare_files(one, other)[0])


def given(folder):
    """The fingerprints of all boilerplate."""
    made = [fingerprint(path, True) for path in sorted(folder.rglob("*.rs"))]
    return numpy.array(sorted(set().union(*(own.hashes for own in made if own))))


class Submission:
    """The fingerprints of a submission's files by their names."""

    def __init__(self, place):
        made = {path.name: fingerprint(path) for path in sorted(place.glob("*.rs"))}
        self.files = {name: own for name, own in made.items() if own}
        self.count = sum(len(plain(own)) for own in self.files.values())
        self.size = sum(own.token_coverage for own in self.files.values())


def common(one, other):
    """Letters in common and the files that have some; nothing where too few fingerprints are shared for it to matter."""
    names = sorted(one.files.keys() & other.files.keys())
    shared = {name: len(plain(one.files[name]) & plain(other.files[name])) for name in names}
    # The share of letters is close to that of fingerprints: far below half of the bound nothing reaches it.
    if 200.0 * sum(shared.values()) < float(least_percent) * min(one.count, other.count):
        return 0, []
    letters = {name: overlap(one.files[name], other.files[name]) for name in names if shared[name]}
    return sum(letters.values()), [name for name, found in letters.items() if found]


root = Path(folder)
boilerplate = given(root / "boilerplate")
submissions = {place.name: Submission(place) for place in sorted((root / "code").iterdir())}
pairs = []
for (one, own), (other, others) in combinations(submissions.items(), 2):
    letters, files = common(own, others)
    size = min(own.size, others.size)
    percent = min(100.0 * letters / size, 100.0) if size > 0 else 0.0
    if percent >= float(least_percent) and letters >= int(least_letters):
        pairs.append({"one": one, "other": other, "percent": percent, "letters": letters, "files": files})
print(json.dumps({"tool": f"copydetect {copydetect.__version__}", "pairs": pairs}))
