//! The kinds of arguments that `gpt_forward` takes, and the sequences that are too long.

use judge::contract::arguments::{array, tensor_like, with};
use judge::contract::domain::Domain;
use judge::contract::scenario::Scenario;
use wire::{Tensor, Tensors};

use crate::transformer::inputs::{Sizes, gpt, training};

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "sizes from 1 to many",
        sizes: &[
            ("B", 1, 9),
            ("T", 1, 20),
            ("heads", 1, 4),
            ("pairs", 1, 2),
            ("rotary", 0, 1),
        ],
        arguments: |scenario| {
            let [batch, length, heads, pairs] = ["B", "T", "heads", "pairs"].map(|name| scenario.size(name));
            of(scenario, Sizes::new(batch, length, heads, 2 * pairs))
        },
    },
    Domain {
        name: "any number of layers and of tokens in the vocabulary",
        sizes: &[("layers", 1, 7), ("V", 1, 300), ("rotary", 0, 1)],
        arguments: |scenario| {
            let sizes = Sizes {
                layers: scenario.size("layers"),
                vocabulary: scenario.size("V"),
                ..Sizes::new(2, 9, 2, 2)
            };
            of(scenario, sizes)
        },
    },
    Domain {
        name: "sequences of many tokens",
        sizes: &[("T", 1, 200), ("rotary", 0, 1)],
        arguments: |scenario| of(scenario, Sizes::new(1, scenario.size("T"), 2, 2)),
    },
    Domain {
        name: "heads of any number of channels",
        sizes: &[("heads", 1, 4), ("d", 1, 9)],
        arguments: |scenario| {
            let [heads, dimension] = ["heads", "d"].map(|name| scenario.size(name));
            gpt(&mut scenario.random("gpt"), Sizes::new(2, 4, heads, dimension))
        },
    },
    Domain {
        name: "any epsilon, beside embeddings of any size",
        sizes: &[
            ("digits of epsilon", 0, 12),
            ("digits of the embeddings", 0, 8),
            ("rotary", 0, 1),
        ],
        arguments: |scenario| {
            let power = |name| 10.0_f64.powi(-(scenario.integer(name) as i32));
            let given = of(scenario, Sizes::new(2, 4, 2, 2));
            let embedding = scenario
                .random("embedding")
                .scaled(&[7, 4], 1e4 * power("digits of the embeddings"));
            let epsilon = Tensor::real(power("digits of epsilon"));
            with(&with(&given, "token_embedding", embedding), "epsilon", epsilon)
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
            let given = gpt(&mut scenario.random("gpt"), Sizes::new(2, 3, 2, 2));
            let rates = ["attention_dropout", "residual_dropout", "embedding_dropout"].map(|name| (name, rate));
            with(&training(&given, &rates), "train", Tensor::flag(train))
        },
    },
    Domain {
        name: "more tokens than usual vocabularies have",
        sizes: &[("V", 3000, 3000), ("rotary", 1, 1)],
        arguments: |scenario| {
            let vocabulary = scenario.size("V");
            of(
                scenario,
                Sizes {
                    vocabulary,
                    ..Sizes::new(2, 9, 1, 2)
                },
            )
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
    Domain {
        name: "a position embedding that holds no numbers, where it is not used",
        sizes: &[("T", 1, 4), ("rotary", 1, 1)],
        arguments: |scenario| {
            let given = of(scenario, Sizes::new(2, scenario.size("T"), 2, 2));
            let nothing = array(&given["position_embedding"]) * f64::NAN;
            with(
                &given,
                "position_embedding",
                tensor_like(&given["position_embedding"], &nothing),
            )
        },
    },
];

/// A GPT of these sizes, rotary or not as the scenario says.
fn of(scenario: &Scenario, sizes: Sizes) -> Tensors {
    let rotary = scenario.integer("rotary") == 1;
    gpt(&mut scenario.random("gpt"), Sizes { rotary, ..sizes })
}
