//! The arguments that `graph_attention` is for: graphs of any kind, widths from 1 on, scores of any size.

use judge::contract::arguments::{array, tensor, with};
use judge::contract::domain::Domain;

use super::inputs::weights;
use crate::graphs::domain::{ANY_GRAPH, AS_MANY, HUB, beside, on_any_graph, on_as_many, on_hub};

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: ANY_GRAPH,
        sizes: &[
            ("N", 1, 40),
            ("density", 0, 3),
            ("loops", 0, 1),
            ("in", 1, 9),
            ("out", 1, 8),
        ],
        arguments: |scenario| {
            let widths = [scenario.size("in"), scenario.size("out")];
            let weights = weights(&mut scenario.random("weights"), widths);
            beside(on_any_graph(scenario, widths[0]), weights)
        },
    },
    Domain {
        name: HUB,
        sizes: &[("leaves", 0, 270)],
        arguments: |scenario| beside(on_hub(scenario, 2), weights(&mut scenario.random("weights"), [2, 3])),
    },
    Domain {
        name: AS_MANY,
        sizes: &[("N", 2, 6)],
        arguments: |scenario| {
            beside(
                on_as_many(scenario, 2),
                weights(&mut scenario.random("weights"), [2, 3]),
            )
        },
    },
    Domain {
        name: "scores of any size, zero included",
        sizes: &[
            ("N", 1, 8),
            ("density", 1, 2),
            ("loops", 0, 1),
            ("digits of the scores", 0, 20),
        ],
        arguments: |scenario| {
            let weights = weights(&mut scenario.random("weights"), [3, 2]);
            // No digits are no score at all: a mean.
            let factor = match scenario.integer("digits of the scores") {
                0 => 0.0,
                digits => 10.0_f64.powi(digits as i32 - 1),
            };
            let attention = tensor(&(array(&weights["attention"]) * factor));
            with(&beside(on_any_graph(scenario, 3), weights), "attention", attention)
        },
    },
];
