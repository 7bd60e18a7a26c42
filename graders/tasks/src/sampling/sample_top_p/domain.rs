//! The kinds of arguments that `sample_top_p` takes, and those that it refuses.
//!
//! Tokens are compared, so there is always one token to draw.

use judge::contract::arguments::{Array, arguments, tensor};
use judge::contract::domain::Domain;
use judge::contract::random::Random;
use judge::contract::scenario::{Scenario, Sizes};
use ndarray::IxDyn;
use wire::{Tensor, Tensors};

use super::inputs::{case, won_by};
use crate::sampling::inputs::{close, logits};

/// Just inside of what is valid, and just outside.
const OUTSIDE: Sizes = &[("outside", 0, 1)];
/// So little mass that one token has more, among hundreds.
const LITTLE: f64 = 1e-3;
/// So cold that one token has nearly all the mass.
const COLD: f64 = 1e-4;

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "sizes from 1 to many, with little mass",
        sizes: &[("B", 1, 9), ("V", 1, 300)],
        arguments: |scenario| case(&drawn(scenario, 0.01), LITTLE, 1.0),
    },
    Domain {
        name: "sizes from 1 to many, with any mass, in the cold",
        sizes: &[("B", 1, 9), ("V", 1, 300), ("hundredths of p", 1, 100)],
        arguments: |scenario| {
            let p = scenario.integer("hundredths of p") as f64 / 100.0;
            case(&drawn(scenario, 0.25), p, COLD)
        },
    },
    Domain {
        name: "logits that f32 cannot tell apart",
        sizes: &[("B", 1, 9), ("V", 1, 40)],
        arguments: |scenario| {
            arguments([
                ("logits", close(scenario, 1.0)),
                ("p", Tensor::real(LITTLE)),
                ("temperature", Tensor::real(1.0)),
            ])
        },
    },
    Domain {
        name: "any temperature",
        sizes: &[("digits", -8, 3)],
        arguments: |scenario| {
            let temperature = 10.0_f64.powi(scenario.integer("digits") as i32);
            won_by(&mut scenario.random("logits"), 9, &[3, 0, 8], LITTLE, temperature)
        },
    },
    Domain {
        name: "logits of any size, at the lowest temperature that anybody asks for",
        sizes: &[("digits", -20, 290)],
        arguments: |scenario| {
            let size = 10.0_f64.powi(scenario.integer("digits") as i32);
            let mut rows = rows(&mut scenario.random("logits"), 3, 9, 0.25);
            rows.iter_mut().flatten().for_each(|logit| *logit *= size);
            arguments([
                ("logits", double(&rows)),
                ("p", Tensor::real(LITTLE)),
                ("temperature", Tensor::real(1e-30)),
            ])
        },
    },
    Domain {
        name: "logits that all lie far from zero",
        sizes: &[("thousands", -10, 10)],
        arguments: |scenario| {
            let far = 1000.0 * scenario.integer("thousands") as f64;
            let mut rows = rows(&mut scenario.random("logits"), 3, 9, 0.25);
            rows.iter_mut().flatten().for_each(|logit| *logit += far);
            case(&rows, LITTLE, 1.0)
        },
    },
    Domain {
        name: "few tokens that are not forbidden, or none",
        sizes: &[("V", 1, 40), ("allowed", 0, 3)],
        arguments: |scenario| {
            let mut random = scenario.random("logits");
            let mut rows = rows(&mut random, 3, scenario.size("V"), 0.25);
            let order = random.permutation(scenario.size("V"));
            for &forbidden in order.iter().skip(scenario.size("allowed")) {
                rows[1][forbidden] = f64::NEG_INFINITY;
            }
            case(&rows, 1.0, COLD)
        },
    },
    Domain {
        name: "a mass of 1 or a little more",
        sizes: OUTSIDE,
        arguments: |scenario| of(scenario, 1.0 + 1e-9 * scenario.integer("outside") as f64, COLD),
    },
    Domain {
        name: "a mass of 0 or a little more",
        sizes: OUTSIDE,
        arguments: |scenario| of(scenario, 1e-9 * (1 - scenario.integer("outside")) as f64, 1.0),
    },
    Domain {
        name: "a temperature of 0 or a little more",
        sizes: OUTSIDE,
        arguments: |scenario| of(scenario, 0.9, 1e-6 * (1 - scenario.integer("outside")) as f64),
    },
    Domain {
        name: "a temperature that is large or infinite",
        sizes: OUTSIDE,
        arguments: |scenario| {
            let is_valid = scenario.integer("outside") == 0;
            of(scenario, LITTLE, if is_valid { 1e4 } else { f64::INFINITY })
        },
    },
    Domain {
        name: "more tokens than usual vocabularies have",
        sizes: &[("B", 9, 9), ("V", 3000, 3000)],
        arguments: |scenario| case(&drawn(scenario, 0.01), LITTLE, 1.0),
    },
];

fn of(scenario: &Scenario, p: f64, temperature: f64) -> Tensors {
    won_by(&mut scenario.random("logits"), 9, &[3, 0, 8], p, temperature)
}

fn rows(random: &mut Random, count: usize, vocabulary: usize, gap: f64) -> Vec<Vec<f64>> {
    (0..count).map(|_| logits(random, vocabulary, gap)).collect()
}

fn drawn(scenario: &Scenario, gap: f64) -> Vec<Vec<f64>> {
    rows(
        &mut scenario.random("logits"),
        scenario.size("B"),
        scenario.size("V"),
        gap,
    )
}

/// Rows of equal length in f64: f32 does not hold numbers as large as these.
fn double(rows: &[Vec<f64>]) -> Tensor {
    let shape = IxDyn(&[rows.len(), rows.first().map_or(0, Vec::len)]);
    tensor(&Array::from_shape_fn(shape, |at| rows[at[0]][at[1]]))
}
