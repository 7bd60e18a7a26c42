//! Inputs of `nucleus`.

use judge::contract::arguments::arguments;
use judge::contract::random::Random;
use wire::{Tensor, Tensors};

use crate::sampling::inputs::{clear_mass, distribution, matrix, most_likely};

/// Rows that differ in what they keep, and a mass near `target`.
pub(super) fn rows_near(random: &mut Random, batch: usize, vocabulary: usize, target: f64) -> Tensors {
    let rows: Vec<Vec<f64>> = (0..batch).map(|_| distribution(random, vocabulary)).collect();
    case(&rows, clear_mass(&rows, target))
}

pub(super) fn case(rows: &[Vec<f64>], p: f64) -> Tensors {
    arguments([("probabilities", matrix(rows)), ("p", Tensor::real(p))])
}

/// One token per row, each row another.
pub(super) fn little_mass(random: &mut Random) -> Tensors {
    let mut rows: Vec<Vec<f64>> = (0..4).map(|_| distribution(random, 6)).collect();
    for (row, winner) in rows.iter_mut().zip([3, 1, 5, 2]) {
        let largest = most_likely(row);
        row.swap(winner, largest);
    }
    case(&rows, 0.03)
}

/// In the first and the last row one token has more than the mass; in the middle row no token has.
pub(super) fn heavy_first_token(random: &mut Random) -> Tensors {
    let heavy = |row: &[f64], winner: usize| -> Vec<f64> {
        let place = |(token, value): (usize, &f64)| value / 8.0 + if token == winner { 0.875 } else { 0.0 };
        row.iter().enumerate().map(place).collect()
    };
    let (first, middle, last) = (
        distribution(random, 7),
        distribution(random, 7),
        distribution(random, 7),
    );
    let rows = [heavy(&first, 4), middle, heavy(&last, 1)];
    case(&rows, clear_mass(&rows, 0.8))
}

/// Halves, quarters and eighths, so that the partial sums meet p = 0.5 exactly.
pub(super) fn ties_and_exact_mass(_: &mut Random) -> Tensors {
    let rows = [
        [0.25, 0.5, 0.125, 0.125, 0.0],
        [0.125, 0.25, 0.25, 0.0, 0.375],
        [0.125, 0.25, 0.125, 0.25, 0.25],
        [0.0625, 0.1875, 0.1875, 0.1875, 0.375],
    ];
    case(&rows.map(|row| row.to_vec()), 0.5)
}

/// Tokens of probability zero between the others.
pub(super) fn impossible_tokens(random: &mut Random) -> Tensors {
    let mut rows: Vec<Vec<f64>> = (0..3).map(|_| distribution(random, 5)).collect();
    for row in &mut rows {
        row.insert(1, 0.0);
        row.insert(4, 0.0);
    }
    let p = clear_mass(&rows, 0.85);
    case(&rows, p)
}
