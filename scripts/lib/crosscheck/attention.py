"""Attention: the mask, the scaled dot product, its heads, and the causal layer (Assignment 2, 2.2 and 2.9)."""

import math

import numpy
import torch
from torch import Tensor, nn
from torch.nn import functional

from registry import Tensors, recomputes
from rotation import rotated


def visible(length: int) -> Tensor:
    """[T, T], true where row i may attend to column j: j <= i."""
    return torch.from_numpy(numpy.tri(length, dtype=bool))


@recomputes("causal_mask", "`numpy.tri`")
def causal_mask(inputs: Tensors) -> Tensors:
    return {"mask": visible(int(inputs["length"]))}


@recomputes("scaled_dot_product_attention", "`F.scaled_dot_product_attention`; weights from one-hot values")
def scaled_dot_product_attention(inputs: Tensors) -> Tensors:
    query, key, value = inputs["query"], inputs["key"], inputs["value"]
    mask = inputs.get("mask")
    # The operator returns no weights; with the identity as values they are its output.
    one_hot = torch.eye(key.shape[-2], dtype=key.dtype).expand(*key.shape[:-1], -1)
    return {
        "output": functional.scaled_dot_product_attention(query, key, value, attn_mask=mask),
        "weights": functional.scaled_dot_product_attention(query, key, one_hot, attn_mask=mask),
    }


@recomputes("flash_attention", "NumPy: Equation 4, as the task itself is libtorch's operator")
def flash_attention(inputs: Tensors) -> Tensors:
    require_evaluation(inputs)
    query, key, value = (inputs[name].numpy() for name in ("query", "key", "value"))
    scores = query @ key.swapaxes(-1, -2) / math.sqrt(query.shape[-1])
    scores = numpy.where(numpy.tri(query.shape[-2], key.shape[-2], dtype=bool), scores, -numpy.inf)
    exponentials = numpy.exp(scores - scores.max(axis=-1, keepdims=True))
    return {"output": torch.from_numpy(exponentials / exponentials.sum(axis=-1, keepdims=True) @ value)}


def heads_of(channels: Tensor, heads: int) -> Tensor:
    """[B, T, C] to [B, h, T, C/h]; head i has the i-th run of C/h channels."""
    return torch.stack(channels.chunk(heads, dim=-1), dim=-3)


@recomputes("split_heads", "`torch.chunk`, `torch.stack`")
def split_heads(inputs: Tensors) -> Tensors:
    return {"output": heads_of(inputs["input"], int(inputs["heads"]))}


@recomputes("merge_heads", "`torch.unbind`, `torch.cat`")
def merge_heads(inputs: Tensors) -> Tensors:
    return {"output": torch.cat(inputs["input"].unbind(dim=-3), dim=-1)}


@recomputes("causal_self_attention", "`nn.MultiheadAttention`; with rotation `F.scaled_dot_product_attention`")
def causal_self_attention(inputs: Tensors) -> Tensors:
    require_evaluation(inputs)
    return {"output": causal_layer(inputs["input"], inputs)}


def causal_layer(channels: Tensor, layer: Tensors) -> Tensor:
    """The layer with the weights, heads and rotation that `layer` names, without dropout."""
    return rotary_layer(channels, layer) if bool(layer["rotary"]) else library_layer(channels, layer)


def library_layer(channels: Tensor, layer: Tensors) -> Tensor:
    """PyTorch's own module, whose packed projection has the rows of the query first, then key, then value."""
    module = nn.MultiheadAttention(channels.shape[-1], int(layer["heads"]), batch_first=True, dtype=channels.dtype)
    names = {"in_proj_weight": "c_attn_weight", "in_proj_bias": "c_attn_bias"}
    names |= {"out_proj.weight": "c_proj_weight", "out_proj.bias": "c_proj_bias"}
    module.load_state_dict({own: layer[name] for own, name in names.items()})
    # Here true means hidden.
    hidden = ~visible(channels.shape[-2])
    with torch.no_grad():
        return module.eval()(channels, channels, channels, attn_mask=hidden, need_weights=False)[0]


def rotary_layer(channels: Tensor, layer: Tensors) -> Tensor:
    """The same with the query's and the key's heads rotated; the module has no place for that."""
    packed = functional.linear(channels, layer["c_attn_weight"], layer["c_attn_bias"])
    query, key, value = (heads_of(part, int(layer["heads"])) for part in packed.chunk(3, dim=-1))
    mixed = functional.scaled_dot_product_attention(rotated(query, 0), rotated(key, 0), value, is_causal=True)
    return functional.linear(torch.cat(mixed.unbind(dim=1), dim=-1), layer["c_proj_weight"], layer["c_proj_bias"])


def require_evaluation(inputs: Tensors) -> None:
    """What is drawn while training cannot be recomputed; no golden case may ask for it."""
    if "train" in inputs and bool(inputs["train"]):
        raise ValueError("a golden case in training mode has no fixed answer")
