//! `generic_self_attention`: multi-head self-attention whose mask is given.

mod domain;
mod inputs;
mod properties;

use judge::contract::domain::Contract;
use judge::contract::scenario;
use judge::contract::{Case, Expect, Property, Task};

use self::inputs::{everything_seen, padded};
use super::inputs::attention;

pub(crate) static TASK: Task = Task {
    id: "generic_self_attention",
    file: "sequence_attention.rs",
    signature: "fn generic_self_attention(input: &Tensor, mask: &Tensor, weights: &SelfAttentionWeights, heads: i64) -> Tensor",
    functions: &["generic_self_attention"],
    definition: "Projects the input to queries, keys and values by three linear layers, attends per head where the mask allows it, merges the heads and projects once more.",
    formula: "q, k, v = x W^T + b each, split into h heads; y = merge(softmax(q k^T / sqrt(C / h), -infinity where not mask) v); output = y W_o^T + b_o; [B, T, C]",
    source: "Georgia Tech, CS 7643, Problem Set 3, coding part; Attention Is All You Need, section 3.2",
    conventions: &[
        "the mask is bool of shape [B, 1, T, T], true where the row may see the column, the same for all heads",
        "every row of the mask sees at least one column",
        "queries, keys and values have weights and biases of their own",
        "head i has the channels i C/h to (i + 1) C/h",
        "the scale is the root of one head's dimension",
        "there is no dropout",
    ],
    misreadings: &[
        "each row of the batch has a mask of its own",
        "the mask has to act like minus infinity, also where all visible scores are far below zero",
        "heads have to be moved before the positions, and back before they are merged",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["output"],
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "everything_seen",
        portion: "one_head",
        arguments: |random| everything_seen(random, 2, 4, 1, 5),
        expect: Expect::Outputs,
    },
    Case {
        name: "random_mask",
        portion: "one_head",
        arguments: |random| attention(random, 2, 5, 1, 4),
        expect: Expect::Outputs,
    },
    Case {
        name: "three_heads",
        portion: "several_heads",
        arguments: |random| attention(random, 2, 5, 3, 4),
        expect: Expect::Outputs,
    },
    Case {
        name: "four_heads_as_many_positions",
        portion: "several_heads",
        arguments: |random| attention(random, 3, 4, 4, 2),
        expect: Expect::Outputs,
    },
    Case {
        name: "padded_encoder",
        portion: "several_heads",
        arguments: |random| padded(random, false),
        expect: Expect::Outputs,
    },
    Case {
        name: "padded_decoder",
        portion: "several_heads",
        arguments: |random| padded(random, true),
        expect: Expect::Outputs,
    },
    Case {
        name: "one_position",
        portion: "several_heads",
        arguments: |random| everything_seen(random, 3, 1, 2, 3),
        expect: Expect::Outputs,
    },
];

/// Sizes of properties in which one position is not enough.
const FROM_TWO: scenario::Sizes = &[("B", 1, 3), ("T", 2, 5), ("heads", 1, 3), ("d", 1, 3)];
/// Sizes of all other properties.
const SIZES: scenario::Sizes = &[("B", 1, 3), ("T", 1, 5), ("heads", 1, 3), ("d", 1, 3)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "recomposition",
        "the output is that of the three projections, the attention of every head and the last projection",
        SIZES,
        properties::recomposition,
    ),
    Property::new(
        "unseen",
        "changing a position changes no output at the positions that do not see it",
        FROM_TWO,
        properties::unseen,
    ),
    Property::new(
        "own-mask",
        "each row of the batch is attended under its own mask, whatever else is in the batch",
        &[("B", 2, 3), ("T", 2, 5), ("heads", 1, 3), ("d", 1, 3)],
        properties::own_mask,
    ),
    Property::new(
        "means",
        "with a query layer of zeros, what a position sees is averaged",
        FROM_TWO,
        properties::means,
    )
    .few(),
    Property::new(
        "order",
        "exchanging positions, in input and mask, exchanges the outputs",
        FROM_TWO,
        properties::order,
    )
    .few(),
    Property::new(
        "head-independence",
        "a head whose columns of the output layer are zero has no influence",
        &[("B", 1, 2), ("T", 2, 4), ("heads", 2, 4), ("d", 1, 3)],
        properties::head_independence,
    )
    .few(),
    Property::new(
        "fill",
        "a masked score counts as minus infinity where every visible score is far below zero",
        &[("B", 1, 2), ("T", 2, 4), ("heads", 1, 3), ("thousands", 20, 80)],
        properties::fill,
    )
    .few(),
    Property::new(
        "stability",
        "scores of a thousand and more give the output of the largest alone, not NaN",
        &[("T", 2, 4), ("heads", 1, 3), ("hundreds", 10, 100)],
        properties::stability,
    )
    .in_f32()
    .few(),
    Property::new(
        "gradient",
        "the gradient by input and weights is that of the output, along any direction",
        SIZES,
        properties::gradient,
    )
    .differentiating()
    .few(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sequence::{Variant, attention_as};
    use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

    #[test]
    fn plain_arithmetic_has_all_properties() {
        assert_eq!(failed_properties(&TASK, attention_as(Variant::Right)), [""; 0]);
        assert_eq!(trivial_cases(&TASK, attention_as(Variant::Right)), [""; 0]);
    }

    #[test]
    fn known_mistakes_fail_properties_and_show_in_golden_cases() {
        for (way, property) in [
            (Variant::ScaleOfWidth, "recomposition"),
            (Variant::NoScale, "recomposition"),
            (Variant::MaskIgnored, "unseen"),
            (Variant::MaskOfFirstRow, "own-mask"),
            (Variant::MaskTransposed, "unseen"),
            (Variant::SoftmaxOverQueries, "means"),
            (Variant::HeadsInterleaved, "head-independence"),
        ] {
            assert!(
                smallest_case(&TASK, property, attention_as(way)).is_some(),
                "{way:?} and {property}"
            );
            let telling = telling_cases(&TASK, attention_as(Variant::Right), attention_as(way));
            assert!(!telling.is_empty(), "{way:?}");
        }
    }

    #[test]
    fn what_golden_cases_cannot_see_fails_properties() {
        for (way, property) in [(Variant::FillFinite, "fill"), (Variant::NoMaximum, "stability")] {
            assert!(
                smallest_case(&TASK, property, attention_as(way)).is_some(),
                "{way:?} and {property}"
            );
        }
    }
}
