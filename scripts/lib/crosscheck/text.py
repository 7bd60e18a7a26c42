"""Additive attention (Assignment 2, Equations 1 to 3) and the character tokenizer (2.4)."""

import torch

from registry import Tensors, recomputes


@recomputes("additive_attention", "`torch.einsum`, `torch.softmax`, `torch.bmm`")
def additive_attention(inputs: Tensors) -> Tensors:
    state, hidden = inputs["state"], inputs["hidden"]
    of_state = torch.einsum("us,bs->bu", inputs["state_weight"], state)
    of_hidden = torch.einsum("uh,bth->btu", inputs["hidden_weight"], hidden)
    energies = torch.einsum("u,btu->bt", inputs["energy_weight"], torch.tanh(of_state[:, None] + of_hidden))
    weights = torch.softmax(energies, dim=-1)
    return {"weights": weights, "context": torch.bmm(weights[:, None], hidden)[:, 0]}


@recomputes("char_tokenizer", "Python: `sorted`, `set`, `str.index`")
def char_tokenizer(inputs: Tensors) -> Tensors:
    """Text is stored as code points. Without a vocabulary the case asks for it, with one for ids or for text."""
    if "vocabulary" not in inputs:
        return {"vocabulary": code_points("".join(sorted(set(characters(inputs["text"])))))}
    vocabulary = characters(inputs["vocabulary"])
    if "text" in inputs:
        return {"ids": torch.tensor([vocabulary.index(character) for character in characters(inputs["text"])])}
    return {"text": code_points("".join(vocabulary[number] for number in inputs["ids"].tolist()))}


def characters(points: torch.Tensor) -> str:
    return "".join(map(chr, points.tolist()))


def code_points(text: str) -> torch.Tensor:
    return torch.tensor([ord(character) for character in text])
