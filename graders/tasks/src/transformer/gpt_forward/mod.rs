//! `gpt_forward`: from tokens to logits.

mod domain;
mod dropout;
mod properties;

use judge::contract::domain::Contract;
use judge::contract::scenario;
use judge::contract::{Case, Expect, Property, Task};

use super::decoder_block;
use super::inputs::{Sizes, gpt};

pub(crate) static TASK: Task = Task {
    id: "gpt_forward",
    file: "transformer.rs",
    signature: "fn gpt_forward(tokens: &Tensor, weights: &GptWeights, config: &GptConfig, train: bool) -> Result<Tensor, InvalidInput>",
    functions: &["gpt_forward"],
    definition: "Embeds tokens and, unless positions are rotated, adds the embeddings of the positions from 0; runs the decoder blocks; normalises once; and projects to one logit per token of the vocabulary.",
    formula: "x = dropout(E[tokens] + P[0..T]) or dropout(E[tokens]) in rotary mode; x = block_l(x) for every layer l; logits = rms_norm(x, final_norm) H^T",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 2.5 (a); Radford et al., Language Models are Unsupervised Multitask Learners, section 2.3",
    conventions: &[
        "position t of the sequence has row t of the position embedding, from 0; in rotary mode none is added",
        "embedding dropout falls on the sum of both embeddings",
        "the final norm comes once, after the last block, with the epsilon of the blocks",
        "the head has no bias and a weight of its own",
        "the result are logits: no softmax",
        "a sequence longer than block_size is an error",
    ],
    misreadings: &[
        "a final norm inside the loop over the blocks runs without complaint",
        "a norm whose result is not used is no norm",
        "rotation replaces the position embedding, it does not come on top of it",
    ],
    parts: PARTS,
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["logits"],
        normalised: &[
            "token_embedding",
            "position_embedding",
            "c_proj_weight",
            "c_proj_bias",
            "mlp_proj_weight",
            "mlp_proj_bias",
        ],
        rates: &["attention_dropout", "residual_dropout", "embedding_dropout"],
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

/// Everything that a GPT calls, directly or through its blocks.
pub(super) const PARTS: &[&str] = &with_block(decoder_block::PARTS);

/// The parts of a block and the block itself.
const fn with_block(parts: &[&'static str]) -> [&'static str; 8] {
    let mut all = ["decoder_block"; 8];
    let mut place = 0;
    while place < parts.len() {
        all[place + 1] = parts[place];
        place += 1;
    }
    all
}

const CASES: &[Case] = &[
    Case {
        name: "two_layers",
        portion: "absolute",
        arguments: |random| gpt(random, Sizes::new(2, 5, 3, 4)),
        expect: Expect::Outputs,
    },
    Case {
        name: "full_block",
        portion: "absolute",
        arguments: |random| {
            gpt(
                random,
                Sizes {
                    block_size: 6,
                    layers: 1,
                    ..Sizes::new(2, 6, 4, 2)
                },
            )
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "one_token",
        portion: "absolute",
        arguments: |random| {
            gpt(
                random,
                Sizes {
                    layers: 3,
                    vocabulary: 11,
                    ..Sizes::new(3, 1, 2, 3)
                },
            )
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "rotated_two_layers",
        portion: "rotary",
        arguments: |random| gpt(random, Sizes::new(2, 5, 3, 4).rotated()),
        expect: Expect::Outputs,
    },
    Case {
        name: "rotated_full_block",
        portion: "rotary",
        arguments: |random| {
            gpt(
                random,
                Sizes {
                    block_size: 8,
                    vocabulary: 12,
                    ..Sizes::new(2, 8, 4, 2)
                }
                .rotated(),
            )
        },
        expect: Expect::Outputs,
    },
];

/// Sizes of properties in which one token is not enough.
const FROM_TWO: scenario::Sizes = &[("B", 1, 2), ("T", 2, 5), ("heads", 1, 3), ("pairs", 1, 2)];
/// Sizes of all other properties.
const SIZES: scenario::Sizes = &[("B", 1, 2), ("T", 1, 5), ("heads", 1, 3), ("pairs", 1, 2)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "causality",
        "changing a token changes no logits at the positions before it",
        FROM_TWO,
        properties::causality,
    ),
    Property::new(
        "prefix",
        "the logits for the first tokens of a sequence are the first part of the logits for all of it",
        FROM_TWO,
        properties::prefix,
    ),
    Property::new(
        "batch-independence",
        "a sequence gives the same logits whatever else is in the batch",
        &[("B", 2, 3), ("T", 1, 4), ("heads", 1, 3), ("pairs", 1, 2)],
        properties::batch_independence,
    )
    .few(),
    Property::new(
        "final-norm-once",
        "the logits are proportional to the weight of the final norm",
        SIZES,
        properties::final_norm_once,
    )
    .few(),
    Property::new(
        "linear-head",
        "the logits are linear in the head",
        SIZES,
        properties::linear_head,
    )
    .few(),
    Property::new(
        "untied-head",
        "the embedding of a token that does not occur changes nothing",
        SIZES,
        properties::untied_head,
    )
    .few(),
    Property::new(
        "position-rows",
        "only the rows of the position embedding from 0 to T - 1 make a difference, in rotary mode none",
        SIZES,
        properties::position_rows,
    )
    .few(),
    Property::new(
        "initial-loss",
        "with small weights the loss is about ln V, that of guessing",
        SIZES,
        properties::initial_loss,
    )
    .few(),
    Property::new(
        "dropout-off-in-eval",
        "outside training the rates make no difference",
        SIZES,
        dropout::off_in_eval,
    )
    .few(),
    Property::new(
        "dropout-follows-seed",
        "in training, equal generator seeds give equal logits and different ones different logits",
        SIZES,
        dropout::follows_seed,
    )
    .few(),
    Property::new(
        "embedding-dropout",
        "the sum of token and position embedding is dropped as one, and the rest is divided by 1 - rate",
        dropout::RATES,
        dropout::embedding,
    )
    .few(),
    Property::new(
        "training-reaches-blocks",
        "each of the two rates changes the logits in training, by itself and in every block",
        FROM_TWO,
        dropout::reaches_blocks,
    )
    .few(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::transformer::{Variant, gpt_as};
    use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

    #[test]
    fn the_composition_has_all_properties() {
        assert_eq!(failed_properties(&TASK, gpt_as(Variant::Right)), [""; 0]);
        assert_eq!(trivial_cases(&TASK, gpt_as(Variant::Right)), [""; 0]);
    }

    #[test]
    fn known_mistakes_fail_properties_and_show_in_golden_cases() {
        for (way, property) in [
            (Variant::NoFinalNorm, "final-norm-once"),
            (Variant::PositionsDespiteRotation, "position-rows"),
            (Variant::PositionsFromOne, "position-rows"),
            (Variant::Softmax, "linear-head"),
            (Variant::TiedHead, "untied-head"),
            (Variant::NotCausal, "causality"),
        ] {
            assert!(
                smallest_case(&TASK, property, gpt_as(way)).is_some(),
                "{way:?} and {property}"
            );
            assert!(
                !telling_cases(&TASK, gpt_as(Variant::Right), gpt_as(way)).is_empty(),
                "{way:?}"
            );
        }
    }

    #[test]
    fn what_properties_cannot_see_shows_in_golden_cases() {
        for way in [Variant::FinalNormInLoop, Variant::LayersReversed] {
            let telling = telling_cases(&TASK, gpt_as(Variant::Right), gpt_as(way));
            assert!(!telling.is_empty(), "{way:?}");
        }
    }

    #[test]
    fn what_golden_cases_cannot_see_fails_properties() {
        for (way, property) in [
            (Variant::DropoutBeforePositions, "embedding-dropout"),
            (Variant::NoEmbeddingDropout, "embedding-dropout"),
            (Variant::DropoutAlways, "dropout-off-in-eval"),
            (Variant::NoAttentionDropout, "training-reaches-blocks"),
        ] {
            assert!(
                smallest_case(&TASK, property, gpt_as(way)).is_some(),
                "{way:?} and {property}"
            );
        }
    }

    #[test]
    fn the_counterexample_of_a_leak_has_two_tokens() {
        let (sizes, _) = smallest_case(&TASK, "causality", gpt_as(Variant::NotCausal)).expect("it is broken");
        assert_eq!(sizes[..2], [1, 2]);
    }
}
