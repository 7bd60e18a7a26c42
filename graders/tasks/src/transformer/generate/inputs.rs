//! Inputs of `generate`.

use judge::contract::arguments::with;
use judge::contract::random::Random;
use wire::{Tensor, Tensors};

use crate::transformer::inputs::{Sizes, model, tokens};

/// A model, a prompt and the number of new tokens, for greedy generation.
pub(super) fn case(random: &mut Random, sizes: Sizes, count: i64) -> Tensors {
    let sizes = Sizes {
        vocabulary: 11,
        ..sizes
    };
    prompted(random, sizes, count)
}

/// The same with a vocabulary of any size.
pub(super) fn prompted(random: &mut Random, sizes: Sizes, count: i64) -> Tensors {
    let mut given = model(random, sizes);
    given.insert(
        "tokens".to_owned(),
        tokens(random, sizes.batch, sizes.length, sizes.vocabulary),
    );
    given.insert("count".to_owned(), Tensor::integer(count));
    given
}

/// The same with draws from the nucleus.
pub(super) fn sampled(given: &Tensors, p: f64, temperature: f64) -> Tensors {
    with(
        &with(given, "p", Tensor::real(p)),
        "temperature",
        Tensor::real(temperature),
    )
}
