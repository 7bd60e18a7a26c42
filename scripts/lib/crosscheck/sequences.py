"""Padded sequences: embedding, masks, attention, transformer, loss and generation (Problem Set 3, coding part)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from registry import Tensors, recomputes

PADDING = -1


@recomputes("embedding", "`nn.Embedding` with a padding index")
def embedding(inputs: Tensors) -> Tensors:
    return {"output": embedded(inputs["tokens"], inputs["token_embedding"], inputs["position_embedding"])}


def embedded(tokens: Tensor, table: Tensor, positions: Tensor) -> Tensor:
    """Padding is one more token, whose embedding the module keeps at zero."""
    vocabulary, width = table.shape
    module = nn.Embedding(vocabulary + 1, width, padding_idx=vocabulary, dtype=table.dtype)
    with torch.no_grad():
        module.weight[:vocabulary] = table
        own = module(torch.where(tokens == PADDING, vocabulary, tokens))
    return own + positions[: tokens.shape[1]]


def seen(counts: Tensor, length: int, causal: bool) -> Tensor:
    """[B, 1, T, T] entry by entry, true where a row may see a column."""
    rows = [
        [[column < int(count) and (column <= row or not causal) for column in range(length)] for row in range(length)]
        for count in counts
    ]
    return torch.tensor(rows).unsqueeze(1)


@recomputes("encoder_mask", "lists of booleans, entry by entry")
def encoder_mask(inputs: Tensors) -> Tensors:
    return {"mask": seen(inputs["num_tokens"], int(inputs["length"]), causal=False)}


@recomputes("decoder_mask", "lists of booleans, entry by entry")
def decoder_mask(inputs: Tensors) -> Tensors:
    return {"mask": seen(inputs["num_tokens"], int(inputs["length"]), causal=True)}


def attended(channels: Tensor, mask: Tensor, layer: Tensors, heads: int) -> Tensor:
    """PyTorch's own module, with the three projections packed; its mask is true where hidden, one per row and head."""
    module = nn.MultiheadAttention(channels.shape[-1], heads, batch_first=True, dtype=channels.dtype)
    parts = ("query", "key", "value")
    module.load_state_dict(
        {
            "in_proj_weight": torch.cat([layer[f"{part}_weight"] for part in parts]),
            "in_proj_bias": torch.cat([layer[f"{part}_bias"] for part in parts]),
            "out_proj.weight": layer["output_weight"],
            "out_proj.bias": layer["output_bias"],
        }
    )
    hidden = ~mask[:, 0].repeat_interleave(heads, dim=0)
    with torch.no_grad():
        return module.eval()(channels, channels, channels, attn_mask=hidden, need_weights=False)[0]


@recomputes("generic_self_attention", "`nn.MultiheadAttention`")
def generic_self_attention(inputs: Tensors) -> Tensors:
    return {"output": attended(inputs["input"], inputs["mask"], inputs, int(inputs["heads"]))}


BLOCK = [
    f"{layer}_{part}"
    for layer in ("norm_1", "norm_2", "query", "key", "value", "output", "mlp_hidden", "mlp_output")
    for part in ("weight", "bias")
]


def normalised(channels: Tensor, model: Tensors, name: str) -> Tensor:
    weight, bias = model[f"{name}_weight"], model[f"{name}_bias"]
    return functional.layer_norm(channels, weight.shape, weight, bias, float(model["epsilon"]))


def block(channels: Tensor, mask: Tensor, layer: Tensors) -> Tensor:
    """x + attention(norm(x)), then x + perceptron(norm(x))."""
    heads = int(layer["heads"])
    channels = channels + attended(normalised(channels, layer, "norm_1"), mask, layer, heads)
    hidden = normalised(channels, layer, "norm_2")
    hidden = functional.linear(hidden, layer["mlp_hidden_weight"], layer["mlp_hidden_bias"])
    return channels + functional.linear(nn.GELU()(hidden), layer["mlp_output_weight"], layer["mlp_output_bias"])


def hidden_states(tokens: Tensor, model: Tensors, causal: bool, cache: tuple[Tensor, Tensor] | None = None) -> Tensor:
    """[B, K + T, C]; a cache is its states and the number of them that are tokens'."""
    channels = embedded(tokens, model["token_embedding"], model["position_embedding"])
    is_token = tokens != PADDING
    if cache is not None:
        states, counts = cache
        channels = torch.cat([states, channels], dim=1)
        is_token = torch.cat([torch.arange(states.shape[1]) < counts[:, None], is_token], dim=1)
    length = is_token.shape[1]
    mask = is_token[:, None, None, :].expand(-1, 1, length, length)
    if causal:
        mask = mask & torch.ones(length, length, dtype=torch.bool).tril()
    for index in range(model["norm_1_weight"].shape[0]):
        channels = block(channels, mask, model | {name: model[name][index] for name in BLOCK})
    return normalised(channels, model, "final_norm")


@recomputes("generic_transformer", "the attention above, `F.layer_norm`, `nn.GELU()`")
def generic_transformer(inputs: Tensors) -> Tensors:
    cache = (inputs["cache"], inputs["cache_tokens"]) if "cache" in inputs else None
    return {"hidden": hidden_states(inputs["tokens"], inputs, bool(inputs["decoder"]), cache)}


def side(inputs: Tensors, name: str) -> Tensors:
    """The model whose tensors begin with the name, with the common settings."""
    own = {key.removeprefix(f"{name}_"): tensor for key, tensor in inputs.items() if key.startswith(f"{name}_")}
    return own | {key: inputs[key] for key in ("heads", "epsilon")}


def encoded(source: Tensor, inputs: Tensors) -> tuple[Tensor, Tensor]:
    return hidden_states(source, side(inputs, "encoder"), causal=False), (source != PADDING).sum(dim=1)


@recomputes("encoder_decoder", "the transformers above, `F.linear`")
def encoder_decoder(inputs: Tensors) -> Tensors:
    cache = encoded(inputs["source"], inputs)
    hidden = hidden_states(inputs["target"], side(inputs, "decoder"), causal=True, cache=cache)
    return {"logits": functional.linear(hidden, inputs["head"])}


@recomputes("sequence_loss", "`nn.NLLLoss` of `F.log_softmax`, token by token")
def sequence_loss(inputs: Tensors) -> Tensors:
    losses = []
    for logits, tokens in zip(inputs["logits"], inputs["tokens"]):
        cached = logits.shape[1] - tokens.shape[1]
        kept = [
            (functional.log_softmax(logits[row, cached + place - 1], dim=-1), tokens[row, place])
            for row in range(tokens.shape[0])
            for place in range(1, tokens.shape[1])
            if tokens[row, place] != PADDING
        ]
        chances, targets = (torch.stack(part) for part in zip(*kept))
        losses.append(nn.NLLLoss()(chances, targets))
    return {"loss": torch.stack(losses)}


def choice(logits: Tensor, step: int, row: int, inputs: Tensors) -> int:
    if "uniforms" not in inputs:
        return int(logits.numpy().argmax())
    chances = functional.softmax(logits / float(inputs["temperature"]), dim=-1)
    passed = torch.searchsorted(chances.cumsum(dim=-1), inputs["uniforms"][step, row], right=True)
    return min(int(passed), len(logits) - 1)


def generated(first: Tensor, inputs: Tensors, logits_of) -> Tensor:
    """Each row by itself, then side by side: rows that end earlier are continued by -1."""
    rows = []
    for row in range(first.shape[0]):
        sequence, new = first[row].tolist(), []
        for step in range(int(inputs["count"])):
            logits = logits_of(torch.tensor([sequence + new]), row)
            new.append(choice(logits, step, row, inputs))
            if new[-1] == int(inputs["end"]):
                break
        rows.append(new)
    longest = max(map(len, rows))
    return torch.tensor([row + [PADDING] * (longest - len(row)) for row in rows])


@recomputes("generate_sequence", "the model above row by row, `numpy.argmax`, `torch.searchsorted`")
def generate_sequence(inputs: Tensors) -> Tensors:
    def logits_of(sequence: Tensor, row: int) -> Tensor:
        return functional.linear(hidden_states(sequence, inputs, causal=True)[0, -1], inputs["head"])

    return {"new": generated(inputs["tokens"], inputs, logits_of)}


@recomputes("prefix_generate", "the same behind a prefix without its padding")
def prefix_generate(inputs: Tensors) -> Tensors:
    def logits_of(sequence: Tensor, row: int) -> Tensor:
        prefix = inputs["prefix"][row]
        cache = encoded(prefix[prefix != PADDING][None], inputs)
        hidden = hidden_states(sequence, side(inputs, "decoder"), causal=True, cache=cache)
        return functional.linear(hidden[0, -1], inputs["head"])

    start = inputs["start"].reshape(1, 1).expand(inputs["prefix"].shape[0], 1)
    return {"new": generated(start, inputs, logits_of)}
