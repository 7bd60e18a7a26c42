//! The kinds of arguments that `generate` takes, and those that it refuses.
//!
//! Tokens are compared, so everything that is drawn has one token to draw.

use judge::contract::arguments::{array, tensor, tensor_like, with};
use judge::contract::domain::Domain;
use judge::contract::scenario::Scenario;
use wire::Tensors;

use super::inputs::{prompted, sampled};
use crate::transformer::inputs::{Sizes, hardly_apart_in_the_head};

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "prompts that are shorter than the block, as long and longer",
        sizes: &[
            ("B", 1, 9),
            ("T", 1, 20),
            ("count", 0, 7),
            ("block_size", 1, 12),
            ("rotary", 0, 1),
        ],
        arguments: |scenario| of(scenario, 11, 2),
    },
    Domain {
        name: "models that find all tokens equally likely",
        sizes: &[("B", 1, 9), ("T", 1, 9), ("count", 1, 7), ("rotary", 0, 1)],
        arguments: |scenario| {
            let given = of(scenario, 11, 2);
            with(
                &given,
                "head",
                tensor_like(&given["head"], &(array(&given["head"]) * 0.0)),
            )
        },
    },
    Domain {
        name: "logits that f32 cannot tell apart",
        // Few choices, so that in none of them two tokens are as good as equal in f64.
        sizes: &[("B", 1, 3), ("T", 1, 5), ("count", 1, 3), ("rotary", 0, 1)],
        arguments: |scenario| hardly_apart_in_the_head(&of(scenario, 5, 2)),
    },
    Domain {
        name: "any number of layers and of tokens in the vocabulary",
        sizes: &[("layers", 1, 5), ("V", 1, 300), ("rotary", 0, 1)],
        arguments: |scenario| of(scenario, scenario.size("V"), scenario.size("layers")),
    },
    Domain {
        name: "draws with so little mass that one token remains",
        sizes: &[
            ("B", 1, 9),
            ("T", 1, 9),
            ("tenths of the temperature", 1, 100),
            ("rotary", 0, 1),
        ],
        arguments: |scenario| {
            let temperature = scenario.integer("tenths of the temperature") as f64 / 10.0;
            sampled(&of(scenario, 11, 2), 0.01, temperature)
        },
    },
    Domain {
        name: "draws so cold that one token remains",
        sizes: &[("B", 1, 9), ("hundredths of p", 1, 100), ("rotary", 0, 1)],
        arguments: |scenario| {
            let p = scenario.integer("hundredths of p") as f64 / 100.0;
            sampled(&of(scenario, 11, 2), p, 1e-6)
        },
    },
    Domain {
        name: "a mass of 1 or a little more",
        sizes: OUTSIDE,
        arguments: |scenario| {
            sampled(
                &of(scenario, 11, 1),
                1.0 + 1e-9 * scenario.integer("outside") as f64,
                1e-6,
            )
        },
    },
    Domain {
        name: "a mass of 0 or a little more",
        sizes: OUTSIDE,
        arguments: |scenario| {
            sampled(
                &of(scenario, 11, 1),
                1e-9 * (1 - scenario.integer("outside")) as f64,
                1.0,
            )
        },
    },
    Domain {
        name: "a temperature of 0 or a little more, also with the whole mass",
        sizes: &[("outside", 0, 1), ("rotary", 0, 1), ("whole", 0, 1)],
        arguments: |scenario| {
            let p = if scenario.integer("whole") == 1 { 1.0 } else { 0.9 };
            sampled(&of(scenario, 11, 1), p, 1e-6 * (1 - scenario.integer("outside")) as f64)
        },
    },
    Domain {
        name: "more tokens than usual vocabularies have",
        sizes: &[("V", 3000, 3000), ("count", 2, 2), ("rotary", 1, 1)],
        arguments: |scenario| of(scenario, scenario.size("V"), 1),
    },
    Domain {
        name: "logits of any size",
        sizes: &[("digits", -200, 200), ("rotary", 0, 1)],
        arguments: |scenario| {
            let given = of(scenario, 11, 1);
            let head = array(&given["head"]) * 10.0_f64.powi(scenario.integer("digits") as i32);
            with(&given, "head", tensor(&head))
        },
    },
];

/// Just inside of what is valid, and just outside.
const OUTSIDE: judge::contract::scenario::Sizes = &[("outside", 0, 1), ("rotary", 0, 1)];

/// Greedy generation; B is 2, T is 3, there are 5 new tokens and a block of 6 where the scenario has no such size.
fn of(scenario: &Scenario, vocabulary: usize, layers: usize) -> Tensors {
    let size = |name, otherwise| {
        let declared = scenario.sizes().iter().find(|size| size.0 == name);
        declared.map_or(otherwise, |size| size.1 as usize)
    };
    let sizes = Sizes {
        block_size: size("block_size", 6),
        rotary: scenario.integer("rotary") == 1,
        layers,
        vocabulary,
        ..Sizes::new(size("B", 2), size("T", 3), 2, 2)
    };
    prompted(&mut scenario.random("model"), sizes, size("count", 5) as i64)
}
