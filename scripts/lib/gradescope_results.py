"""What Gradescope writes and reads, for scripts/gradescope-check: a submission's metadata, and whether a results.json is
what it accepts. Knows its published contract and nothing of the grader."""

import json
import sys

TOP = {
    "score", "execution_time", "output", "output_format", "test_output_format", "test_name_format", "visibility",
    "stdout_visibility", "extra_data", "tests", "leaderboard",
}
TEST = {
    "score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags", "visibility",
    "extra_data",
}
FORMATS = {"text", "html", "simple_format", "md", "ansi"}
VISIBILITIES = {"hidden", "after_due_date", "after_published", "visible"}
# Handed in half a day late.
METADATA = {
    "id": 123456,
    "created_at": "2026-03-02T11:59:00.000000-05:00",
    "assignment": {
        "id": 25, "course_id": 7, "title": "Assignment", "total_points": "100.0",
        "due_date": "2026-03-01T23:59:00.000000-05:00", "late_due_date": "2026-03-04T23:59:00.000000-05:00",
        "release_date": "2026-02-01T00:00:00.000000-05:00", "group_size": None, "group_submission": False,
    },
    "submission_method": "upload",
    "users": [{"email": "student@example.invalid", "id": 1, "name": "A Student"}],
    "previous_submissions": [],
}


# Two more days for this student alone.
EXTENSION = {
    "release_date": "2026-02-01T00:00:00.000000-05:00", "due_date": "2026-03-03T23:59:00.000000-05:00",
    "late_due_date": "2026-03-06T23:59:00.000000-05:00",
}
# Submissions that are worth all points.
RIGHT = {"correct", "repository", "archive", "stray", "extension"}


def metadata(kind):
    """What Gradescope says of a submission of this kind."""
    if kind != "extension":
        return METADATA
    return METADATA | {"users": [user | {"assignment": EXTENSION} for user in METADATA["users"]]}


def require(holds, words):
    if not holds:
        sys.exit(f"error: results.json: {words}")


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e9


def check_shape(results):
    """Keys, types and ranges, as Gradescope documents them."""
    require(isinstance(results, dict), "not one object")
    require(set(results) <= TOP, f"unknown keys {sorted(set(results) - TOP)}")
    require("tests" in results or "score" in results, "neither tests nor a score")
    for key in ("score", "execution_time"):
        require(key not in results or is_number(results[key]), f"{key} is not a number")
    for key in ("output_format", "test_output_format", "test_name_format"):
        require(results.get(key, "text") in FORMATS, f"{key} is unknown")
    for key in ("visibility", "stdout_visibility"):
        require(results.get(key, "visible") in VISIBILITIES, f"{key} is unknown")
    require(isinstance(results.get("output", ""), str), "output is not a text")
    require(isinstance(results.get("extra_data", {}), dict), "extra_data is not an object")
    for test in results.get("tests", []):
        check_test(test)


def check_test(test):
    require(isinstance(test, dict) and set(test) <= TEST, f"a test with unknown keys: {test}")
    name = test.get("name")
    require(isinstance(name, str) and name, "a test without a name")
    require(("score" in test) == ("max_score" in test), f"{name}: one of score and max_score")
    if "score" in test:
        require(is_number(test["score"]) and is_number(test["max_score"]), f"{name}: points are not numbers")
        require(0 <= test["score"] <= test["max_score"], f"{name}: points out of range")
    require(test.get("status", "passed") in {"passed", "failed"}, f"{name}: unknown status")
    # With a hidden test, students would not see their total.
    require(test.get("visibility", "visible") == "visible", f"{name} is hidden")
    for key in ("number", "output"):
        require(isinstance(test.get(key, ""), str), f"{name}: {key} is not a text")


def check_kind(kind, results):
    """What must come of a submission of this kind; gives points and how many there are."""
    tests = [test for test in results.get("tests", []) if "score" in test]
    points, most = (sum(test[key] for test in tests) for key in ("score", "max_score"))
    said = results.get("output", "")
    if kind in RIGHT:
        require(("late day" in said) == (kind != "extension"), f"late days are wrong in: {said}")
        require(tests and abs(points - most) < 1e-9, f"{points} of {most} points")
        require(all(test["status"] == "passed" for test in tests), "a test has failed")
    elif kind == "wrong":
        require(0 < points < most, f"{points} of {most} points")
        failed = [test for test in tests if test["status"] == "failed"]
        require(failed and all(test.get("output") for test in failed), "no failed test, or one that says nothing")
    elif kind == "hanging":
        require(tests and points == 0, f"{points} of {most} points")
        require(any("timed out" in test.get("output", "") for test in tests), "nothing is said of time")
    elif kind == "memory":
        require(tests and points == 0, f"{points} of {most} points")
        require(any("out of memory" in test.get("output", "") for test in tests), "nothing is said of memory")
    else:
        require(results.get("score", points) == 0, "points for nothing")
        require(results.get("output"), "it is not said why there are none")
    return points, most


def main(words):
    if words[0] == "metadata":
        print(json.dumps(metadata(words[1]), indent=2))
        return
    kind, path, seconds, allowed = words[1], words[2], int(words[3]), int(words[4])
    with open(path, encoding="utf-8") as file:
        results = json.load(file)
    check_shape(results)
    points, most = check_kind(kind, results)
    require(seconds < allowed, f"{seconds} s, and {allowed} s are allowed")
    print(f"{kind:<10} {points:.2f} of {most:.2f} points, {seconds} s of {allowed} s; results.json is valid")


main(sys.argv[1:])
