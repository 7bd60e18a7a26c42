"""Reads the golden files, and refuses those that are not what the manifest names.

`golden/<task>/inputs.safetensors` and `expected.safetensors` hold tensors named `<case>/<name>`.
"""

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import torch
from safetensors.torch import load as load_tensors

from registry import Tensors


class Unusable(Exception):
    """The golden files cannot be used; the text says which and why."""


class Case(NamedTuple):
    """Inputs and expected outputs of one case."""

    inputs: Tensors
    expected: Tensors


class Stored(NamedTuple):
    """All golden cases by task and name, and the hash of the manifest that names them."""

    tasks: dict[str, dict[str, Case]]
    manifest_sha256: str


def load(fixtures: Path) -> Stored:
    """All golden cases below `fixtures`."""
    content = read(fixtures / "manifest.json")
    entries = json.loads(content)["tasks"]
    folders = {folder.name for folder in (fixtures / "golden").iterdir() if folder.is_dir()}
    if folders != set(entries):
        odd = ", ".join(sorted(folders ^ set(entries)))
        raise Unusable(f"manifest and golden folder of {fixtures} disagree on: {odd}")
    tasks = {task: load_task(fixtures / "golden" / task, entry) for task, entry in entries.items()}
    return Stored(tasks, hashlib.sha256(content).hexdigest())


def load_task(folder: Path, entry: dict) -> dict[str, Case]:
    """The cases of one task, which are exactly those that its entry lists."""
    inputs = by_case(folder / "inputs.safetensors", entry["inputs_sha256"])
    expected = by_case(folder / "expected.safetensors", entry["expected_sha256"])
    if set(expected) != set(entry["cases"]) or not set(inputs) <= set(expected):
        raise Unusable(f"the files in {folder} do not hold the cases that the manifest lists")
    return {case: Case(inputs.get(case, {}), expected[case]) for case in entry["cases"]}


def by_case(path: Path, sha256: str) -> dict[str, Tensors]:
    """The tensors of a file by case and name; f32 inputs become f64, which is exact."""
    content = read(path)
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Unusable(f"{path} is not the file that the manifest names: its hash differs")
    cases: dict[str, Tensors] = {}
    for full_name, tensor in load_tensors(content).items():
        case, name = full_name.split("/", 1)
        cases.setdefault(case, {})[name] = tensor.to(torch.float64) if tensor.is_floating_point() else tensor
    return cases


def read(path: Path) -> bytes:
    """The bytes of a file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Unusable(f"cannot read {path}: {error.strerror}") from error
