"""Which function recomputes which task, and with what.

A recomputation takes the stored inputs of one case by name (floats in f64) and returns the outputs by name. It follows
the task's definition in the documents and PyTorch's own operators, never the reference implementation.
"""

from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

Tensors = dict[str, Tensor]


class Recomputation(NamedTuple):
    """How one task is computed a second time."""

    method: str
    outputs_of: Callable[[Tensors], Tensors]


class Trial(NamedTuple):
    """How the stored answer of one task is tried out, where any answer that works is right."""

    method: str
    faults_of: Callable[[Tensors], list[str]]


TRIALS: dict[str, Trial] = {}
RECOMPUTATIONS: dict[str, Recomputation] = {}


def recomputes(task: str, method: str):
    """Registers the decorated function for `task`; `method` says for the table what it computes with."""

    def register(function):
        if task in RECOMPUTATIONS:
            raise ValueError(f"two recomputations for {task}")
        RECOMPUTATIONS[task] = Recomputation(method, function)
        return function

    return register


def tries(task: str, method: str):
    """Registers the decorated function for `task`: it takes stored outputs and says what is wrong with them."""

    def register(function):
        if task in TRIALS:
            raise ValueError(f"two trials for {task}")
        TRIALS[task] = Trial(method, function)
        return function

    return register
