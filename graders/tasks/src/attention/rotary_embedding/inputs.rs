//! Inputs of `rotary_embedding`.

use judge::contract::arguments::arguments;
use judge::contract::random::Random;
use wire::{Tensor, Tensors};

pub(super) fn case(random: &mut Random, shape: &[usize], start: i64) -> Tensors {
    let (query, key) = (random.normal(shape), random.normal(shape));
    of(query, key, start)
}

/// The arguments of a call.
pub(super) fn of(query: Tensor, key: Tensor, start: i64) -> Tensors {
    arguments([("query", query), ("key", key), ("start", Tensor::integer(start))])
}
