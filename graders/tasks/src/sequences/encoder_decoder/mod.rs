//! `encoder_decoder`: the logits of a decoder behind an encoded source.

mod domain;
mod inputs;
mod properties;

use judge::contract::domain::Contract;
use judge::contract::scenario;
use judge::contract::{Case, Expect, Property, Task};

use self::inputs::{full, padded};
use super::generic_transformer;
use super::inputs::{Sizes, encoder_decoder_call};
use super::padding::{in_logits, read_logits};

pub(crate) static TASK: Task = Task {
    id: "encoder_decoder",
    file: "encoder_decoder.rs",
    signature: "fn encoder_decoder(source: &Tensor, target: &Tensor, weights: &EncoderDecoderWeights, config: &SequenceConfig) -> Result<Tensor, InvalidInput>",
    functions: &["encoder_decoder"],
    definition: "Encodes the source, puts its hidden states as a cache before the embeddings of the target in the decoder, and projects the decoder's hidden states to logits.",
    formula: "c = generic_transformer(source, encoder); h = generic_transformer(target, decoder, cache c); logits = h H^T; [B, S + T, V]",
    source: "Georgia Tech, CS 7643, Problem Set 3, coding part",
    conventions: &[
        "the encoder sees all tokens of the source; the decoder sees them and the target's up to its own position",
        "the cache are the encoder's hidden states after its final norm, with the number of tokens of each row",
        "the decoder's positions count from 0 at the first token of the target",
        "the logits are those of all S + T positions; no softmax",
        "the head has no bias and a weight of its own",
        "both sides have the same heads and epsilon; vocabularies, layers and positions may differ",
    ],
    misreadings: &[
        "the padding of the source stands in the middle of the decoder's sequence, and is hidden there too",
        "the two sides have weights of their own, and vocabularies too",
    ],
    parts: PARTS,
    cases: CASES,
    properties: PROPERTIES,
    nan_in_padding: Some(in_logits),
    unread: Some(read_logits),
    contract: Contract {
        smooth: &["logits"],
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

/// Everything that is called, directly or through the transformers.
pub(super) const PARTS: &[&str] = &with_transformer(generic_transformer::PARTS);

/// The parts of a transformer and the transformer itself.
pub(super) const fn with_transformer(parts: &[&'static str]) -> [&'static str; 5] {
    let mut all = ["generic_transformer"; 5];
    let mut place = 0;
    while place < parts.len() {
        all[place + 1] = parts[place];
        place += 1;
    }
    all
}

const CASES: &[Case] = &[
    Case {
        name: "full_rows",
        portion: "full",
        arguments: |random| full(random, Sizes::new(2, 4, 3, 2), 5),
        expect: Expect::Outputs,
    },
    Case {
        name: "short_source",
        portion: "full",
        arguments: |random| full(random, Sizes::new(2, 5, 2, 3), 1),
        expect: Expect::Outputs,
    },
    Case {
        name: "padded_source_and_target",
        portion: "padded",
        arguments: |random| encoder_decoder_call(random, Sizes::new(3, 5, 3, 2), 4),
        expect: Expect::Outputs,
    },
    Case {
        name: "padding_in_every_row",
        portion: "padded",
        arguments: |random| padded(random, Sizes::new(3, 4, 4, 2), 6),
        expect: Expect::Outputs,
    },
];

/// Sizes of the properties: positions of source and target.
const SIZES: scenario::Sizes = &[("B", 1, 2), ("T", 1, 4), ("heads", 1, 3), ("d", 1, 2), ("S", 1, 4)];
/// Sizes of properties that need two positions on both sides.
const FROM_TWO: scenario::Sizes = &[("B", 1, 2), ("T", 2, 4), ("heads", 1, 3), ("d", 2, 3), ("S", 2, 4)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "padded-rows",
        "no logit is NaN, those at padding included",
        FROM_TWO,
        properties::padded_rows,
    ),
    Property::new(
        "recomposition",
        "the logits are those of encoder, cache, decoder and head, one after the other",
        SIZES,
        properties::recomposition,
    ),
    Property::new(
        "causality",
        "changing a token of the target changes no logits at the positions before it",
        FROM_TWO,
        properties::causality,
    ),
    Property::new(
        "source-matters",
        "changing the last token of the source changes the logits at the first position of source and of target",
        // Fewer than three channels are normalised to hardly anything but their signs.
        &[("B", 1, 2), ("T", 2, 4), ("heads", 1, 3), ("d", 3, 4), ("S", 2, 4)],
        properties::source_matters,
    )
    .few(),
    Property::new(
        "source-padding-unseen",
        "what stands at padding of the source does not change the logits at the target's tokens",
        FROM_TWO,
        properties::source_padding_unseen,
    ),
    Property::new(
        "more-padding",
        "more padding of source or target changes no logits at the target's tokens",
        SIZES,
        properties::more_padding,
    ),
    Property::new(
        "batch-independence",
        "a row gives the same logits whatever else is in the batch",
        &[("B", 2, 3), ("T", 1, 3), ("heads", 1, 3), ("d", 1, 2), ("S", 1, 4)],
        properties::batch_independence,
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
        "too-long",
        "a source or a target longer than its side knows is an error",
        SIZES,
        properties::too_long,
    )
    .few(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sequence::{Variant, encoder_decoder_as};
    use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

    #[test]
    fn the_composition_has_all_properties() {
        assert_eq!(failed_properties(&TASK, encoder_decoder_as(Variant::Right)), [""; 0]);
        assert_eq!(trivial_cases(&TASK, encoder_decoder_as(Variant::Right)), [""; 0]);
    }

    #[test]
    fn known_mistakes_fail_properties_and_show_in_golden_cases() {
        for (way, property) in [
            (Variant::PaddedRowsBlank, "padded-rows"),
            (Variant::CachePaddingSeen, "source-padding-unseen"),
            (Variant::CacheIgnored, "source-matters"),
            (Variant::AlwaysCausal, "source-matters"),
            (Variant::NotCausal, "causality"),
            (Variant::Softmax, "linear-head"),
            (Variant::TiedHead, "linear-head"),
            (Variant::CacheAfter, "recomposition"),
        ] {
            assert!(
                smallest_case(&TASK, property, encoder_decoder_as(way)).is_some(),
                "{way:?} and {property}"
            );
            let telling = telling_cases(&TASK, encoder_decoder_as(Variant::Right), encoder_decoder_as(way));
            assert!(!telling.is_empty(), "{way:?}");
        }
    }
}
