//! The arguments that `sequence_loss` is for: any number of rows, positions, tokens and cached states, logits of any size.

use judge::contract::arguments::{array, tensor, with};
use judge::contract::domain::Domain;
use judge::contract::scenario::Scenario;
use wire::Tensors;

use super::inputs::{alone, of_vocabulary};
use crate::sequences::inputs::counts;
use crate::transformer::inputs::multiplied;

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "any number of rows, positions, tokens and cached states",
        sizes: &[("B", 1, 40), ("T", 1, 30), ("V", 2, 70), ("K", 0, 20)],
        arguments: |scenario| {
            let counts = counts(&mut scenario.random("counts"), scenario.size("B"), scenario.size("T"));
            of_counts(scenario, &counts)
        },
    },
    Domain {
        name: "rows of one token each, but for one that may have another",
        sizes: &[("B", 1, 5), ("T", 2, 6), ("V", 2, 5), ("K", 0, 3), ("another", 0, 1)],
        arguments: |scenario| {
            let mut counts = vec![1; scenario.size("B")];
            counts[0] += scenario.size("another");
            of_counts(scenario, &counts)
        },
    },
    Domain {
        name: "logits of any size",
        sizes: &[("T", 2, 9), ("V", 2, 9), ("K", 0, 2), ("digits of the logits", 0, 4)],
        arguments: |scenario| {
            let factor = 10.0_f64.powi(scenario.integer("digits of the logits") as i32);
            multiplied(&of_counts(scenario, &[scenario.size("T")]), "logits", factor)
        },
    },
    Domain {
        name: "logits that are closer to each other than f32 can tell",
        sizes: &[("T", 2, 9), ("V", 2, 9), ("K", 0, 2)],
        arguments: |scenario| {
            let given = of_counts(scenario, &[scenario.size("T")]);
            let close = array(&given["logits"]).mapv(|logit| 1000.0 + 1e-6 * logit);
            with(&given, "logits", tensor(&close))
        },
    },
    Domain {
        name: "more tokens than usual vocabularies have",
        sizes: &[("T", 5, 5), ("V", 3000, 3000), ("K", 3, 3)],
        arguments: |scenario| of_counts(scenario, &[scenario.size("T"), 1]),
    },
    Domain {
        name: "more positions and cached states than usual models have",
        sizes: &[("T", 1100, 1100), ("V", 3, 3), ("K", 1030, 1030)],
        arguments: |scenario| of_counts(scenario, &[scenario.size("T")]),
    },
];

/// One batch with so many tokens in each row, as a call has it.
fn of_counts(scenario: &Scenario, counts: &[usize]) -> Tensors {
    let [length, vocabulary, cached] = ["T", "V", "K"].map(|name| scenario.size(name));
    alone(&of_vocabulary(
        &mut scenario.random("case"),
        counts,
        length,
        cached,
        vocabulary,
    ))
}
