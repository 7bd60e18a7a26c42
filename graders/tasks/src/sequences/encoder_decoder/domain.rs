//! The arguments that `encoder_decoder` is for: sources and targets of any lengths, and one position beyond what their side
//! knows.

use judge::contract::arguments::with;
use judge::contract::domain::Domain;
use wire::Tensor;

use super::inputs::padded;
use crate::sequences::inputs::{Sizes, encoder_decoder_call, first_rows};

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "sources and targets of any lengths, any number of rows, heads, blocks and tokens",
        sizes: &[
            ("B", 1, 5),
            ("S", 1, 26),
            ("T", 1, 22),
            ("heads", 1, 3),
            ("d", 1, 3),
            ("layers", 1, 3),
            ("V", 2, 60),
        ],
        arguments: |scenario| {
            let sizes = Sizes {
                layers: scenario.size("layers"),
                vocabulary: scenario.size("V"),
                ..Sizes::of(scenario)
            };
            encoder_decoder_call(&mut scenario.random("case"), sizes, scenario.size("S"))
        },
    },
    Domain {
        name: "padding in every row, any epsilon",
        sizes: &[("B", 1, 4), ("S", 2, 9), ("T", 2, 8), ("digits of epsilon", 0, 12)],
        arguments: |scenario| {
            let sizes = Sizes::new(scenario.size("B"), scenario.size("T"), 2, 3);
            let given = padded(&mut scenario.random("case"), sizes, scenario.size("S"));
            let epsilon = 10.0_f64.powi(-(scenario.integer("digits of epsilon") as i32));
            with(&given, "epsilon", Tensor::real(epsilon))
        },
    },
    Domain {
        name: "a source or a target of as many positions as its side knows, and of one more",
        sizes: &[("known", 1, 4), ("more", 0, 1), ("target", 0, 1)],
        arguments: |scenario| {
            let known = scenario.size("known");
            let length = known + scenario.size("more");
            let sizes = Sizes::new(2, length, 2, 2);
            let given = encoder_decoder_call(&mut scenario.random("case"), sizes, length);
            let side = if scenario.size("target") == 1 {
                "decoder"
            } else {
                "encoder"
            };
            first_rows(&given, &format!("{side}_position_embedding"), known)
        },
    },
    Domain {
        name: "more positions than usual models have",
        sizes: &[("S", 300, 300), ("T", 270, 270)],
        arguments: |scenario| {
            let sizes = Sizes::new(1, scenario.size("T"), 1, 2);
            encoder_decoder_call(&mut scenario.random("case"), sizes, scenario.size("S"))
        },
    },
    Domain {
        name: "more tokens than usual vocabularies have",
        sizes: &[("V", 3000, 3000)],
        arguments: |scenario| {
            let sizes = Sizes {
                vocabulary: scenario.size("V"),
                ..Sizes::new(1, 4, 1, 2)
            };
            encoder_decoder_call(&mut scenario.random("case"), sizes, 5)
        },
    },
];
