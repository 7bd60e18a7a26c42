//! Inputs of `generic_transformer`.

use judge::contract::arguments::with;
use judge::contract::random::Random;
use wire::Tensors;

use crate::sequences::inputs::{Sizes, padded_counts, padded_tokens, transformer_call, with_cache};

/// Padding in every row.
pub(super) fn padded(random: &mut Random, sizes: Sizes, decoder: bool) -> Tensors {
    let given = transformer_call(random, sizes, decoder);
    let counts = padded_counts(random, sizes.batch, sizes.length);
    let tokens = padded_tokens(random, &counts, sizes.length, sizes.vocabulary);
    with(&given, "tokens", tokens)
}

pub(super) fn cached(random: &mut Random, sizes: Sizes, decoder: bool, positions: usize) -> Tensors {
    let given = transformer_call(random, sizes, decoder);
    with_cache(random, &given, positions)
}
