//! `prefix_generate`: generating behind an encoded prefix.

use judge::contract::domain::Contract;
use judge::contract::random::Random;
use judge::contract::{Case, Expect, Property, Task};
use wire::Tensors;

use super::encoder_decoder;
use super::generate_sequence::{all_early, in_different_steps, never};
use super::generation_domain::BEHIND_A_PREFIX;
use super::generation_inputs::{prefix_call, sampled, with_ends};
use super::generation_properties::{FROM_TWO, Generator, SIZES};
use super::inputs::Sizes;

const GENERATOR: Generator = Generator {
    task: "prefix_generate",
    prefixed: true,
};

pub(crate) static TASK: Task = Task {
    id: GENERATOR.task,
    file: "sequence_generation.rs",
    signature: "fn prefix_generate(prefix: &Tensor, start: i64, generation: &Generation, weights: &EncoderDecoderWeights, config: &SequenceConfig) -> Result<Tensor, InvalidInput>",
    functions: &["prefix_generate"],
    definition: "Encodes the prefix, and generates behind it as generate_sequence does: from the start token on, with the encoder's hidden states as the decoder's cache.",
    formula: "c = generic_transformer(prefix, encoder); y = [start]; repeat until all rows have ended, at most count times: l = head of generic_transformer(y, decoder, cache c) at the last position; append the choice to y; result: y without start",
    source: "Georgia Tech, CS 7643, Problem Set 3, coding part",
    conventions: &[
        "the result has the new tokens only: neither the prefix nor start comes back",
        "END, once chosen, stands in the result; all later entries of its row are -1",
        "generation stops when all rows have ended, or after count steps: the result has as many columns as there were steps",
        "start may be any token, END too: only a chosen END ends a row",
        "choices are those of generate_sequence",
        "the padding of the prefix is hidden in encoder and decoder",
    ],
    misreadings: &[
        "the prefix is the encoder's; the decoder's sequence begins with start, at its position 0",
        "rows whose prefixes have different lengths are generated together all the same",
    ],
    parts: PARTS,
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        domain: BEHIND_A_PREFIX,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

/// Everything that may be called, directly or through the transformers.
const PARTS: &[&str] = &with_both(encoder_decoder::PARTS);

/// The parts of encoder and decoder, and both together.
const fn with_both(parts: &[&'static str]) -> [&'static str; 6] {
    let mut all = ["encoder_decoder"; 6];
    let mut place = 0;
    while place < parts.len() {
        all[place + 1] = parts[place];
        place += 1;
    }
    all
}

const CASES: &[Case] = &[
    Case {
        name: "rows_end_in_different_steps",
        portion: "greedy",
        arguments: |random| with_ends(random, |random| case(random, 3, 4, 6), in_different_steps),
        expect: Expect::Outputs,
    },
    Case {
        name: "all_end_early",
        portion: "greedy",
        arguments: |random| with_ends(random, |random| case(random, 2, 3, 7), all_early),
        expect: Expect::Outputs,
    },
    Case {
        name: "sampled_to_different_ends",
        portion: "sampled",
        arguments: |random| with_ends(random, |random| drawn(random, 3, 4, 6, 1.5), in_different_steps),
        expect: Expect::Outputs,
    },
    Case {
        name: "sampled_without_end",
        portion: "sampled",
        arguments: |random| with_ends(random, |random| drawn(random, 3, 3, 5, 2.5), never),
        expect: Expect::Outputs,
    },
];

fn case(random: &mut Random, batch: usize, length: usize, count: usize) -> Tensors {
    let sizes = Sizes {
        positions: count,
        layers: 1,
        ..Sizes::new(batch, 1, 3, 2)
    };
    prefix_call(random, sizes, length, count)
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
        "every new token is the most likely one behind the prefix, start and those before it",
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
        "more-padding",
        "more padding of the prefix changes no token",
        SIZES,
        |scenario, probe| GENERATOR.more_padding(scenario, probe),
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
        "too-long",
        "a prefix longer than the encoder's position embedding is an error",
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
            (Variant::StopsWithFirstRow, "ends"),
            (Variant::PaddedWithEnd, "ends"),
            (Variant::CacheIgnored, "greedy"),
            (Variant::CachePaddingSeen, "greedy"),
            (Variant::TemperatureIgnored, "by-numbers"),
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
