"""Recomputes all golden cases, tells what disagrees and writes the table."""

import importlib
import platform
import sys
from importlib.metadata import version
from pathlib import Path

import torch

import stored
from comparison import LIMIT, Agreement, compare_case
from registry import RECOMPUTATIONS, TRIALS
from table import Row, render

# One file per group of topics.
GROUPS = ("attention", "rotation", "transformer", "sampling", "text", "graph_matrices", "graph_layers", "convolution")
GROUPS += ("theory", "sequences")
PACKAGES = ("torch", "torch_geometric", "numpy", "safetensors")

EXIT_AGREES = 0
# As in the grader: a fault of the fixtures, and a deviation that was looked for and found.
EXIT_FAULT = 4
EXIT_DEVIATION = 5


def run(fixtures: Path, table: Path) -> int:
    """Recomputes everything below `fixtures`; the table is written only where all agrees."""
    torch.set_num_threads(1)
    for group in GROUPS:
        importlib.import_module(group)
    try:
        golden = stored.load(fixtures)
    except (stored.Unusable, ValueError, KeyError) as error:
        say(f"error: {error!s}")
        say("  hint: restore the fixtures from version control, or make them again with ./scripts/grade regen")
        return EXIT_FAULT
    rows, faults = recompute(golden.tasks)
    text = render(rows, LIMIT, facts(golden))
    sys.stdout.write(text)
    if faults:
        return deviation(faults)
    table.write_text(text, encoding="utf-8")
    say(f"all {sum(row.cases for row in rows)} golden cases agree; the table is in {table}")
    return EXIT_AGREES


def recompute(tasks: dict[str, dict[str, stored.Case]]) -> tuple[list[Row], list[str]]:
    """One row per recomputed task, in the order of the groups, and one sentence per fault."""
    known = set(RECOMPUTATIONS) | set(TRIALS)
    faults = [f"{task}: has golden cases and no recomputation" for task in sorted(set(tasks) - known)]
    faults += [f"{task}: has a recomputation and no golden cases" for task in sorted(known - set(tasks))]
    rows = []
    for task, recomputation in RECOMPUTATIONS.items():
        cases = tasks.get(task, {})
        outcomes = {case: outcome(recomputation.outputs_of, tensors) for case, tensors in cases.items()}
        faults += [f"{task}/{case}: {fault}" for case, found in outcomes.items() for fault in found.faults]
        errors = [found.error for found in outcomes.values() if found.error is not None]
        values = sum(found.values for found in outcomes.values())
        rows.append(Row(task, len(cases), values, recomputation.method, max(errors, default=None)))
    for task, trial in TRIALS.items():
        cases = tasks.get(task, {})
        tried = {case: attempt(trial.faults_of, tensors) for case, tensors in cases.items()}
        faults += [f"{task}/{case}: the stored answer {fault}" for case, found in tried.items() for fault in found]
        values = sum(tensor.numel() for tensors in cases.values() for tensor in tensors.expected.values())
        rows.append(Row(task, len(cases), values, f"tried out: {trial.method}", None))
    return rows, faults


def attempt(faults_of, case: stored.Case) -> list[str]:
    """What is wrong with a stored answer; a trial that breaks is a fault of that case alone."""
    try:
        return faults_of(case.expected)
    except Exception as error:  # As above: whatever is raised belongs into the report.
        return [f"cannot be tried out: {type(error).__name__}: {error}"]


def outcome(outputs_of, case: stored.Case) -> Agreement:
    """Recomputes and compares one case; a recomputation that breaks is a fault of that case alone."""
    try:
        # The inputs are copied: an operator that works in place must not reach the next case.
        computed = outputs_of({name: tensor.clone() for name, tensor in case.inputs.items()})
    except Exception as error:  # Whatever a library raises belongs into the report, beside the other cases.
        return Agreement(None, 0, [f"cannot be recomputed: {type(error).__name__}: {error}"])
    return compare_case(case.expected, computed)


def facts(golden: stored.Stored) -> dict[str, str]:
    """What the table was made with."""
    facts = {"Python": platform.python_version()}
    facts |= {package: version(package) for package in PACKAGES}
    return facts | {"SHA-256 of `fixtures/manifest.json`": f"`{golden.manifest_sha256}`"}


def deviation(faults: list[str]) -> int:
    """Says what disagrees; nothing is written."""
    for fault in faults:
        say(f"error: {fault}")
    say("  hint: compare both readings with the document: the reference's doc comment and scripts/lib/crosscheck")
    return EXIT_DEVIATION


def say(line: str) -> None:
    """Messages go to standard error, the table to standard output."""
    sys.stderr.write(line + "\n")
