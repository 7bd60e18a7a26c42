//! Inputs of `flash_attention`.

use judge::contract::arguments::{arguments, with};
use judge::contract::random::Random;
use wire::{Tensor, Tensors};

/// Arguments of a call, outside training but with a rate above 0.
pub(super) fn of(query: Tensor, key: Tensor, value: Tensor) -> Tensors {
    arguments([
        ("query", query),
        ("key", key),
        ("value", value),
        ("dropout", Tensor::real(0.3)),
        ("train", Tensor::flag(false)),
    ])
}

/// Queries, keys and values `[B, h, T, d]`; queries of the given size.
pub(super) fn case(random: &mut Random, shape: [usize; 4], size: f64) -> Tensors {
    of(
        random.scaled(&shape, size),
        random.normal(&shape),
        random.normal(&shape),
    )
}

/// One channel, queries that are powers of two or whole numbers, and keys with few digits: however a formulation places
/// the scale, scores are exact in f32, so that their size does not widen the tolerance.
pub(super) fn exact(random: &mut Random, query: fn(&mut Random) -> f64, key: fn(&mut Random) -> f64) -> Tensors {
    let shape = [2, 2, 5, 1];
    let given = case(random, shape, 1.0);
    let query = random.fill(&shape, query);
    let key = random.fill(&shape, key);
    with(&with(&given, "query", query), "key", key)
}

/// Every visible score is below -6e4, where a finite fill of the mask shows.
pub(super) fn low_scores(random: &mut Random) -> Tensors {
    exact(
        random,
        |random| -128.0 * random.integer(1, 3) as f64,
        |random| 512.0 + random.integer(0, 5) as f64 / 256.0,
    )
}

/// Scores of up to 100 and more, beyond what can be exponentiated in f32 without care.
pub(super) fn high_scores(random: &mut Random) -> Tensors {
    exact(
        random,
        |random| random.integer(-60, 61) as f64,
        |random| random.integer(-32, 33) as f64 / 8.0,
    )
}
