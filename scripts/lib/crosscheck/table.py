"""The table that says what agrees: one row per task, in Markdown."""

from typing import NamedTuple


class Row(NamedTuple):
    """Outcome of one task."""

    task: str
    cases: int
    values: int
    method: str
    error: float | None


INTRODUCTION = """\
# Golden cases, computed a second time

Written by `./scripts/crosscheck`, not by hand. Every golden case is recomputed in f64 from its stored inputs, by
Python code that was written from the documents' definitions and not from the reference. The error is the largest
deviation over the largest stored value of an output; above {limit:.0e} the command fails. Integers, booleans and tokens
must be equal: "exact". A draw is compared by its probabilities. An answer that is right whenever it works is tried out.
"""


def render(rows: list[Row], limit: float, facts: dict[str, str]) -> str:
    """The whole file: introduction, what it was made with, the table, the sum."""
    lines = [INTRODUCTION.format(limit=limit)]
    lines += ["| made with | |", "|---|---|"]
    lines += [f"| {name} | {value} |" for name, value in facts.items()]
    lines += ["", "| task | cases | values | computed with | largest relative error |", "|---|---|---|---|---|"]
    lines += [f"| `{row.task}` | {row.cases} | {row.values} | {row.method} | {said(row.error)} |" for row in rows]
    cases, values = sum(row.cases for row in rows), sum(row.values for row in rows)
    errors = [row.error for row in rows if row.error is not None]
    lines += [f"| {len(rows)} tasks | {cases} | {values} | | {said(max(errors, default=None))} |", ""]
    return "\n".join(lines)


def said(error: float | None) -> str:
    """An error in words; its first digit is enough, as rounding differs between machines."""
    if error is None:
        return "exact"
    return "0" if error == 0.0 else f"{error:.0e}"
