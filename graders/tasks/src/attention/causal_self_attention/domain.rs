//! The kinds of arguments that `causal_self_attention` takes, and the sequences that are too long.

use judge::contract::arguments::with;
use judge::contract::domain::Domain;
use judge::contract::scenario::Scenario;
use wire::{Tensor, Tensors};

use super::inputs::case;

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "sizes from 1 to many",
        sizes: &[
            ("B", 1, 9),
            ("T", 1, 20),
            ("heads", 1, 6),
            ("pairs", 1, 5),
            ("rotary", 0, 1),
        ],
        arguments: |scenario| {
            let [batch, length, heads, pairs] = ["B", "T", "heads", "pairs"].map(|name| scenario.size(name));
            of(scenario, [batch, length, heads, 2 * pairs])
        },
    },
    Domain {
        name: "sequences of many tokens",
        sizes: &[("T", 1, 200), ("rotary", 0, 1)],
        arguments: |scenario| of(scenario, [1, scenario.size("T"), 2, 2]),
    },
    Domain {
        name: "heads of any number of channels",
        sizes: &[("T", 1, 5), ("heads", 1, 4), ("d", 1, 9)],
        arguments: |scenario| {
            let [length, heads, dimension] = ["T", "heads", "d"].map(|name| scenario.size(name));
            let width = heads * dimension;
            case(&mut scenario.random("layer"), [2, length, width, heads], false)
        },
    },
    Domain {
        name: "sequences of block_size tokens, or of one too many",
        sizes: &[("block_size", 1, 6), ("too many", 0, 1), ("rotary", 0, 1)],
        arguments: |scenario| {
            let length = scenario.size("block_size") + scenario.size("too many");
            let block_size = Tensor::integer(scenario.integer("block_size"));
            with(&of(scenario, [2, length, 2, 4]), "block_size", block_size)
        },
    },
    Domain {
        name: "inputs of any size",
        sizes: &[("digits", -8, 9), ("rotary", 0, 1)],
        arguments: |scenario| {
            let size = 10.0_f64.powi(scenario.integer("digits") as i32);
            let input = scenario.random("input").scaled(&[2, 5, 8], size);
            with(&of(scenario, [2, 5, 2, 4]), "input", input)
        },
    },
    Domain {
        name: "training without dropout, and any rates outside training",
        sizes: &[("train", 0, 1), ("tenths", 0, 10)],
        arguments: |scenario| {
            let train = scenario.integer("train") == 1;
            let rate = if train { 0 } else { scenario.integer("tenths") } as f64 / 10.0;
            let mut given = case(&mut scenario.random("layer"), [2, 5, 8, 2], false);
            given.insert("train".to_owned(), Tensor::flag(train));
            for name in ["attention_dropout", "residual_dropout"] {
                given.insert(name.to_owned(), Tensor::real(rate));
            }
            given
        },
    },
    Domain {
        name: "more positions than usual models have",
        sizes: &[("T", 520, 520), ("rotary", 1, 1)],
        arguments: |scenario| of(scenario, [1, scenario.size("T"), 1, 2]),
    },
    Domain {
        name: "a layer that accepts sequences of any length",
        sizes: &[("log2 of block_size", 3, 62), ("rotary", 0, 1)],
        arguments: |scenario| {
            let block_size = Tensor::integer(1 << scenario.integer("log2 of block_size"));
            with(&of(scenario, [2, 3, 2, 4]), "block_size", block_size)
        },
    },
];

/// A layer of these sizes (B, T, heads, channels of a head), rotary or not as the scenario says.
fn of(scenario: &Scenario, [batch, length, heads, dimension]: [usize; 4]) -> Tensors {
    let rotary = scenario.integer("rotary") == 1;
    case(
        &mut scenario.random("layer"),
        [batch, length, heads * dimension, heads],
        rotary,
    )
}
