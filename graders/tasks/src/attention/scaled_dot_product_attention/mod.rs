//! `scaled_dot_product_attention`: softmax of scaled scores, times values.

mod domain;
mod inputs;
mod properties;

use judge::contract::arguments::with;
use judge::contract::domain::Contract;
use judge::contract::scenario::Sizes;
use judge::contract::{Case, Expect, Property, Task};

use self::inputs::{case, large, masked, offset, small};
use super::inputs::lower_triangle;

pub(crate) static TASK: Task = Task {
    id: "scaled_dot_product_attention",
    file: "attention.rs",
    signature: "fn scaled_dot_product_attention(query: &Tensor, key: &Tensor, value: &Tensor, mask: Option<&Tensor>) -> (Tensor, Tensor)",
    functions: &["scaled_dot_product_attention"],
    definition: "Every query takes the mean of the values that it may see, weighted by the softmax of its scaled scores with their keys. Returns the output and the weights.",
    formula: "weights = softmax(Q K^T / sqrt(d_k)) over the keys, masked scores as minus infinity; output = weights V",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, question 2.2, Eq. 4; Attention Is All You Need, Eq. 1",
    conventions: &[
        "d_k is the size of the last axis of query and key, whatever the number of heads",
        "the mask is bool, true where the query may see the key, and broadcasts to [..., T, S]; without one, all is visible",
        "every query sees at least one key",
        "a masked score counts as minus infinity, however low the visible scores are",
        "T and S may differ, and so may d_k and d_v; there may be no leading axis, or several",
        "the weights returned are those after the softmax, the ones that meet the values",
    ],
    misreadings: &[
        "the softmax runs over the keys of one query, not over the queries of one key",
        "a large negative number is not minus infinity: where the visible scores are lower still, it wins",
        "weights that are set to zero after the softmax no longer sum to 1",
        "exponentials of scores of 1000 overflow; softmax does not change when a row of scores is shifted",
    ],
    cases: &[
        Case {
            name: "two_heads",
            portion: "all",
            arguments: |random| case(random, &[2, 2], [3, 5, 4, 6]),
            expect: Expect::Outputs,
        },
        Case {
            name: "square",
            portion: "all",
            arguments: |random| case(random, &[], [4, 4, 4, 4]),
            expect: Expect::Outputs,
        },
        Case {
            name: "one_query",
            portion: "all",
            arguments: |random| case(random, &[3], [1, 4, 8, 2]),
            expect: Expect::Outputs,
        },
        Case {
            name: "causal",
            portion: "all",
            arguments: |random| with(&case(random, &[2, 3], [5, 5, 4, 3]), "mask", lower_triangle(5)),
            expect: Expect::Outputs,
        },
        Case {
            name: "some_keys_hidden",
            portion: "all",
            arguments: |random| masked(random, &[2], [4, 6, 3, 2], &[4, 6]),
            expect: Expect::Outputs,
        },
        Case {
            name: "mask_per_sequence",
            portion: "all",
            arguments: |random| masked(random, &[2, 3], [4, 5, 2, 3], &[2, 1, 4, 5]),
            expect: Expect::Outputs,
        },
        Case {
            name: "small_inputs",
            portion: "all",
            arguments: small,
            expect: Expect::Outputs,
        },
        Case {
            name: "large_inputs",
            portion: "all",
            arguments: large,
            expect: Expect::Outputs,
        },
        Case {
            name: "low_scores",
            portion: "all",
            arguments: |random| offset(random, -256.0, 480.0),
            expect: Expect::Outputs,
        },
        Case {
            name: "high_scores",
            portion: "all",
            arguments: |random| offset(random, 16.0, 256.0),
            expect: Expect::Outputs,
        },
    ],
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["output", "weights"],
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const PROPERTIES: &[Property] = &[
    Property::new(
        "weights-are-distributions",
        "the weights of every query are at least 0 and sum to 1",
        SIZES,
        properties::weights_are_distributions,
    ),
    Property::new(
        "masked-weights-are-zero",
        "the weight of a masked key is exactly 0",
        &[("B", 1, 2), ("T", 1, 4), ("S", 2, 5), ("d_k", 1, 4), ("d_v", 1, 3)],
        properties::masked_weights_are_zero,
    ),
    Property::new(
        "scores",
        "logarithms of the weights of one query differ as its scores q k / sqrt(d_k) do",
        &[("B", 1, 2), ("T", 1, 4), ("S", 2, 5), ("d_k", 1, 6), ("d_v", 1, 3)],
        properties::scores_of_weights,
    ),
    Property::new(
        "output-is-weighted-mean",
        "the output is the returned weights times the values",
        SIZES,
        properties::output_is_weighted_mean,
    ),
    Property::new(
        "hull",
        "every output channel lies between the least and the greatest of the values that may be seen",
        SIZES,
        properties::hull,
    ),
    Property::new(
        "constant-value",
        "where all values are the same, the output is that value",
        SIZES,
        properties::constant_value,
    )
    .few(),
    Property::new(
        "zero-query-running-mean",
        "a query of zeros gets the mean of the values that it may see",
        SQUARE,
        properties::zero_query,
    ),
    Property::new(
        "causality",
        "under the causal mask, changing a key and its value changes nothing at the positions before",
        FROM_TWO,
        properties::causality,
    ),
    Property::new(
        "query-wise",
        "changing one query changes the output and the weights of that query only",
        &[("B", 1, 2), ("T", 2, 4), ("S", 1, 5), ("d_k", 1, 4), ("d_v", 1, 3)],
        properties::query_wise,
    ),
    Property::new(
        "batch-independence",
        "changing one sequence of a batch leaves the others as they are",
        &[("B", 2, 3), ("T", 1, 4), ("S", 1, 5), ("d_k", 1, 4), ("d_v", 1, 3)],
        properties::batch_independence,
    ),
    Property::new(
        "key-order",
        "keys in another order, with their values and mask, give the same output and the weights in that order",
        &[("B", 1, 2), ("T", 1, 4), ("S", 2, 5), ("d_k", 1, 4), ("d_v", 1, 3)],
        properties::key_order,
    ),
    Property::new(
        "mask-fill",
        "a masked score counts as minus infinity, also where all visible scores are below -20000",
        &[("T", 2, 5), ("d_k", 1, 4), ("d_v", 1, 3), ("score", 20_000, 100_000)],
        properties::mask_fill,
    ),
    Property::new(
        "stability",
        "scores of thousands, visible or masked, give finite weights that sum to 1 on the largest visible score",
        &[("T", 2, 5), ("d_k", 1, 4), ("d_v", 1, 3)],
        properties::stability,
    )
    .in_f32(),
];

const SIZES: Sizes = &[("B", 1, 2), ("T", 1, 4), ("S", 1, 5), ("d_k", 1, 4), ("d_v", 1, 3)];
const SQUARE: Sizes = &[("B", 1, 2), ("T", 1, 5), ("d_k", 1, 4), ("d_v", 1, 3)];
const FROM_TWO: Sizes = &[("B", 1, 2), ("T", 2, 5), ("d_k", 1, 4), ("d_v", 1, 3)];

#[cfg(test)]
mod tests;
