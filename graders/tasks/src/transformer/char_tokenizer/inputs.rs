//! Inputs of `char_tokenizer`.

use std::collections::BTreeSet;

use judge::contract::arguments::arguments;
use judge::contract::random::{Random, integers};
use wire::Tensors;

pub(super) fn codes(characters: &[char]) -> wire::Tensor {
    integers(
        &[characters.len()],
        characters
            .iter()
            .map(|&character| i64::from(u32::from(character)))
            .collect(),
    )
}

pub(super) fn characters(text: &str) -> Vec<char> {
    text.chars().collect()
}

pub(super) fn sorted(text: &str) -> Vec<char> {
    text.chars().collect::<BTreeSet<char>>().into_iter().collect()
}

pub(super) fn text(text: &str) -> Tensors {
    arguments([("text", codes(&characters(text)))])
}

pub(super) fn encoding(vocabulary: &[char], text: &str) -> Tensors {
    arguments([("vocabulary", codes(vocabulary)), ("text", codes(&characters(text)))])
}

/// Ids of the whole vocabulary in random order, some of them twice.
pub(super) fn decoding(random: &mut Random, vocabulary: &[char]) -> Tensors {
    let mut ids: Vec<i64> = random
        .permutation(vocabulary.len())
        .into_iter()
        .map(|id| id as i64)
        .collect();
    ids.extend_from_within(..vocabulary.len() / 2);
    of_ids(vocabulary, &ids)
}

pub(super) fn of_ids(vocabulary: &[char], ids: &[i64]) -> Tensors {
    arguments([
        ("vocabulary", codes(vocabulary)),
        ("ids", integers(&[ids.len()], ids.to_vec())),
    ])
}
