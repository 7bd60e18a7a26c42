"""Compares submissions by copydetect's fingerprints: python compare.py PACKAGES FOLDER PERCENT LETTERS.

FOLDER/code/NAME/*.rs are the submissions, FOLDER/boilerplate/**/*.rs is what everybody was given or could look up. Files of
one name are compared with each other. Prints a JSON object: `tool`, and `pairs`, each with `one`, `other` (names), `percent`
(the larger of both shares of the code that is not boilerplate), `letters` (of code in common, names and comments apart) and
`files`.
"""

import json
import sys
from itertools import combinations
from pathlib import Path

packages, folder, least_percent, least_letters = sys.argv[1:]
sys.path.insert(0, packages)

import copydetect  # noqa: E402
import numpy  # noqa: E402

# The tool's own defaults: what is shorter is never noticed, what is as long always is.
NOISE = 25
WINDOW = 1


def fingerprint(path, boilerplate):
    """A file's fingerprint without what is boilerplate; none where nothing is left."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if len(text) <= NOISE:
        return None
    with path.open(encoding="utf-8", errors="replace") as file:
        made = copydetect.CodeFingerprint(str(path), NOISE, WINDOW, boilerplate, fp=file)
    return made if made.hashes else None


def given(folder):
    """The fingerprints of all boilerplate."""
    made = [fingerprint(path, None) for path in sorted(folder.rglob("*.rs"))]
    return numpy.array(sorted(set().union(*(own.hashes for own in made if own))))


root = Path(folder)
boilerplate = given(root / "boilerplate")
submissions = {
    place.name: {path.name: made for path in sorted(place.glob("*.rs")) if (made := fingerprint(path, boilerplate))}
    for place in sorted((root / "code").iterdir())
}
pairs = []
for one, other in combinations(submissions, 2):
    own, others = submissions[one], submissions[other]
    common, files = 0, []
    for name in own.keys() & others.keys():
        if own[name].hashes & others[name].hashes:
            overlap, _, _ = copydetect.compare_files(own[name], others[name])
            if overlap > 0:
                common += int(overlap)
                files.append(name)
    sizes = [sum(made.token_coverage for made in all_of.values()) for all_of in (own, others)]
    percent = 100.0 * common / min(sizes) if min(sizes, default=0) > 0 else 0.0
    if percent >= float(least_percent) and common >= int(least_letters):
        pairs.append(
            {"one": one, "other": other, "percent": min(percent, 100.0), "letters": common, "files": sorted(files)}
        )
print(json.dumps({"tool": f"copydetect {copydetect.__version__}", "pairs": pairs}))
