"""Greedy choice, nucleus and top-p sampling (Assignment 2, 2.8)."""

import numpy
import torch
from torch import Tensor

from registry import Tensors, recomputes

# Below this probability no draw of a test run ever falls on another token.
IMPOSSIBLE = 1e-9


def kept_mass(probabilities: Tensor, p: Tensor) -> Tensor:
    """[B, V]: a token stays iff the mass before it, in descending order and ties by lower index, is below p."""
    rows = probabilities.numpy()
    order = numpy.argsort(-rows, axis=-1, kind="stable")
    descending = numpy.take_along_axis(rows, order, axis=-1)
    # The mass strictly before a token is the sum up to the one before it; a difference would add rounding.
    before = numpy.zeros_like(descending)
    before[:, 1:] = numpy.cumsum(descending, axis=-1)[:, :-1]
    kept = numpy.zeros_like(rows)
    numpy.put_along_axis(kept, order, numpy.where(before < float(p), descending, 0.0), axis=-1)
    return torch.from_numpy(kept / kept.sum(axis=-1, keepdims=True))


def distribution(logits: Tensor, temperature: Tensor, p: Tensor) -> Tensor:
    """What top-p sampling draws from: temperature, softmax, nucleus, in this order."""
    return kept_mass(torch.softmax(logits / temperature, dim=-1), p)


def certain_token(probabilities: Tensor) -> Tensor:
    """The only token that each row can give; a golden case that leaves two is no golden case."""
    mass, token = probabilities.max(dim=-1)
    if bool((mass < 1.0 - IMPOSSIBLE).any()):
        raise ValueError("a stored token is a matter of chance")
    return token


@recomputes("greedy", "`numpy.argmax`, which takes the first of equals")
def greedy(inputs: Tensors) -> Tensors:
    return {"token": torch.from_numpy(inputs["logits"].numpy().argmax(axis=-1))}


@recomputes("nucleus", "NumPy: stable `argsort`, `cumsum`")
def nucleus(inputs: Tensors) -> Tensors:
    return {"output": kept_mass(inputs["probabilities"], inputs["p"])}


@recomputes("sample_top_p", "`torch.softmax` and the nucleus above: probabilities, or the only possible token")
def sample_top_p(inputs: Tensors) -> Tensors:
    probabilities = distribution(inputs["logits"], inputs["temperature"], inputs["p"])
    # A single row is a case about frequencies, several rows are a case with one possible token each.
    if probabilities.shape[0] == 1:
        return {"token.distribution": probabilities}
    return {"token": certain_token(probabilities)}
