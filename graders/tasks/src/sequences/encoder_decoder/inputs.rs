//! Inputs of `encoder_decoder`.

use judge::contract::arguments::with;
use judge::contract::random::Random;
use wire::Tensors;

use crate::sequences::inputs::{Sizes, encoder_decoder_call, padded_counts, padded_tokens};

pub(super) fn full(random: &mut Random, sizes: Sizes, source_length: usize) -> Tensors {
    let given = encoder_decoder_call(random, sizes, source_length);
    let rows = |length: usize| vec![length; sizes.batch];
    let source = padded_tokens(random, &rows(source_length), source_length, sizes.vocabulary + 2);
    let target = padded_tokens(random, &rows(sizes.length), sizes.length, sizes.vocabulary);
    with(&with(&given, "source", source), "target", target)
}

/// Padding in every row of both.
pub(super) fn padded(random: &mut Random, sizes: Sizes, source_length: usize) -> Tensors {
    let given = encoder_decoder_call(random, sizes, source_length);
    let source = padded_counts(random, sizes.batch, source_length);
    let source = padded_tokens(random, &source, source_length, sizes.vocabulary + 2);
    let target = padded_counts(random, sizes.batch, sizes.length);
    let target = padded_tokens(random, &target, sizes.length, sizes.vocabulary);
    with(&with(&given, "source", source), "target", target)
}
