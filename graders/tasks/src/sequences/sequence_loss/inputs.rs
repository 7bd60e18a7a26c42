//! Inputs of `sequence_loss`.

use judge::contract::arguments::{Array, arguments, array, tensor_like};
use judge::contract::random::Random;
use ndarray::Axis;
use wire::Tensors;

use crate::sequences::inputs::padded_tokens;
use crate::transformer::inputs::token_tensor;

/// Several batches, one after the other: a single number could be met without any understanding.
pub(super) fn batches(random: &mut Random, counts: &[&[usize]], length: usize, cached: usize) -> Tensors {
    let batches: Vec<Tensors> = counts
        .iter()
        .map(|counts| of_vocabulary(random, counts, length, cached, 7))
        .collect();
    let stacked = |name: &str| {
        let arrays: Vec<Array> = batches.iter().map(|batch| array(&batch[name])).collect();
        let views: Vec<_> = arrays.iter().map(|array| array.view()).collect();
        ndarray::stack(Axis(0), &views).expect("equal shapes")
    };
    arguments([
        ("logits", tensor_like(&batches[0]["logits"], &stacked("logits"))),
        ("tokens", token_tensor(&stacked("tokens"))),
    ])
}

/// One batch as a call has it.
pub(super) fn alone(given: &Tensors) -> Tensors {
    let with_axis = |name: &str| array(&given[name]).insert_axis(Axis(0));
    arguments([
        ("logits", tensor_like(&given["logits"], &with_axis("logits"))),
        ("tokens", token_tensor(&with_axis("tokens"))),
    ])
}

pub(super) fn of_vocabulary(
    random: &mut Random,
    counts: &[usize],
    length: usize,
    cached: usize,
    vocabulary: usize,
) -> Tensors {
    arguments([
        (
            "logits",
            random.scaled(&[counts.len(), cached + length, vocabulary], 2.0),
        ),
        ("tokens", padded_tokens(random, counts, length, vocabulary)),
    ])
}
