//! The arguments that `generic_transformer` is for: any number of rows, positions, heads and blocks, with a cache and
//! without, any epsilon, and sequences up to the last known position and beyond.

use judge::contract::arguments::{array, tensor, with};
use judge::contract::domain::Domain;
use judge::contract::random::Random;
use judge::contract::scenario::Scenario;
use wire::{Tensor, Tensors};

use super::inputs::{cached, padded};
use crate::sequences::inputs::{Sizes, transformer_call};

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "any number of rows, positions, heads, blocks and tokens",
        sizes: &[
            ("B", 1, 6),
            ("T", 1, 36),
            ("heads", 1, 4),
            ("d", 1, 4),
            ("layers", 1, 4),
            ("V", 1, 60),
            ("decoder", 0, 1),
        ],
        arguments: |scenario| {
            let sizes = Sizes {
                layers: scenario.size("layers"),
                vocabulary: scenario.size("V"),
                ..Sizes::of(scenario)
            };
            transformer_call(&mut scenario.random("case"), sizes, is_decoder(scenario))
        },
    },
    Domain {
        name: "padding in every row",
        sizes: &[("B", 1, 5), ("T", 2, 12), ("decoder", 0, 1)],
        arguments: |scenario| {
            let sizes = Sizes::new(scenario.size("B"), scenario.size("T"), 2, 3);
            padded(&mut scenario.random("case"), sizes, is_decoder(scenario))
        },
    },
    Domain {
        name: "a cache of any length",
        sizes: &[
            ("B", 1, 5),
            ("T", 1, 18),
            ("K", 1, 24),
            ("heads", 1, 3),
            ("decoder", 0, 1),
        ],
        arguments: |scenario| {
            let sizes = Sizes::new(scenario.size("B"), scenario.size("T"), scenario.size("heads"), 2);
            behind(scenario, sizes, scenario.size("K"))
        },
    },
    Domain {
        name: "any epsilon",
        sizes: &[("digits of epsilon", 0, 12), ("decoder", 0, 1)],
        arguments: |scenario| {
            let epsilon = 10.0_f64.powi(-(scenario.integer("digits of epsilon") as i32));
            let given = behind(scenario, Sizes::new(2, 4, 2, 3), 2);
            with(&given, "epsilon", Tensor::real(epsilon))
        },
    },
    Domain {
        name: "sequences of as many positions as are known, and of one more",
        sizes: &[("known", 1, 5), ("more", 0, 1), ("K", 1, 3), ("decoder", 0, 1)],
        arguments: |scenario| {
            let known = scenario.size("known");
            let sizes = Sizes {
                positions: known,
                ..Sizes::new(2, known + scenario.size("more"), 2, 2)
            };
            behind(scenario, sizes, scenario.size("K"))
        },
    },
    Domain {
        name: "more positions, tokens and cached states than usual models have",
        sizes: &[("T", 260, 260), ("V", 3000, 3000), ("K", 300, 300), ("decoder", 1, 1)],
        arguments: |scenario| {
            let length = scenario.size("T");
            let sizes = Sizes {
                vocabulary: scenario.size("V"),
                positions: length,
                layers: 1,
                ..Sizes::new(1, length, 1, 2)
            };
            behind(scenario, sizes, scenario.size("K"))
        },
    },
    Domain {
        name: "channels that all lie far from zero",
        sizes: &[("thousands", -10, 10), ("decoder", 0, 1)],
        arguments: |scenario| {
            let given = behind(scenario, Sizes::new(2, 4, 2, 3), 2);
            let far = 1000.0 * scenario.integer("thousands") as f64;
            ["position_embedding", "cache"].iter().fold(given, |given, name| {
                with(&given, name, tensor(&(array(&given[*name]) + far)))
            })
        },
    },
];

fn is_decoder(scenario: &Scenario) -> bool {
    scenario.size("decoder") == 1
}

fn behind(scenario: &Scenario, sizes: Sizes, positions: usize) -> Tensors {
    let mut random: Random = scenario.random("case");
    cached(&mut random, sizes, is_decoder(scenario), positions)
}
