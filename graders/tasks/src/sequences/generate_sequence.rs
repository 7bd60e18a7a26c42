//! `generate_sequence`: continuing a prompt until it ends.

use judge::contract::domain::Contract;
use judge::contract::random::Random;
use judge::contract::{Case, Expect, Property, Task};
use wire::Tensors;

use super::encoder_decoder::with_transformer;
use super::generation_domain::AFTER_A_PROMPT;
use super::generation_inputs::{model_call, sampled, with_ends};
use super::generation_properties::{FROM_TWO, Generator, SIZES};
use super::generic_transformer;
use super::inputs::Sizes;

const GENERATOR: Generator = Generator {
    task: "generate_sequence",
    prefixed: false,
};

pub(crate) static TASK: Task = Task {
    id: GENERATOR.task,
    file: "sequence_generation.rs",
    signature: "fn generate_sequence(tokens: &Tensor, generation: &Generation, weights: &LanguageModelWeights, config: &SequenceConfig) -> Result<Tensor, InvalidInput>",
    functions: &["generate_sequence"],
    definition: "Continues each row of tokens, a token a step chosen from the logits at the last position, until the row has its END token, and returns the new tokens.",
    formula: "repeat until all rows have ended, at most count times: l = head of generic_transformer(tokens so far) at the last position; append argmax l, or min { j : sum of softmax(l / temperature) up to j > u[step, row] }",
    source: "Georgia Tech, CS 7643, Problem Set 3, coding part",
    conventions: &[
        "the result has the new tokens only: the prompt does not come back",
        "END, once chosen, stands in the result; all later entries of its row are -1",
        "generation stops when all rows have ended, or after count steps: the result has as many columns as there were steps",
        "an END in the prompt ends nothing",
        "greedy: the largest logit, of several the one with the lowest number",
        "sampled: row s of the uniform numbers decides step s; the lowest token whose cumulative probability is greater than the number",
        "the temperature divides the logits before the softmax",
        "nothing is cropped: tokens that outgrow the positions are an error",
    ],
    misreadings: &[
        "only the logits at the last position choose the next token",
        "a row that has ended goes on while others do, with -1",
        "generation that stops with the first row cuts the others off",
    ],
    parts: PARTS,
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        domain: AFTER_A_PROMPT,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

/// Everything that is called, directly or through the transformer.
const PARTS: &[&str] = &with_transformer(generic_transformer::PARTS);

const CASES: &[Case] = &[
    Case {
        name: "rows_end_in_different_steps",
        portion: "greedy",
        arguments: |random| with_ends(random, |random| case(random, 3, 3, 6), in_different_steps),
        expect: Expect::Outputs,
    },
    Case {
        name: "all_end_early",
        portion: "greedy",
        arguments: |random| with_ends(random, |random| case(random, 2, 2, 7), all_early),
        expect: Expect::Outputs,
    },
    Case {
        name: "nothing_ends",
        portion: "greedy",
        arguments: |random| with_ends(random, |random| case(random, 2, 4, 5), never),
        expect: Expect::Outputs,
    },
    Case {
        name: "sampled_to_different_ends",
        portion: "sampled",
        arguments: |random| with_ends(random, |random| drawn(random, 3, 2, 6, 1.5), in_different_steps),
        expect: Expect::Outputs,
    },
    Case {
        name: "sampled_coldly",
        portion: "sampled",
        arguments: |random| with_ends(random, |random| drawn(random, 2, 3, 6, 0.6), all_early),
        expect: Expect::Outputs,
    },
    Case {
        name: "sampled_without_end",
        portion: "sampled",
        arguments: |random| with_ends(random, |random| drawn(random, 3, 1, 5, 2.5), never),
        expect: Expect::Outputs,
    },
];

/// Some row ends before the last step, some other later or not at all.
pub(super) fn in_different_steps(ends: &[Option<usize>]) -> bool {
    let earliest = ends.iter().flatten().min().copied();
    earliest.is_some_and(|step| (1..4).contains(&step)) && ends.iter().any(|end| *end != earliest)
}

/// All rows end, not in the same step, with two steps left.
pub(super) fn all_early(ends: &[Option<usize>]) -> bool {
    let early = ends.iter().all(|end| end.is_some_and(|step| step < 4));
    early && ends.iter().any(|end| *end != ends[0])
}

/// No row ends.
pub(super) fn never(ends: &[Option<usize>]) -> bool {
    ends.iter().all(Option::is_none)
}

fn case(random: &mut Random, batch: usize, length: usize, count: usize) -> Tensors {
    let sizes = Sizes {
        positions: length + count - 1,
        ..Sizes::new(batch, length, 3, 2)
    };
    model_call(random, sizes, count)
}

fn drawn(random: &mut Random, batch: usize, length: usize, count: usize, temperature: f64) -> Tensors {
    let given = case(random, batch, length, count);
    sampled(random, &given, temperature)
}

const PROPERTIES: &[Property] = &[
    Property::new(
        "new-only",
        "one step gives one token of the vocabulary per row, and nothing else",
        SIZES,
        |scenario, probe| GENERATOR.new_only(scenario, probe),
    )
    .few(),
    Property::new(
        "greedy",
        "every new token is the most likely one after those before it",
        SIZES,
        |scenario, probe| GENERATOR.greedy(scenario, probe),
    ),
    Property::new(
        "ends",
        "a row has tokens, its END and then -1, and generation stops once every row has ended",
        FROM_TWO,
        |scenario, probe| GENERATOR.ends(scenario, probe),
    ),
    Property::new(
        "ties",
        "of equal logits the lowest token is the greedy one",
        SIZES,
        |scenario, probe| GENERATOR.ties(scenario, probe),
    )
    .few(),
    Property::new(
        "by-numbers",
        "every new token is the one that its number chooses by the cumulative probabilities",
        SIZES,
        |scenario, probe| GENERATOR.by_numbers(scenario, probe),
    ),
    Property::new(
        "smallest-number",
        "the number 0 chooses token 0",
        SIZES,
        |scenario, probe| GENERATOR.smallest_number(scenario, probe),
    )
    .few(),
    Property::new(
        "largest-number",
        "the number just below 1 chooses the last token, also where rounding keeps the probabilities from adding up to 1",
        SIZES,
        |scenario, probe| GENERATOR.largest_number(scenario, probe),
    )
    .few(),
    Property::new(
        "cold-is-greedy",
        "a temperature towards 0 gives the greedy tokens",
        SIZES,
        |scenario, probe| GENERATOR.cold_is_greedy(scenario, probe),
    )
    .few(),
    Property::new(
        "batch-independence",
        "a row is continued in the same way whatever else is in the batch",
        &[("B", 2, 3), ("T", 1, 3), ("steps", 1, 4)],
        |scenario, probe| GENERATOR.batch_independence(scenario, probe),
    )
    .few(),
    Property::new(
        "in-steps",
        "a prompt with the first new tokens added is continued by the others",
        &[("B", 1, 1), ("T", 1, 3), ("steps", 2, 5)],
        |scenario, probe| GENERATOR.in_steps(scenario, probe),
    )
    .few(),
    Property::new(
        "too-long",
        "a prompt longer than the position embedding is an error",
        SIZES,
        |scenario, probe| GENERATOR.too_long(scenario, probe),
    )
    .few(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sequence::{Variant, generation_as};
    use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

    #[test]
    fn iterating_the_forward_pass_has_all_properties() {
        assert_eq!(failed_properties(&TASK, generation_as(Variant::Right)), [""; 0]);
        assert_eq!(trivial_cases(&TASK, generation_as(Variant::Right)), [""; 0]);
    }

    #[test]
    fn known_mistakes_fail_properties_and_show_in_golden_cases() {
        for (way, property) in [
            (Variant::PromptReturned, "new-only"),
            (Variant::EndIgnored, "ends"),
            (Variant::EndDropped, "ends"),
            (Variant::StopsWithFirstRow, "ends"),
            (Variant::PaddedWithEnd, "ends"),
            (Variant::GoesOnAfterEnd, "ends"),
            (Variant::FirstPosition, "greedy"),
            (Variant::TemperatureIgnored, "by-numbers"),
            (Variant::TemperatureMultiplied, "cold-is-greedy"),
            (Variant::SameNumberEachStep, "by-numbers"),
            (Variant::CumulativeFromTheEnd, "smallest-number"),
            (Variant::GreedyAlways, "by-numbers"),
        ] {
            assert!(
                smallest_case(&TASK, property, generation_as(way)).is_some(),
                "{way:?} and {property}"
            );
            let telling = telling_cases(&TASK, generation_as(Variant::Right), generation_as(way));
            assert!(!telling.is_empty(), "{way:?}");
        }
    }
}
