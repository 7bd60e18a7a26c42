"""How far a recomputed output lies from the stored one, and whether that is too far."""

from typing import NamedTuple

import torch
from torch import Tensor

from registry import Tensors

# Two correct computations in f64 differ by rounding only; a convention read differently costs many orders more.
LIMIT = 1e-10


class Agreement(NamedTuple):
    """Outcome of one case."""

    # The largest deviation over the largest stored value, of all outputs with floats; None where there are none.
    error: float | None
    # Numbers that were compared.
    values: int
    # What does not agree, one sentence each; empty where all does.
    faults: list[str]


def compare_case(expected: Tensors, computed: Tensors) -> Agreement:
    """Compares all outputs of a case; a name on one side only is a fault."""
    errors, faults = [], []
    for name in sorted(set(expected) ^ set(computed)):
        faults.append(f"output `{name}` is on one side only")
    shared = sorted(set(expected) & set(computed))
    for name in shared:
        error, fault = compare_output(expected[name], computed[name])
        errors.extend([] if error is None else [error])
        faults.extend([] if fault is None else [f"output `{name}` {fault}"])
    return Agreement(max(errors, default=None), sum(expected[name].numel() for name in shared), faults)


def compare_output(expected: Tensor, computed: Tensor) -> tuple[float | None, str | None]:
    """The relative error of one output (None for integers and booleans) and what is wrong with it, if anything."""
    if expected.shape != computed.shape:
        return None, f"has shape {list(expected.shape)}, recomputed {list(computed.shape)}"
    if expected.dtype != computed.dtype:
        return None, f"is {expected.dtype}, recomputed {computed.dtype}"
    if not expected.is_floating_point():
        differing = int((expected != computed).sum())
        return None, f"differs at {differing} of {expected.numel()} places" if differing else None
    return compare_floats(expected, computed)


def compare_floats(expected: Tensor, computed: Tensor) -> tuple[float | None, str | None]:
    """As `compare_output`, for floats of equal shape."""
    if not bool(torch.isfinite(expected).all() and torch.isfinite(computed).all()):
        return None, "holds a value that is not finite"
    if expected.numel() == 0:
        return 0.0, None
    deviation, scale = (expected - computed).abs(), expected.abs().max().item()
    largest = deviation.max().item()
    if largest == 0.0:
        return 0.0, None
    error = largest / scale if scale > 0.0 else float("inf")
    if error <= LIMIT:
        return error, None
    place = int(deviation.argmax())
    stored, other = expected.flatten()[place].item(), computed.flatten()[place].item()
    where = [int(index) for index in torch.unravel_index(torch.tensor(place), expected.shape)]
    told = f"at {where} stored {stored:.12g}, recomputed {other:.12g}"
    return error, f"is off by {error:.1e} of its largest value; {told}"
