"""Rotary positions (Assignment 2, 2.6): pairs of neighbouring channels as complex numbers."""

import torch
from torch import Tensor

from registry import Tensors, recomputes

BASE = 10000.0


def rotated(heads: Tensor, start: int) -> Tensor:
    """[..., T, d]: channels 2i and 2i+1 of the row at position m turn by m * BASE^(-2i/d), counter-clockwise."""
    length, size = heads.shape[-2:]
    frequencies = BASE ** (-torch.arange(0, size, 2, dtype=heads.dtype) / size)
    positions = torch.arange(start, start + length, dtype=heads.dtype)
    angles = torch.outer(positions, frequencies)
    turns = torch.polar(torch.ones_like(angles), angles)
    pairs = torch.view_as_complex(heads.unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * turns).flatten(-2)


@recomputes("rotary_embedding", "complex multiplication: `torch.polar`, `torch.view_as_complex`")
def rotary_embedding(inputs: Tensors) -> Tensors:
    start = int(inputs["start"])
    return {name: rotated(inputs[name], start) for name in ("query", "key")}
