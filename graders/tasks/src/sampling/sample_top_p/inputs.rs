//! Inputs of `sample_top_p`.

use judge::contract::arguments::{arguments, with};
use judge::contract::random::Random;
use wire::{Data, Tensor, Tensors};

use crate::sampling::inputs::{clear_mass, logits, matrix, most_likely, rows, softmax};

pub(super) fn case(rows: &[Vec<f64>], p: f64, temperature: f64) -> Tensors {
    arguments([
        ("logits", matrix(rows)),
        ("p", Tensor::real(p)),
        ("temperature", Tensor::real(temperature)),
    ])
}

/// Rows whose most likely tokens stand at `winners`.
pub(super) fn won_by(random: &mut Random, vocabulary: usize, winners: &[usize], p: f64, temperature: f64) -> Tensors {
    let row = |&winner: &usize| {
        let mut row = logits(random, vocabulary, 0.25);
        let largest = most_likely(&row);
        row.swap(winner, largest);
        row
    };
    let rows: Vec<Vec<f64>> = winners.iter().map(row).collect();
    case(&rows, p, temperature)
}

/// Two tokens are equally likely, and more likely than all others: the nucleus has the one with the lower index.
///
/// The rows fill the registers of any processor, so that equal logits have equal exponentials.
pub(super) fn ties(random: &mut Random) -> Tensors {
    let row = |(lower, higher): (usize, usize)| {
        let mut row = logits(random, 8, 0.25);
        let largest = most_likely(&row);
        row.swap(lower, largest);
        row[higher] = row[lower];
        row
    };
    let rows: Vec<Vec<f64>> = [(1, 6), (4, 5), (0, 3), (2, 7)].into_iter().map(row).collect();
    case(&rows, 0.02, 1.0)
}

/// At this temperature the first token alone reaches the mass; at temperature 1 several are needed.
pub(super) fn certain_at(random: &mut Random, temperature: f64) -> Tensors {
    let drawn = won_by(random, 6, &[2, 5, 1, 3, 0], 0.6, temperature);
    let mut rows = rows(&drawn["logits"]);
    for row in &mut rows {
        let largest = most_likely(row);
        row[largest] += 0.25;
    }
    case(&rows, 0.6, temperature)
}

/// All tokens but one are forbidden.
pub(super) fn one_allowed_token(random: &mut Random) -> Tensors {
    let mut drawn = won_by(random, 5, &[4, 0, 2], 0.9, 1.3);
    if let Some(Data::F32(values)) = drawn.get_mut("logits").map(Tensor::data_mut) {
        for (row, allowed) in values.chunks_mut(5).zip([1, 4, 3]) {
            for (token, logit) in row.iter_mut().enumerate() {
                *logit = if token == allowed { *logit } else { f32::NEG_INFINITY };
            }
        }
    }
    drawn
}

/// A single row, and a mass near `target` that no rounding can make one token larger or smaller.
pub(super) fn row(random: &mut Random, vocabulary: usize, target: f64, temperature: f64) -> Tensors {
    let row = matrix(&[logits(random, vocabulary, 0.3)]);
    let row = rows(&row);
    let p = clear_mass(&[softmax(&row[0], temperature)], target);
    case(&row, p, temperature)
}

pub(super) fn with_mass(drawn: &Tensors, p: f64) -> Tensors {
    with(drawn, "p", Tensor::real(p))
}
