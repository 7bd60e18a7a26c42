//! `nucleus`: the most likely tokens up to a mass, renormalised.

mod domain;
mod properties;

use judge::contract::arguments::arguments;
use judge::contract::domain::Contract;
use judge::contract::random::Random;
use judge::contract::scenario::Sizes;
use judge::contract::{Case, Expect, Law, Task};
use wire::{Tensor, Tensors};

use super::inputs::{clear_mass, distribution, matrix, most_likely};

/// The task.
pub(crate) static TASK: Task = Task {
    id: "nucleus",
    file: "sampling.rs",
    signature: "fn nucleus(probabilities: &Tensor, p: f64) -> Tensor",
    functions: &["nucleus"],
    definition: "Keeps the most likely tokens of every row until their mass reaches p, sets all others to zero and \
                 divides by the kept mass.",
    formula: "token j is kept where the mass of the tokens strictly before it (descending, equal ones by index) is < p; \
              q[j] = probabilities[j] / (sum over kept k of probabilities[k]), 0 where j is not kept",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 2.8 (a); Holtzman et al., The Curious Case of \
             Neural Text Degeneration, Eq. 2 and 3",
    conventions: &[
        "the token that crosses p is kept, so at least one token always remains",
        "where the mass reaches p exactly, the next token is dropped",
        "of equally likely tokens the one with the lower index comes first",
        "every token stands at its own index of the vocabulary; nothing is drawn",
    ],
    misreadings: &[
        "\"mass at most p\" drops the crossing token, and every token where the first alone exceeds p",
        "after sorting, position and token are different things: removals found in sorted order belong to tokens",
        "each row has a nucleus of its own",
    ],
    cases: CASES,
    laws: LAWS,
    contract: Contract {
        smooth: &["output"],
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "batch",
        portion: "all",
        arguments: |random| rows_near(random, 3, 8, 0.7),
        expect: Expect::Outputs,
    },
    Case {
        name: "vocabulary",
        portion: "all",
        arguments: |random| rows_near(random, 4, 50, 0.9),
        expect: Expect::Outputs,
    },
    Case {
        name: "square",
        portion: "all",
        arguments: |random| rows_near(random, 5, 5, 0.5),
        expect: Expect::Outputs,
    },
    Case {
        name: "nearly_all",
        portion: "all",
        arguments: |random| rows_near(random, 2, 9, 0.95),
        expect: Expect::Outputs,
    },
    Case {
        name: "little_mass",
        portion: "all",
        arguments: little_mass,
        expect: Expect::Outputs,
    },
    Case {
        name: "heavy_first_token",
        portion: "all",
        arguments: heavy_first_token,
        expect: Expect::Outputs,
    },
    Case {
        name: "ties_and_exact_mass",
        portion: "all",
        arguments: ties_and_exact_mass,
        expect: Expect::Outputs,
    },
    Case {
        name: "impossible_tokens",
        portion: "all",
        arguments: impossible_tokens,
        expect: Expect::Outputs,
    },
];

const SIZES: Sizes = &[("B", 1, 3), ("V", 2, 9)];

const LAWS: &[Law] = &[
    Law::new(
        "minimal",
        "the kept tokens reach the mass p, and without the least likely of them they do not",
        SIZES,
        properties::minimal,
    ),
    Law::new(
        "most-likely-first",
        "no dropped token is more likely than a kept one",
        SIZES,
        properties::most_likely_first,
    ),
    Law::new(
        "renormalised",
        "kept tokens have their probability divided by the kept mass, all others exactly 0",
        SIZES,
        properties::renormalised,
    ),
    Law::new(
        "mass-one-keeps-all",
        "p = 1 gives the distribution back",
        SIZES,
        properties::mass_one_keeps_all,
    ),
    Law::new(
        "heavy-first-token",
        "where the first token alone reaches p it is the only one, and nothing is NaN or infinite",
        SIZES,
        properties::heavy_first_token,
    ),
    Law::new(
        "grows-with-p",
        "a larger p keeps every token that a smaller one keeps",
        SIZES,
        properties::grows_with_p,
    ),
    Law::new(
        "permutation-equivariant",
        "permuting the vocabulary permutes the result in the same way",
        SIZES,
        properties::permutation_equivariant,
    ),
    Law::new(
        "rows-independent",
        "a row alone gives what it gives in a batch",
        &[("B", 2, 3), ("V", 3, 8)],
        properties::rows_independent,
    ),
    Law::new(
        "ties-to-the-lowest",
        "of equally likely tokens those with the lowest indices are kept",
        &[("bits", 1, 3), ("k", 1, 7)],
        properties::ties_to_the_lowest,
    ),
];

/// Rows that differ in what they keep, and a mass near `target`.
fn rows_near(random: &mut Random, batch: usize, vocabulary: usize, target: f64) -> Tensors {
    let rows: Vec<Vec<f64>> = (0..batch).map(|_| distribution(random, vocabulary)).collect();
    case(&rows, clear_mass(&rows, target))
}

fn case(rows: &[Vec<f64>], p: f64) -> Tensors {
    arguments([("probabilities", matrix(rows)), ("p", Tensor::real(p))])
}

/// One token per row, each row another.
fn little_mass(random: &mut Random) -> Tensors {
    let mut rows: Vec<Vec<f64>> = (0..4).map(|_| distribution(random, 6)).collect();
    for (row, winner) in rows.iter_mut().zip([3, 1, 5, 2]) {
        let largest = most_likely(row);
        row.swap(winner, largest);
    }
    case(&rows, 0.03)
}

/// In the first and the last row one token has more than the mass; in the middle row no token has.
fn heavy_first_token(random: &mut Random) -> Tensors {
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
fn ties_and_exact_mass(_: &mut Random) -> Tensors {
    let rows = [
        [0.25, 0.5, 0.125, 0.125, 0.0],
        [0.125, 0.25, 0.25, 0.0, 0.375],
        [0.125, 0.25, 0.125, 0.25, 0.25],
        [0.0625, 0.1875, 0.1875, 0.1875, 0.375],
    ];
    case(&rows.map(|row| row.to_vec()), 0.5)
}

/// Tokens of probability zero between the others.
fn impossible_tokens(random: &mut Random) -> Tensors {
    let mut rows: Vec<Vec<f64>> = (0..3).map(|_| distribution(random, 5)).collect();
    for row in &mut rows {
        row.insert(1, 0.0);
        row.insert(4, 0.0);
    }
    let p = clear_mass(&rows, 0.85);
    case(&rows, p)
}
