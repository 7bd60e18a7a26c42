//! `generate`: continuing a prompt token by token.

mod domain;
mod inputs;
mod properties;

use judge::contract::domain::Contract;
use judge::contract::scenario;
use judge::contract::{Case, Expect, Property, Task};

use self::inputs::{case, sampled};
use super::gpt_forward;
use super::inputs::Sizes;

pub(crate) static TASK: Task = Task {
    id: "generate",
    file: "generation.rs",
    signature: "fn generate(tokens: &Tensor, count: i64, weights: &GptWeights, config: &GptConfig, sampling: &Sampling) -> Result<Tensor, InvalidInput>",
    functions: &["generate"],
    definition: "Continues each row of tokens by `count` tokens, each chosen from the logits at the last position of the last block_size tokens, and returns prompt and continuation.",
    formula: "repeat count times: l = gpt_forward(last block_size tokens) at the last position; append greedy(l) or sample_top_p(l, p, temperature)",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 2.8 (a)",
    conventions: &[
        "the result is int64 of shape [B, T + count] and begins with the prompt",
        "a prompt may be longer than block_size: its beginning stays in the result and has no influence",
        "generating is not training: dropout is off whatever the rates",
        "draws come from libtorch's generator, one call of sample_top_p per new token",
    ],
    misreadings: &[
        "the chosen token needs an axis of its own before it is appended",
        "only the logits at the last position choose the next token",
        "without cropping, generation ends with an error as soon as block_size is reached",
    ],
    parts: PARTS,
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

/// Everything that is called, directly or through the GPT.
const PARTS: &[&str] = &with_forward(gpt_forward::PARTS);

/// The parts of a GPT, the GPT itself, and what chooses tokens.
const fn with_forward(parts: &[&'static str]) -> [&'static str; 12] {
    let mut all = ["gpt_forward"; 12];
    [all[1], all[2], all[3]] = ["greedy", "sample_top_p", "nucleus"];
    let mut place = 0;
    while place < parts.len() {
        all[place + 4] = parts[place];
        place += 1;
    }
    all
}

const CASES: &[Case] = &[
    Case {
        name: "within_the_block",
        portion: "greedy",
        arguments: |random| {
            case(
                random,
                Sizes {
                    block_size: 9,
                    ..Sizes::new(2, 3, 3, 4)
                },
                5,
            )
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "past_the_block",
        portion: "greedy",
        arguments: |random| {
            case(
                random,
                Sizes {
                    block_size: 4,
                    ..Sizes::new(3, 2, 4, 2)
                },
                8,
            )
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "long_prompt",
        portion: "greedy",
        arguments: |random| {
            case(
                random,
                Sizes {
                    block_size: 5,
                    layers: 1,
                    ..Sizes::new(2, 9, 2, 3)
                },
                6,
            )
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "rotated",
        portion: "greedy",
        arguments: |random| {
            case(
                random,
                Sizes {
                    block_size: 5,
                    ..Sizes::new(2, 4, 3, 2)
                }
                .rotated(),
                7,
            )
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "cold",
        portion: "sampling",
        arguments: |random| {
            let given = case(
                random,
                Sizes {
                    block_size: 4,
                    ..Sizes::new(2, 3, 3, 4)
                },
                6,
            );
            sampled(&given, 1.0, 1e-4)
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "little_mass",
        portion: "sampling",
        arguments: |random| {
            let given = case(
                random,
                Sizes {
                    block_size: 6,
                    ..Sizes::new(3, 2, 4, 2)
                }
                .rotated(),
                7,
            );
            sampled(&given, 0.01, 1.5)
        },
        expect: Expect::Outputs,
    },
];

/// A prompt that may or may not fill the block, and new tokens that may or may not pass it.
const SIZES: scenario::Sizes = &[("B", 1, 2), ("T", 1, 6), ("new", 1, 5), ("block_size", 1, 5)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "starts-with-prompt",
        "the result is int64 of shape [B, T + count], begins with the prompt and holds tokens of the vocabulary",
        SIZES,
        properties::starts_with_prompt,
    )
    .few(),
    Property::new(
        "nothing-to-add",
        "with a count of 0 the prompt comes back",
        &[("B", 1, 2), ("T", 1, 6), ("block_size", 1, 5)],
        properties::nothing_to_add,
    )
    .few(),
    Property::new(
        "greedy-iterates-forward",
        "every new token is the most likely one after the last block_size tokens before it",
        SIZES,
        properties::greedy_iterates_forward,
    ),
    Property::new(
        "window",
        "tokens before the last block_size ones have no influence",
        &[("B", 1, 2), ("before", 1, 3), ("new", 1, 4), ("block_size", 1, 4)],
        properties::window,
    )
    .few(),
    Property::new(
        "in-steps",
        "continuing in two steps gives the same as continuing at once",
        &[("B", 1, 2), ("T", 1, 5), ("new", 2, 5), ("block_size", 1, 5)],
        properties::in_steps,
    )
    .few(),
    Property::new(
        "batch-independence",
        "a prompt is continued in the same way whatever else is in the batch",
        &[("B", 2, 3), ("T", 1, 5), ("new", 1, 4), ("block_size", 1, 5)],
        properties::batch_independence,
    )
    .few(),
    Property::new(
        "evaluation-mode",
        "dropout rates make no difference",
        &[("T", 1, 4), ("block_size", 2, 5)],
        properties::evaluation_mode,
    )
    .few(),
    Property::new(
        "cold-is-greedy",
        "sampling with a temperature towards 0 gives the most likely tokens",
        SIZES,
        properties::cold_is_greedy,
    )
    .few(),
    Property::new(
        "logits-by-temperature",
        "logits and temperature multiplied by the same number, however small, give the same draws",
        &[("B", 1, 4), ("T", 1, 3), ("new", 1, 4)],
        properties::logits_by_temperature,
    )
    .few(),
    Property::new(
        "support",
        "every drawn token lies in the nucleus after the tokens before it",
        &[("B", 2, 4), ("T", 1, 4), ("new", 1, 4), ("block_size", 2, 5)],
        properties::support,
    ),
    Property::new(
        "distribution",
        "drawn tokens follow the nucleus of the softmax of the logits over the temperature",
        &[("T", 1, 3)],
        properties::distribution,
    )
    .few(),
    Property::new(
        "draws-anew",
        "every new token of every row has a draw of its own",
        &[("T", 1, 3)],
        properties::draws_anew,
    )
    .few(),
    Property::new(
        "follows-seed",
        "equal generator seeds give equal tokens, and different ones different tokens",
        &[("T", 1, 3)],
        properties::follows_seed,
    )
    .few(),
];

#[cfg(test)]
mod tests {
    use judge::contract::arguments::array;
    use judge::contract::random::Random;
    use judge::fixtures::INPUT_SEED;

    use super::properties::greedy_continuation;
    use super::*;
    use crate::testing::transformer::{Variant, generate_as};
    use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

    #[test]
    fn iterating_the_forward_pass_has_all_properties() {
        assert_eq!(failed_properties(&TASK, generate_as(Variant::Right)), [""; 0]);
        assert_eq!(trivial_cases(&TASK, generate_as(Variant::Right)), [""; 0]);
    }

    #[test]
    fn known_mistakes_fail_properties_and_show_in_golden_cases() {
        for (way, property) in [
            (Variant::NotCropped, "greedy-iterates-forward"),
            (Variant::FirstTokensKept, "window"),
            (Variant::DropoutWhileGenerating, "evaluation-mode"),
            (Variant::PromptLost, "starts-with-prompt"),
            (Variant::OneTokenTooMany, "nothing-to-add"),
        ] {
            assert!(
                smallest_case(&TASK, property, generate_as(way)).is_some(),
                "{way:?} and {property}"
            );
            assert!(
                !telling_cases(&TASK, generate_as(Variant::Right), generate_as(way)).is_empty(),
                "{way:?}"
            );
        }
    }

    #[test]
    fn mistakes_in_drawing_fail_the_properties_of_draws() {
        for (way, property) in [
            (Variant::GreedyAlways, "distribution"),
            (Variant::LikelyWithoutTemperature, "distribution"),
            (Variant::SameDrawEachTime, "draws-anew"),
        ] {
            assert!(
                smallest_case(&TASK, property, generate_as(way)).is_some(),
                "{way:?} and {property}"
            );
        }
    }

    #[test]
    fn rounding_decides_no_token_of_a_golden_case() {
        for case in TASK.cases {
            let given = (case.arguments)(&mut Random::new(INPUT_SEED, &format!("{}/{}", TASK.id, case.name)));
            let prompt = array(&given["tokens"]);
            let count = given["count"].item().unwrap_or_default() as usize;
            let continuation = greedy_continuation(&given, &prompt, count);
            let tokens = continuation.unwrap_or_else(|| panic!("two tokens are nearly as likely in {}", case.name));
            let mut different: Vec<i64> = tokens.iter().map(|&token| token as i64).collect();
            different.sort_unstable();
            different.dedup();
            assert!(different.len() > 3, "{}: {tokens}", case.name);
        }
    }
}
