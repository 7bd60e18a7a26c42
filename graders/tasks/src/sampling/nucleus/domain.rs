//! The kinds of arguments that `nucleus` takes.
//!
//! All sums of probabilities are exact in f64, in any order, so that no rounding decides which tokens are kept.

use judge::contract::arguments::arguments;
use judge::contract::domain::Domain;
use judge::contract::scenario::Scenario;
use wire::{Tensor, Tensors};

use super::inputs::case;
use crate::sampling::inputs::{CLOSE, clear_mass, distribution, even_distribution, precise};

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "sizes from 1 to many",
        sizes: &[("B", 1, 9), ("V", 1, 300), ("hundredths of p", 1, 100)],
        arguments: |scenario| {
            let mut random = scenario.random("rows");
            let row = |_| even_distribution(&mut random, scenario.size("V"));
            let rows: Vec<Vec<f64>> = (0..scenario.size("B")).map(row).collect();
            case(&rows, scenario.integer("hundredths of p") as f64 / 100.0)
        },
    },
    Domain {
        name: "as many tokens as usual vocabularies have",
        sizes: &[("V", 3000, 3000), ("hundredths of p", 1, 99)],
        arguments: |scenario| {
            let row = even_distribution(&mut scenario.random("row"), scenario.size("V"));
            let rows = [row];
            case(
                &rows,
                clear_mass(&rows, scenario.integer("hundredths of p") as f64 / 100.0),
            )
        },
    },
    Domain {
        name: "few tokens that have most of the mass",
        sizes: &[("B", 1, 9), ("V", 1, 50), ("hundredths of p", 1, 99)],
        arguments: |scenario| {
            let mut random = scenario.random("rows");
            let row = |_| distribution(&mut random, scenario.size("V"));
            let rows: Vec<Vec<f64>> = (0..scenario.size("B")).map(row).collect();
            case(
                &rows,
                clear_mass(&rows, scenario.integer("hundredths of p") as f64 / 100.0),
            )
        },
    },
    Domain {
        name: "the first tokens of a row having the mass p, hardly less or hardly more",
        sizes: &[("log2 of the first", 0, 4), ("log2 of the rest beside them", 1, 5)],
        arguments: around_the_mass,
    },
    Domain {
        name: "a mass close to 0",
        sizes: &[("V", 1, 9), ("digits of p", 1, 300)],
        arguments: |scenario| {
            let row = even_distribution(&mut scenario.random("row"), scenario.size("V"));
            case(&[row], 10.0_f64.powi(-(scenario.integer("digits of p") as i32)))
        },
    },
    Domain {
        name: "probabilities that f32 can hardly tell apart",
        sizes: &[("log2 of V", 1, 8), ("kept", 1, 9)],
        arguments: close_together,
    },
    Domain {
        name: "tokens of probability 0 and of probability 1",
        sizes: &[("V", 1, 40), ("hundredths of p", 1, 100)],
        arguments: |scenario| {
            let vocabulary = scenario.size("V");
            let mut random = scenario.random("rows");
            let mut certain = vec![0.0; vocabulary];
            certain[random.integer(0, vocabulary as i64) as usize] = 1.0;
            let order = random.permutation(vocabulary);
            let mut some = distribution(&mut random, vocabulary.div_ceil(2));
            some.resize(vocabulary, 0.0);
            let some = order.into_iter().map(|place| some[place]).collect();
            case(&[certain, some], scenario.integer("hundredths of p") as f64 / 100.0)
        },
    },
];

fn of(shape: &[usize], probabilities: Vec<f64>, p: f64) -> Tensors {
    arguments([("probabilities", precise(shape, probabilities)), ("p", Tensor::real(p))])
}

/// Rows of which the first tokens have one half, a little less and a little more; the others share what is left.
fn around_the_mass(scenario: &Scenario) -> Tensors {
    let first = 1_usize << scenario.size("log2 of the first");
    let rest = first << scenario.size("log2 of the rest beside them");
    let mut random = scenario.random("order");
    let mut values = Vec::new();
    for change in [0.0, -CLOSE, CLOSE] {
        let mut row = [vec![0.5 / first as f64; first], vec![0.5 / rest as f64; rest]].concat();
        row[0] += change;
        row[first] -= change;
        values.extend(random.permutation(first + rest).into_iter().map(|place| row[place]));
    }
    of(&[3, first + rest], values, 0.5)
}

/// Rows of nearly equal probabilities, whose order decides which are kept.
fn close_together(scenario: &Scenario) -> Tensors {
    let vocabulary = 1_usize << scenario.size("log2 of V");
    let kept = scenario.size("kept").min(vocabulary);
    let mut random = scenario.random("order");
    let ranks = (0..2).flat_map(|_| random.permutation(vocabulary));
    // Twice the rank less its mean is odd, on both sides of 0 alike.
    let above = |rank: usize| (2 * rank) as f64 - (vocabulary - 1) as f64;
    let share = 1.0 / vocabulary as f64;
    let values = ranks.map(|rank| share + above(rank) * CLOSE).collect();
    of(&[2, vocabulary], values, (kept as f64 - 0.5) * share)
}
