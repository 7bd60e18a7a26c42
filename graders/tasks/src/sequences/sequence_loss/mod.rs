//! `sequence_loss`: what a decoder is trained with.

mod domain;
mod inputs;
mod properties;
#[cfg(test)]
mod tests;

use judge::contract::domain::Contract;
use judge::contract::scenario;
use judge::contract::{Case, Expect, Property, Task};

use self::inputs::batches;

const ID: &str = "sequence_loss";

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "encoder_decoder.rs",
    signature: "fn sequence_loss(logits: &Tensor, tokens: &Tensor) -> Result<Tensor, InvalidInput>",
    functions: &["sequence_loss"],
    definition: "The mean negative logarithm of the probability that the logits at each token, past the cache, give to the token after it; padding is left out.",
    formula: "mean over b and t = 0, ..., T - 2 with tokens[b, t + 1] != -1 of -log softmax(logits[b, K + t])[tokens[b, t + 1]],  K = length of logits - T",
    source: "Georgia Tech, CS 7643, Problem Set 3, coding part",
    conventions: &[
        "the logits at a token say what the next token is; those of the cache predict nothing, nor does the last position",
        "the first token is predicted by nobody",
        "a next token of -1 is left out, of the sum and of the number that it is divided by",
        "the mean is over all tokens of the batch that are left, not over rows first",
        "the result is a tensor without axes",
        "where no token follows another, it is an error",
    ],
    misreadings: &[
        "the mean over all positions, with zeros at padding, is a smaller number",
        "logits and tokens at the same place compare a token with itself",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["loss"],
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "full_rows",
        portion: "without_cache",
        arguments: |random| batches(random, &[&[5, 5], &[5, 5], &[5, 5]], 5, 0),
        expect: Expect::Outputs,
    },
    Case {
        name: "padded_rows",
        portion: "without_cache",
        arguments: |random| batches(random, &[&[6, 2, 1, 4], &[1, 1, 2, 5], &[3, 6, 6, 1]], 6, 0),
        expect: Expect::Outputs,
    },
    Case {
        name: "behind_a_cache",
        portion: "past_the_cache",
        arguments: |random| batches(random, &[&[4, 3], &[5, 1], &[2, 5]], 5, 3),
        expect: Expect::Outputs,
    },
    Case {
        name: "two_tokens_behind_a_long_cache",
        portion: "past_the_cache",
        arguments: |random| batches(random, &[&[2, 1, 2], &[2, 2, 2], &[1, 1, 2]], 2, 6),
        expect: Expect::Outputs,
    },
];

/// Sizes of the properties: positions of the tokens and of the cache.
const SIZES: scenario::Sizes = &[("B", 1, 3), ("T", 2, 5), ("V", 2, 5), ("K", 0, 3)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "next-tokens",
        "the loss is the mean of -log p of every token that follows another, past the cache",
        SIZES,
        properties::next_tokens,
    ),
    Property::new(
        "padding-left-out",
        "logits whose next token is padding make no difference",
        &[("B", 1, 3), ("T", 3, 5), ("V", 2, 5), ("K", 0, 3)],
        properties::padding_left_out,
    )
    .few(),
    Property::new(
        "cache-left-out",
        "the logits of the cache and those at the last position make no difference",
        &[("B", 1, 3), ("T", 2, 5), ("V", 2, 5), ("K", 1, 3)],
        properties::cache_left_out,
    )
    .few(),
    Property::new(
        "more-padding",
        "more padding at the end leaves the loss as it is",
        SIZES,
        properties::more_padding,
    )
    .few(),
    Property::new(
        "repeated-batch",
        "the same rows twice have the same loss",
        SIZES,
        properties::repeated_batch,
    )
    .few(),
    Property::new(
        "uniform",
        "where all logits of a position are equal, the loss is ln V",
        SIZES,
        properties::uniform,
    )
    .few(),
    Property::new(
        "shift",
        "a number added to all logits of a position makes no difference, a thousand neither",
        SIZES,
        properties::shift,
    )
    .few(),
    Property::new(
        "gradient",
        "the gradient by the logits is softmax less one at the next token, over the number of tokens, and 0 elsewhere",
        SIZES,
        properties::gradient,
    )
    .differentiating()
    .few(),
    Property::new(
        "nothing-to-predict",
        "tokens of which none follows another are an error",
        &[("B", 1, 3), ("T", 1, 4), ("V", 2, 4), ("K", 0, 2)],
        properties::nothing_to_predict,
    )
    .few(),
];
