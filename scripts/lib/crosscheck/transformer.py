"""Normalisation, block, GPT and generation (Assignment 2, 2.3, 2.5, 2.8)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from attention import causal_layer, require_evaluation
from registry import Tensors, recomputes
from sampling import certain_token, distribution

# The parameters of a block, which a model stores stacked along a first axis.
BLOCK = [f"{layer}_{part}" for layer in ("c_attn", "c_proj", "mlp_fc", "mlp_proj") for part in ("weight", "bias")]
BLOCK += ["norm_1", "norm_2"]


def normalised(channels: Tensor, weight: Tensor, epsilon: Tensor) -> Tensor:
    """x / sqrt(mean(x^2) + epsilon) * weight over the last axis."""
    return functional.rms_norm(channels, weight.shape, weight, float(epsilon))


@recomputes("rms_norm", "`F.rms_norm`")
def rms_norm(inputs: Tensors) -> Tensors:
    return {"output": normalised(inputs["input"], inputs["weight"], inputs["epsilon"])}


def block(channels: Tensor, layer: Tensors) -> Tensor:
    """x + attention(norm(x)), then x + perceptron(norm(x)); without dropout."""
    channels = channels + causal_layer(normalised(channels, layer["norm_1"], layer["epsilon"]), layer)
    hidden = normalised(channels, layer["norm_2"], layer["epsilon"])
    hidden = functional.linear(hidden, layer["mlp_fc_weight"], layer["mlp_fc_bias"])
    hidden = nn.GELU(approximate="tanh")(hidden)
    return channels + functional.linear(hidden, layer["mlp_proj_weight"], layer["mlp_proj_bias"])


@recomputes("decoder_block", "`nn.MultiheadAttention`, `F.rms_norm`, `nn.GELU(approximate=\"tanh\")`")
def decoder_block(inputs: Tensors) -> Tensors:
    require_evaluation(inputs)
    return {"output": block(inputs["input"], inputs)}


def logits_of(tokens: Tensor, model: Tensors) -> Tensor:
    """[B, T] to [B, T, V], without dropout. With rotation the position embedding stays unused."""
    channels = functional.embedding(tokens, model["token_embedding"])
    if not bool(model["rotary"]):
        channels = channels + model["position_embedding"][: tokens.shape[-1]]
    for index in range(model["norm_1"].shape[0]):
        channels = block(channels, model | {name: model[name][index] for name in BLOCK})
    channels = normalised(channels, model["final_norm"], model["epsilon"])
    return functional.linear(channels, model["head"])


@recomputes("gpt_forward", "the block above, `F.embedding`, `F.linear`")
def gpt_forward(inputs: Tensors) -> Tensors:
    require_evaluation(inputs)
    return {"logits": logits_of(inputs["tokens"], inputs)}


@recomputes("generate", "the model above, `numpy.argmax`; top-p by its probabilities, which leave one token")
def generate(inputs: Tensors) -> Tensors:
    tokens = inputs["tokens"]
    for _ in range(int(inputs["count"])):
        seen = tokens[:, -int(inputs["block_size"]) :]
        logits = logits_of(seen, inputs)[:, -1]
        if "p" in inputs:
            chosen = certain_token(distribution(logits, inputs["temperature"], inputs["p"]))
        else:
            chosen = torch.from_numpy(logits.numpy().argmax(axis=-1))
        tokens = torch.cat([tokens, chosen.unsqueeze(-1)], dim=-1)
    return {"tokens": tokens}
