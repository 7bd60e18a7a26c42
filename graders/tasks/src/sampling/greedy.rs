//! `greedy`: the most likely token of every row.

use judge::checks::assertions::{equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, vector};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::Random;
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::subject::Call;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use wire::{DType, Tensors};

use super::inputs::{close, logits, matrix, rows};

pub(crate) static TASK: Task = Task {
    id: "greedy",
    file: "sampling.rs",
    signature: "fn greedy(logits: &Tensor) -> Tensor",
    functions: &["greedy"],
    definition: "Gives the index of the largest logit of every row; of several equal ones the lowest index.",
    formula: "token[b] = min { j : logits[b, j] = max over k of logits[b, k] }",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 2.8 (a)",
    conventions: &[
        "the result is int64 of shape [B], without an axis of length 1",
        "of several equal largest logits the lowest index is taken",
    ],
    misreadings: &[
        "libtorch's argmax promises nothing about which of several equal values it returns",
        "the axis of the vocabulary is the last one, the batch is the first",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "batch",
        portion: "all",
        arguments: |random| won_by(random, 9, &[3, 0, 7, 5, 8]),
        expect: Expect::Outputs,
    },
    Case {
        name: "vocabulary",
        portion: "all",
        arguments: |random| won_by(random, 50, &[17, 49, 4]),
        expect: Expect::Outputs,
    },
    Case {
        name: "square",
        portion: "all",
        arguments: |random| won_by(random, 4, &[2, 0, 3, 2]),
        expect: Expect::Outputs,
    },
    Case {
        name: "negative",
        portion: "all",
        arguments: negative,
        expect: Expect::Outputs,
    },
    Case {
        name: "ties",
        portion: "all",
        arguments: ties,
        expect: Expect::Outputs,
    },
    Case {
        name: "large",
        portion: "all",
        arguments: large,
        expect: Expect::Outputs,
    },
];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "sizes from 1 to many",
        sizes: MANY,
        arguments: |scenario| arguments([("logits", matrix(&drawn(scenario, "logits")))]),
    },
    Domain {
        name: "rows with many equal logits",
        sizes: MANY,
        arguments: |scenario| {
            let shape = [scenario.size("B"), scenario.size("V")];
            let whole = |random: &mut Random| random.integer(-2, 3) as f64;
            arguments([("logits", scenario.random("logits").fill(&shape, whole))])
        },
    },
    Domain {
        name: "logits that f32 cannot tell apart",
        sizes: MANY,
        arguments: |scenario| arguments([("logits", close(scenario, 1.0))]),
    },
    Domain {
        name: "logits of any size",
        sizes: &[("digits", -30, 30)],
        arguments: |scenario| {
            let size = 10.0_f64.powi(scenario.integer("digits") as i32);
            arguments([("logits", scenario.random("logits").scaled(&[4, 9], size))])
        },
    },
    Domain {
        name: "logits that are all far below zero",
        sizes: &[("digits", 0, 35)],
        arguments: |scenario| {
            let size = 10.0_f64.powi(scenario.integer("digits") as i32);
            let negative = |random: &mut Random| -size * (1.0 + random.integer(0, 50) as f64);
            arguments([("logits", scenario.random("logits").fill(&[4, 9], negative))])
        },
    },
    Domain {
        name: "zeros of both signs, which are equal",
        sizes: &[("B", 1, 9), ("V", 2, 9)],
        arguments: |scenario| {
            let shape = [scenario.size("B"), scenario.size("V")];
            let zero = |random: &mut Random| [0.0, -0.0][random.integer(0, 2) as usize];
            arguments([("logits", scenario.random("logits").fill(&shape, zero))])
        },
    },
    Domain {
        name: "infinite logits",
        sizes: &[("V", 1, 40), ("infinities", -2, 2)],
        arguments: infinite,
    },
    Domain {
        name: "more tokens than usual vocabularies have",
        sizes: &[("B", 9, 9), ("V", 3000, 3000)],
        arguments: |scenario| arguments([("logits", matrix(&drawn(scenario, "logits")))]),
    },
    Domain {
        name: "equal largest logits far from each other",
        sizes: &[("B", 9, 9), ("V", 3000, 3000)],
        arguments: |scenario| {
            let shape = [scenario.size("B"), scenario.size("V")];
            let rarely = |random: &mut Random| f64::from(u8::from(random.unit() < 1e-3));
            arguments([("logits", scenario.random("logits").fill(&shape, rarely))])
        },
    },
];

const MANY: Sizes = &[("B", 1, 9), ("V", 1, 300)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "ties-to-the-lowest",
        "of several equal largest logits the one with the lowest index is taken",
        SIZES,
        ties_to_the_lowest,
    ),
    Property::new(
        "rows-independent",
        "changing one row leaves the tokens of all other rows the same",
        &[("B", 2, 4), ("V", 2, 8)],
        rows_independent,
    ),
    Property::new(
        "shift-and-scale",
        "adding a constant to a row, or multiplying it by a positive one, does not change its token",
        SIZES,
        shift_and_scale,
    ),
];

const SIZES: Sizes = &[("B", 1, 4), ("V", 2, 9)];

/// Rows whose largest logits stand at `winners`.
fn won_by(random: &mut Random, vocabulary: usize, winners: &[usize]) -> Tensors {
    let row = |&winner: &usize| {
        let mut row = logits(random, vocabulary, 0.25);
        let largest = largest(&row);
        row.swap(winner, largest);
        row
    };
    let rows: Vec<Vec<f64>> = winners.iter().map(row).collect();
    arguments([("logits", matrix(&rows))])
}

/// All logits below zero, so that zero, an absolute value or a fresh maximum of 0 shows.
fn negative(random: &mut Random) -> Tensors {
    let mut rows = rows(&won_by(random, 6, &[4, 1, 5])["logits"]);
    rows.iter_mut().flatten().for_each(|logit| *logit -= 20.0);
    arguments([("logits", matrix(&rows))])
}

/// Two and more equal largest logits, the lowest of them not the first token.
fn ties(_: &mut Random) -> Tensors {
    let rows = [
        [0.5, 2.0, -1.0, 2.0, 2.0, 0.25],
        [-3.0, -4.0, -2.5, -2.5, -7.0, -3.0],
        [1.0, 1.0, 1.0, 1.0, 1.5, 1.5],
        [0.75, 0.75, 0.75, 0.75, 0.75, 0.75],
    ];
    arguments([("logits", matrix(&rows.map(|row| row.to_vec())))])
}

/// Logits beyond what can be exponentiated.
fn large(random: &mut Random) -> Tensors {
    let mut rows = rows(&won_by(random, 7, &[6, 2, 3])["logits"]);
    rows.iter_mut().flatten().for_each(|logit| *logit *= 1000.0);
    arguments([("logits", matrix(&rows))])
}

/// In the first row some logits are infinite, as many as their number says and of its sign; in the second all are.
fn infinite(scenario: &Scenario) -> Tensors {
    let mut random = scenario.random("logits");
    let count = scenario.integer("infinities");
    let infinity = if count < 0 { f64::NEG_INFINITY } else { f64::INFINITY };
    let mut row = logits(&mut random, scenario.size("V"), 0.25);
    for _ in 0..count.abs() {
        let place = random.integer(0, row.len() as i64) as usize;
        row[place] = infinity;
    }
    let all = vec![infinity; row.len()];
    arguments([("logits", matrix(&[row, all]))])
}

fn largest(row: &[f64]) -> usize {
    super::inputs::most_likely(row)
}

/// Rows of different logits.
fn drawn(scenario: &Scenario, label: &str) -> Vec<Vec<f64>> {
    let mut random = scenario.random(label);
    (0..scenario.size("B"))
        .map(|_| logits(&mut random, scenario.size("V"), 0.25))
        .collect()
}

fn tokens(scenario: &Scenario, probe: &mut Probe<'_>, rows: &[Vec<f64>]) -> Result<Array, Broken> {
    let given = arguments([("logits", matrix(rows).to_float(scenario.dtype()))]);
    probe.typed(&Call::new("greedy", given), "token", DType::I64, &[rows.len()])
}

/// The tokens that the definition gives.
fn expected(rows: &[Vec<f64>]) -> Array {
    vector(rows.iter().map(|row| largest(row) as f64).collect())
}

fn ties_to_the_lowest(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let mut rows = drawn(scenario, "logits");
    let mut random = scenario.random("ties");
    for row in &mut rows {
        let first = largest(row);
        let mut second = random.integer(0, row.len() as i64 - 1) as usize;
        second += usize::from(second >= first);
        row[second] = row[first];
    }
    let tokens = tokens(scenario, probe, &rows)?;
    equal(
        "the result where two logits of a row are the largest",
        "the lower of the two indices",
        &expected(&rows),
        &tokens,
        0.0,
    )
}

fn rows_independent(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let mut rows = drawn(scenario, "logits");
    let before = tokens(scenario, probe, &rows)?;
    let changed = scenario.random("which").integer(0, scenario.integer("B")) as usize;
    rows[changed].iter_mut().for_each(|logit| *logit = 8.0 - *logit);
    let mut after = tokens(scenario, probe, &rows)?;
    // The token of the changed row itself may differ.
    after[[changed]] = before[[changed]];
    unchanged(
        &format!("changing the logits of row {changed}"),
        "the tokens of the other rows",
        &before,
        &after,
        0.0,
    )
}

fn shift_and_scale(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rows = drawn(scenario, "logits");
    let before = tokens(scenario, probe, &rows)?;
    for (shift, factor) in [(-64.0, 1.0), (0.0, 512.0)] {
        let moved: Vec<Vec<f64>> = rows
            .iter()
            .map(|row| row.iter().map(|logit| logit * factor + shift).collect())
            .collect();
        let after = tokens(scenario, probe, &moved)?;
        unchanged(
            &format!("multiplying all logits by {factor} and adding {shift}"),
            "the tokens",
            &before,
            &after,
            0.0,
        )?;
    }
    Ok(())
}
