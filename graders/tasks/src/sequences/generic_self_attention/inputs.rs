//! Inputs of `generic_self_attention`.

use judge::contract::arguments::{Array, tensor_like, with};
use judge::contract::random::{Random, booleans};
use ndarray::IxDyn;
use wire::{Tensor, Tensors};

use crate::sequences::inputs::{attention, padded_counts};
use crate::sequences::oracle::{is_token, mask};
use crate::transformer::inputs::zeroed;

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

/// Queries and keys that give every score this value, which is not positive; values differ.
pub(super) fn equal_scores(given: &Tensors, score: f64) -> Tensors {
    let given = zeroed(given, &["query_weight", "key_weight"]);
    let width = given["query_bias"].shape()[0];
    let dimension = width / given["heads"].item().unwrap_or(1.0) as usize;
    let constant = (-score / (dimension as f64).sqrt()).sqrt();
    let bias = |value: f64| tensor_like(&given["query_bias"], &Array::from_elem(IxDyn(&[width]), value));
    with(&with(&given, "query_bias", bias(constant)), "key_bias", bias(-constant))
}

/// A mask `[B, T, T]` as it crosses the border, with the axis of heads.
pub(super) fn mask_tensor(mask: &Array) -> Tensor {
    let shape = [mask.shape()[0], 1, mask.shape()[1], mask.shape()[2]];
    booleans(&shape, mask.iter().map(|&seen| seen != 0.0).collect())
}
