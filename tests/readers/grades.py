"""Reads a file of grades by a platform's own rules, with nothing of this project: python3 grades.py PLATFORM < FILE.

Prints a JSON object: what the platform finds a student by -> the points that arrive there. Raises where the platform would
refuse the file. The rules are those of Canvas' Instructor Guide, "How do I import grades in the Gradebook?", and of
Moodle Docs, "Using Assignment" ("Offline marking"); Gradescope's those of the file that "Reviewing Grades" describes.
"""

import csv
import json
import re
import sys
from datetime import datetime


def canvas(rows):
    """By the university's number; a grade of nothing would remove what is there."""
    header, possible, *students = rows
    fixed = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
    if header[: len(fixed)] != fixed or len(header) != len(fixed) + 1:
        raise ValueError(f"invalid header row: {header}")
    if not re.fullmatch(r".+ \(\d+\)", header[-1]):
        raise ValueError(f"{header[-1]} is a new assignment")
    if "Points Possible" not in possible[0] or float(possible[-1]) <= 0:
        raise ValueError(f"no row of possible points: {possible}")
    arrived = {}
    for row in students:
        name, number, user, _login, _section, grade = row
        if number and not number.isdigit():
            raise ValueError(f"{number} is no number of a user")
        if grade == "":
            raise ValueError(f"the grade of {name} is removed")
        arrived[user or number or name] = float(grade)
    return arrived


def moodle(rows):
    """By the assignment's number of a participant; rows without one are passed over."""
    header, *students = rows
    identifier, grade = header.index("Identifier"), header.index("Grade")
    header.index("Last modified (grade)")
    arrived = {}
    for row in students:
        number = row[identifier][len("Participant ") :]
        if number and row[grade]:
            arrived[number] = float(row[grade])
    return arrived


def gradescope(rows):
    """By the university's number."""
    header, *students = rows
    arrived = {}
    for row in students:
        record = dict(zip(header, row, strict=True))
        if record["Submission Time"]:
            datetime.strptime(record["Submission Time"], "%Y-%m-%d %H:%M:%S %z")
        if not re.fullmatch(r"\d{2,}:\d{2}:\d{2}", record["Lateness (H:M:S)"]):
            raise ValueError(f"a lateness of {record['Lateness (H:M:S)']}")
        if record["Status"] == "Graded":
            arrived[record["SID"]] = float(record["Total Score"])
            if arrived[record["SID"]] > float(record["Max Points"]):
                raise ValueError(f"more points than there are: {record}")
    return arrived


rows = list(csv.reader(sys.stdin, strict=True))
if any(len(row) != len(rows[0]) for row in rows):
    raise ValueError("rows differ in their columns")
reader = {"canvas": canvas, "moodle": moodle, "gradescope": gradescope}[sys.argv[1]]
print(json.dumps(reader(rows)))
