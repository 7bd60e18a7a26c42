//! Inputs of `generic_self_attention`.

use judge::contract::arguments::with;
use judge::contract::random::{Random, booleans};
use wire::{Tensor, Tensors};

use crate::sequences::inputs::{attention, padded_counts};
use crate::sequences::plain::{is_token, mask};

pub(super) fn everything_seen(
    random: &mut Random,
    batch: usize,
    length: usize,
    heads: usize,
    dimension: usize,
) -> Tensors {
    let given = attention(random, batch, length, heads, dimension);
    let shape = [batch, 1, length, length];
    with(&given, "mask", booleans(&shape, vec![true; batch * length * length]))
}

pub(super) fn padded(random: &mut Random, decoder: bool) -> Tensors {
    let (batch, length) = (3, 5);
    let given = attention(random, batch, length, 3, 2);
    let seen = is_token(&padded_counts(random, batch, length), length);
    with(&given, "mask", mask_tensor(&mask(&seen, decoder)))
}

/// A mask `[B, T, T]` as it crosses the border, with the axis of heads.
pub(super) fn mask_tensor(mask: &judge::contract::arguments::Array) -> Tensor {
    let shape = [mask.shape()[0], 1, mask.shape()[1], mask.shape()[2]];
    booleans(&shape, mask.iter().map(|&seen| seen != 0.0).collect())
}
