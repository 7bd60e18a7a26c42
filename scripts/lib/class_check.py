"""For scripts/class-check: makes a class of the corpus in every layout, and holds what came of it against the corpus.

make FOLDER COUNT    Writes COUNT students into FOLDER/class, with FOLDER/roster.csv and FOLDER/expected.json.
compare FOLDER ONE OTHER    Whether two tables, as JSON, say the same of everybody, and what the corpus says.
"""

import io
import json
import random
import shutil
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "fixtures/submissions"
SEED = 20261
# What the students of a class hand in, of a hundred.
SHARES = {"wrong": 66, "correct": 14, "hostile": 8, "unwritten": 4, "unreadable": 4, "missing": 4}
LAYOUTS = ["canvas", "moodle", "gradescope", "clone", "folder", "archive"]
# Of a hundred who could: handed in late, and handed in twice.
LATE, TWICE = 10, 10


def wrong(tasks):
    """Folder, task and name of each mistake of these tasks; the folder's name is what the grader calls it in data."""
    for file in sorted(CORPUS.glob("wrong/*/expected.toml")):
        expected = tomllib.loads(file.read_text())
        if expected["task"] in tasks and not expected.get("training"):
            yield file.parent, expected["task"], file.parent.name


def hostile():
    """Attacks that end by themselves: those that use up a limit are for the doctor."""
    for file in sorted(CORPUS.glob("hostile/*/expected.toml")):
        if not tomllib.loads(file.read_text()).get("slow"):
            yield file.parent


def crate(base, overlay, top):
    """Files of a crate by name: one laid over another."""
    files = {}
    for layer in filter(None, [base, overlay]):
        for path in sorted([layer / "Cargo.toml", *layer.glob("src/**/*")]):
            if path.is_file():
                files[f"{top}{path.relative_to(layer)}"] = path.read_bytes()
    return files


def as_zip(files):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return memory.getvalue()


def as_tar(files):
    memory = io.BytesIO()
    with tarfile.open(fileobj=memory, mode="w:gz") as archive:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return memory.getvalue()


class Student:
    def __init__(self, number, kind, layout):
        self.number, self.kind, self.layout = number, kind, layout
        self.id = str(10000 + number)
        self.name = f"Student {number}"

    def place(self, attempt, is_late):
        """Where an attempt lies: a folder, or a file by its ending."""
        file = 20000 + 1000 * attempt + self.number
        return {
            "canvas": f"student{self.number}_{'LATE_' if is_late else ''}{self.id}_{file}_a2.zip",
            "moodle": f"Student {self.number}_{self.id}_assignsubmission_file_/a2.tar.gz",
            "gradescope": f"submission_{file}",
            "clone": f"a2-{self.id}/student",
            "folder": self.id,
            "archive": f"{self.id}.zip",
        }[self.layout]

    def metadata(self, attempt):
        """The lines of a Gradescope export."""
        folder = self.place(attempt, False)
        day = 10 + attempt
        return (
            f"{folder}:\n  :submitters:\n  - :name: {self.name}\n    :sid: '{self.id}'\n"
            f"  :created_at: 2026-11-{day} 10:00:00 Z\n"
        )


def write(path, files, spoilt):
    """Writes files as what the path's ending says; half of it where it is to be unreadable."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.name.endswith((".zip", ".tar.gz")):
        packed = as_zip(files) if path.suffix == ".zip" else as_tar(files)
        path.write_bytes(packed[: len(packed) // 2] if spoilt else packed)
        return
    path.mkdir(parents=True)
    if spoilt:
        return
    for name, content in files.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def make(folder, count, tasks):
    draw = random.Random(SEED)
    place = folder / "class"
    pools = {
        "wrong": list(wrong(tasks)),
        "correct": [(path, None, None) for path in sorted(CORPUS.glob("correct/*"))],
        "hostile": [(path, None, None) for path in hostile()],
    }
    base, template = ROOT / "reference", ROOT / "student_template"
    expected, metadata, roster = {}, ["---\n"], ["id,name,email,extension\n"]
    for number in range(count):
        kind = draw.choices(list(SHARES), SHARES.values())[0]
        student = Student(number, kind, LAYOUTS[number % len(LAYOUTS)])
        roster.append(f"{student.id},{student.name},student{number}@example.org,{draw.choice(['', '', '', 2])}\n")
        if kind == "missing":
            expected[student.id] = {"state": "missing"}
            continue
        overlay, task, mistake = draw.choice(pools[kind]) if kind in pools else (None, None, None)
        is_twice = student.layout in ("canvas", "gradescope") and draw.randrange(100) < TWICE
        is_late = draw.randrange(100) < LATE
        for attempt in range(2 if is_twice else 1):
            is_last = attempt == int(is_twice)
            # What comes before the last one is the template.
            source = template if kind == "unwritten" or not is_last else base
            # Some bytes of each student's own, so that nobody is graded with another.
            files = crate(source, overlay if is_last else None, "")
            files["src/attention.rs"] += f"\n// {student.id} {attempt}\n".encode()
            write(place / student.place(attempt, is_late), files, kind == "unreadable" and is_last)
            if student.layout == "clone":
                # Also where nothing was pushed.
                (place / f"a2-{student.id}/.git").mkdir()
            if student.layout == "gradescope":
                metadata.append(student.metadata(attempt))
        state = "not graded" if kind == "unreadable" else "graded"
        expected[student.id] = {"state": state, "kind": kind, "task": task, "mistake": mistake}
    (place / "submission_metadata.yml").write_text("".join(metadata))
    (folder / "roster.csv").write_text("".join(roster))
    (folder / "expected.json").write_text(json.dumps(expected, indent=1))
    kinds = [entry.get("kind", "missing") for entry in expected.values()]
    print(f"{count} students: " + ", ".join(f"{kinds.count(kind)} {kind}" for kind in SHARES))


def compare(folder, one, other):
    expected = json.loads((folder / "expected.json").read_text())
    tables = [json.loads(Path(path).read_text())["students"] for path in (one, other)]
    if tables[0] != tables[1]:
        differing = [a["id"] for a, b in zip(*tables) if a != b]
        sys.exit(f"error: the two tables differ: {len(tables[0])} and {len(tables[1])} students, other rows: {differing}")
    students = {student["id"]: student for student in tables[0]}
    troubles = []
    if len(students) != len(tables[0]) or set(students) != set(expected):
        troubles.append(f"lost or doubled: {sorted(set(students) ^ set(expected))}")
    named = {"as the corpus does": 0, "by another name": 0, "without a name": 0}
    for key, entry in expected.items():
        student = students.get(key, {"state": "lost", "tasks": []})
        if student["state"] != entry["state"]:
            troubles.append(f"{key} is {student['state']}, expected {entry['state']}: {student.get('reason')}")
            continue
        lost = [task["task"] for task in student["tasks"] if task["points"] < task["max_points"]]
        if entry.get("kind") == "correct" and lost:
            troubles.append(f"{key} is right and loses points in {lost}")
        if entry.get("kind") != "wrong":
            continue
        if entry["task"] not in lost:
            troubles.append(f"{key} is wrong in {entry['task']} and loses nothing there")
        judged = next((task for task in student["tasks"] if task["task"] == entry["task"]), {"mistakes": []})
        names = judged["mistakes"]
        how = "without a name" if not names else "as the corpus does" if entry["mistake"] in names else "by another name"
        named[how] += 1
    print("mistakes named " + ", ".join(f"{how}: {count}" for how, count in named.items()))
    if troubles:
        sys.exit("\n".join(["error: the table is not as the corpus has it", *troubles]))


def main():
    match sys.argv[1:]:
        case ["make", folder, count, *tasks]:
            folder = Path(folder)
            shutil.rmtree(folder / "class", ignore_errors=True)
            make(folder, int(count), tasks)
        case ["compare", folder, one, other]:
            compare(Path(folder), one, other)
        case _:
            sys.exit(__doc__)


main()
