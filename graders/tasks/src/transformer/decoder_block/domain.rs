//! The kinds of arguments that `decoder_block` takes, and the sequences that are too long.

use judge::contract::arguments::with;
use judge::contract::domain::Domain;
use judge::contract::scenario::Scenario;
use wire::{Tensor, Tensors};

use crate::transformer::inputs::{Sizes, block, training};

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "sizes from 1 to many",
        sizes: &[
            ("B", 1, 9),
            ("T", 1, 20),
            ("heads", 1, 5),
            ("pairs", 1, 3),
            ("rotary", 0, 1),
        ],
        arguments: |scenario| {
            let [batch, length, heads, pairs] = ["B", "T", "heads", "pairs"].map(|name| scenario.size(name));
            of(scenario, Sizes::new(batch, length, heads, 2 * pairs))
        },
    },
    Domain {
        name: "sequences of many tokens",
        sizes: &[("T", 1, 200), ("rotary", 0, 1)],
        arguments: |scenario| of(scenario, Sizes::new(1, scenario.size("T"), 2, 2)),
    },
    Domain {
        name: "heads of any number of channels",
        sizes: &[("T", 1, 5), ("heads", 1, 4), ("d", 1, 9)],
        arguments: |scenario| {
            let [length, heads, dimension] = ["T", "heads", "d"].map(|name| scenario.size(name));
            block(&mut scenario.random("block"), Sizes::new(2, length, heads, dimension))
        },
    },
    Domain {
        name: "any epsilon, beside inputs of any size",
        sizes: &[("digits of epsilon", 0, 12), ("digits of the input", 0, 8)],
        arguments: |scenario| {
            let power = |name| 10.0_f64.powi(-(scenario.integer(name) as i32));
            let mut random = scenario.random("block");
            let given = block(&mut random, Sizes::new(2, 3, 2, 2));
            let input = random.scaled(&[2, 3, 4], 1e4 * power("digits of the input"));
            let epsilon = Tensor::real(power("digits of epsilon"));
            with(&with(&given, "input", input), "epsilon", epsilon)
        },
    },
    Domain {
        name: "sequences of block_size tokens, or of one too many",
        sizes: &[("block_size", 1, 6), ("too many", 0, 1), ("rotary", 0, 1)],
        arguments: |scenario| {
            let length = scenario.size("block_size") + scenario.size("too many");
            let sizes = Sizes {
                block_size: scenario.size("block_size"),
                ..Sizes::new(2, length, 2, 2)
            };
            of(scenario, sizes)
        },
    },
    Domain {
        name: "training without dropout, and any rates outside training",
        sizes: &[("train", 0, 1), ("tenths", 0, 10)],
        arguments: |scenario| {
            let train = scenario.integer("train") == 1;
            let rate = if train { 0 } else { scenario.integer("tenths") } as f64 / 10.0;
            let given = block(&mut scenario.random("block"), Sizes::new(2, 3, 2, 2));
            let rates = [("attention_dropout", rate), ("residual_dropout", rate)];
            with(&training(&given, &rates), "train", Tensor::flag(train))
        },
    },
    Domain {
        name: "more positions than usual models have",
        sizes: &[("T", 520, 520), ("rotary", 1, 1)],
        arguments: |scenario| of(scenario, Sizes::new(1, scenario.size("T"), 1, 2)),
    },
    Domain {
        name: "a layer that accepts sequences of any length",
        sizes: &[("log2 of block_size", 3, 62), ("rotary", 0, 1)],
        arguments: |scenario| {
            let block_size = Tensor::integer(1 << scenario.integer("log2 of block_size"));
            with(&of(scenario, Sizes::new(2, 3, 2, 2)), "block_size", block_size)
        },
    },
];

/// A block of these sizes, rotary or not as the scenario says.
fn of(scenario: &Scenario, sizes: Sizes) -> Tensors {
    let rotary = scenario.integer("rotary") == 1;
    block(&mut scenario.random("block"), Sizes { rotary, ..sizes })
}
