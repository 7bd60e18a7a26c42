//! `causal_self_attention`: the whole layer, from input to projected output.

mod domain;
mod dropout;
mod inputs;
mod properties;

use judge::contract::domain::Contract;
use judge::contract::scenario::Sizes;
use judge::contract::{Case, Expect, Property, Task};

use self::inputs::{case, offset, small};

pub(crate) static TASK: Task = Task {
    id: "causal_self_attention",
    file: "attention.rs",
    signature: "fn causal_self_attention(input: &Tensor, weights: &AttentionWeights, config: &AttentionConfig, train: bool) -> Result<Tensor, InvalidInput>",
    functions: &["causal_self_attention"],
    definition: "Multi-head self-attention under the causal mask, with the projections before and after it, optional rotation of queries and keys, and dropout on the attention weights and on the result.",
    formula: "q, k, v = the thirds of x W_attn^T + b_attn, each split into h heads; output = merged(softmax(q k^T / sqrt(C/h), causal) v) W_proj^T + b_proj",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, question 2.2 (a), Eq. 4; Attention Is All You Need, section 3.2.2",
    conventions: &[
        "a linear layer computes x W^T + b",
        "the rows of c_attn are those of the query, then of the key, then of the value; each third is split into heads afterwards",
        "the scale is that of one head: sqrt(C/h)",
        "rotation, where it is asked for, is applied per head to queries and keys, positions from 0",
        "attention dropout falls on the weights, after the softmax; residual dropout on the result, after the last projection",
        "dropout is active in training only: a dropped value is 0, a kept one is divided by 1 - rate",
        "a sequence longer than block_size is an error; block_size changes nothing else",
    ],
    misreadings: &[
        "a perfect mask does not make a causal layer: heads that are split or merged wrongly carry the future past it",
        "with three heads, taking queries, keys and values from the wrong axis runs without complaint",
        "what works for one head may be wrong for several",
        "dropout that does not ask whether this is training falsifies every evaluation",
    ],
    parts: &[
        "causal_mask",
        "split_heads",
        "merge_heads",
        "scaled_dot_product_attention",
        "rotary_embedding",
    ],
    cases: &[
        Case {
            name: "one_head",
            portion: "one_head",
            arguments: |random| case(random, [2, 5, 6, 1], false),
            expect: Expect::Outputs,
        },
        Case {
            name: "one_head_square",
            portion: "one_head",
            arguments: |random| case(random, [4, 4, 4, 1], false),
            expect: Expect::Outputs,
        },
        Case {
            name: "one_head_small_inputs",
            portion: "one_head",
            arguments: small,
            expect: Expect::Outputs,
        },
        Case {
            name: "one_head_low_scores",
            portion: "one_head",
            arguments: |random| offset(random, -256.0, 480.0),
            expect: Expect::Outputs,
        },
        Case {
            name: "one_head_high_scores",
            portion: "one_head",
            arguments: |random| offset(random, 16.0, 256.0),
            expect: Expect::Outputs,
        },
        Case {
            name: "three_heads",
            portion: "several_heads",
            arguments: |random| case(random, [2, 5, 12, 3], false),
            expect: Expect::Outputs,
        },
        Case {
            name: "four_heads_four_tokens",
            portion: "several_heads",
            arguments: |random| case(random, [2, 4, 8, 4], false),
            expect: Expect::Outputs,
        },
        Case {
            name: "six_heads_of_one_channel",
            portion: "several_heads",
            arguments: |random| case(random, [2, 3, 6, 6], false),
            expect: Expect::Outputs,
        },
        Case {
            name: "two_heads_longer",
            portion: "several_heads",
            arguments: |random| case(random, [3, 12, 10, 2], false),
            expect: Expect::Outputs,
        },
        Case {
            name: "rotated_three_heads",
            portion: "rotation",
            arguments: |random| case(random, [2, 5, 12, 3], true),
            expect: Expect::Outputs,
        },
        Case {
            name: "rotated_four_wide_heads",
            portion: "rotation",
            arguments: |random| case(random, [2, 6, 32, 4], true),
            expect: Expect::Outputs,
        },
        Case {
            name: "rotated_pairs",
            portion: "rotation",
            arguments: |random| case(random, [2, 4, 6, 3], true),
            expect: Expect::Outputs,
        },
    ],
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["output"],
        rates: &["attention_dropout", "residual_dropout"],
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const PROPERTIES: &[Property] = &[
    Property::new(
        "causality",
        "changing a token changes nothing at the positions before it",
        FROM_TWO,
        properties::causality,
    ),
    Property::new(
        "jacobian-causality",
        "the gradient of the outputs up to a position is 0 by every later token",
        FROM_TWO,
        properties::jacobian_causality,
    )
    .differentiating(),
    Property::new(
        "prefix",
        "the output for the first tokens of a sequence is the first part of the output for all of it",
        FROM_TWO,
        properties::prefix,
    ),
    Property::new(
        "batch-independence",
        "a sequence gives the same output whatever else is in its batch, and alone",
        &[("B", 2, 3), ("T", 1, 5), ("heads", 1, 4), ("pairs", 1, 2), ("rotary", 0, 1)],
        properties::batch_independence,
    ),
    Property::new(
        "weights-are-distributions",
        "one-hot values show attention weights that are at least 0, sum to 1, and are exactly 0 for later tokens",
        REVEALING,
        properties::weights_are_distributions,
    ),
    Property::new(
        "scores",
        "one-hot values show weights whose logarithms differ as q k / sqrt(C/h) does, q and k rotated where that is asked for",
        REVEALING,
        properties::scores_of_weights,
    ),
    Property::new(
        "hull",
        "before the last projection, every channel lies between the extremes of its values so far",
        SIZES,
        properties::hull,
    ),
    Property::new(
        "constant-value",
        "where all tokens have the same value, the output is that value, projected",
        SIZES,
        properties::constant_value,
    )
    .few(),
    Property::new(
        "zero-query-running-mean",
        "with queries of zeros, the output is the running mean of the values, projected",
        SIZES,
        properties::zero_query,
    ),
    Property::new(
        "head-independence",
        "where c_proj ignores a head, the weights of that head change nothing",
        SEVERAL_HEADS,
        properties::head_independence,
    ),
    Property::new(
        "head-permutation",
        "heads in another order, in c_attn and in c_proj alike, give the same output",
        SEVERAL_HEADS,
        properties::head_permutation,
    )
    .few(),
    Property::new(
        "past-order",
        "without rotation, the order of the tokens before it makes no difference to the last output",
        &[("B", 1, 2), ("T", 3, 6), ("heads", 1, 4), ("pairs", 1, 2)],
        properties::past_order,
    )
    .few(),
    Property::new(
        "projection",
        "with c_proj_weight zero, the output is c_proj_bias",
        SIZES,
        properties::projection,
    )
    .few(),
    Property::new(
        "mask-fill",
        "a masked score counts as minus infinity, also where all visible scores are below -20000",
        &[("T", 2, 5), ("heads", 1, 3), ("pairs", 1, 2), ("score", 20_000, 100_000)],
        properties::mask_fill,
    )
    .few(),
    Property::new(
        "stability",
        "a later token of size 1000 leaves earlier outputs as they are, and all outputs finite",
        FROM_TWO,
        properties::stability,
    )
    .in_f32(),
    Property::new(
        "dropout-off-in-eval",
        "outside training, dropout rates change nothing",
        SIZES,
        dropout::off_in_eval,
    )
    .few(),
    Property::new(
        "dropout-same-seed",
        "in training, equal generator seeds give equal outputs",
        SIZES,
        dropout::same_seed,
    )
    .few(),
    Property::new(
        "dropout-different-seeds",
        "in training, different generator seeds give different outputs, with either dropout alone",
        &[("heads", 1, 3), ("rotary", 0, 1)],
        dropout::different_seeds,
    )
    .few(),
    Property::new(
        "residual-dropout-rate",
        "of the outputs in training, the share `residual_dropout` is 0 and the others are divided by 1 - rate",
        &[("heads", 1, 3), ("rotary", 0, 1), ("percent", 10, 40)],
        dropout::residual_rate,
    )
    .few(),
    Property::new(
        "attention-dropout-rate",
        "of the attention weights in training, the share `attention_dropout` is 0 and the others are divided by 1 - rate",
        &[("heads", 1, 3), ("rotary", 0, 1), ("percent", 10, 40)],
        dropout::attention_rate,
    )
    .few(),
];

const SIZES: Sizes = &[
    ("B", 1, 2),
    ("T", 1, 5),
    ("heads", 1, 4),
    ("pairs", 1, 2),
    ("rotary", 0, 1),
];
const FROM_TWO: Sizes = &[
    ("B", 1, 2),
    ("T", 2, 7),
    ("heads", 1, 4),
    ("pairs", 1, 2),
    ("rotary", 0, 1),
];
const SEVERAL_HEADS: Sizes = &[
    ("B", 1, 2),
    ("T", 1, 4),
    ("heads", 2, 4),
    ("pairs", 1, 2),
    ("rotary", 0, 1),
];
const REVEALING: Sizes = &[("T", 2, 4), ("heads", 1, 3), ("rotary", 0, 1)];

#[cfg(test)]
mod tests;
