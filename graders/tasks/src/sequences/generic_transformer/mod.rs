//! `generic_transformer`: from tokens to hidden states, as encoder and as decoder.

mod domain;
mod inputs;
mod properties;

use judge::contract::domain::Contract;
use judge::contract::scenario;
use judge::contract::{Case, Expect, Property, Task};

use self::inputs::{cached, padded};
use super::inputs::{Sizes, transformer_call};
use super::padding::{in_hidden, read_hidden};

pub(crate) static TASK: Task = Task {
    id: "generic_transformer",
    file: "sequence_transformer.rs",
    signature: "fn generic_transformer(tokens: &Tensor, weights: &SequenceTransformerWeights, config: &SequenceConfig, role: Role, cache: Option<&HiddenCache>) -> Result<Tensor, InvalidInput>",
    functions: &["generic_transformer"],
    definition: "Embeds the tokens, puts the hidden states of the cache before them, runs the pre-norm blocks over both under the mask of its role, and normalises once.",
    formula: "x = [cache, embedding(tokens)]; for every layer x = x + attention(norm_1(x), mask), x = x + W_2 gelu(W_1 norm_2(x) + b_1) + b_2; hidden = final_norm(x); [B, K + T, C]",
    source: "Georgia Tech, CS 7643, Problem Set 3, coding part; Xiong et al., On Layer Normalization in the Transformer Architecture, Figure 1 (b)",
    conventions: &[
        "positions of the tokens count from 0, with a cache too",
        "the cache stands before the embeddings, as it is: not embedded, not normalised first",
        "the mask covers cache and tokens: a position sees what holds a token, in a decoder only up to itself",
        "cache_tokens says how many of the cached states of each row hold tokens",
        "layer norms with weight and bias, one epsilon for all; the final norm comes once, after the last block",
        "the GELU is the one with the error function",
        "the result has the positions of the cache too, before the others",
        "a sequence longer than the position embedding is an error; the cache does not count",
        "there is no dropout",
    ],
    misreadings: &[
        "rows of padding see the tokens like any other row; blank ones give NaN, which the next layer spreads",
        "a final norm inside the loop over the blocks runs without complaint",
        "what is added to is the stream, not its normalised copy",
    ],
    parts: PARTS,
    cases: CASES,
    properties: PROPERTIES,
    nan_in_padding: Some(in_hidden),
    unread: Some(read_hidden),
    contract: Contract {
        smooth: &["hidden"],
        normalised: &[
            "token_embedding",
            "position_embedding",
            "output_weight",
            "output_bias",
            "mlp_output_weight",
            "mlp_output_bias",
        ],
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

/// Everything that a transformer calls.
pub(super) const PARTS: &[&str] = &["embedding", "encoder_mask", "decoder_mask", "generic_self_attention"];

const CASES: &[Case] = &[
    Case {
        name: "encoder",
        portion: "encoder",
        arguments: |random| transformer_call(random, Sizes::new(2, 5, 3, 4), false),
        expect: Expect::Outputs,
    },
    Case {
        name: "padded_encoder",
        portion: "encoder",
        arguments: |random| padded(random, Sizes::new(3, 6, 4, 2), false),
        expect: Expect::Outputs,
    },
    Case {
        name: "decoder",
        portion: "decoder",
        arguments: |random| transformer_call(random, Sizes::new(2, 5, 3, 4), true),
        expect: Expect::Outputs,
    },
    Case {
        name: "as_long_as_possible",
        portion: "decoder",
        arguments: |random| {
            let sizes = Sizes {
                positions: 6,
                layers: 3,
                vocabulary: 11,
                ..Sizes::new(3, 6, 2, 3)
            };
            padded(random, sizes, true)
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "decoder_behind_a_cache",
        portion: "cached",
        arguments: |random| cached(random, Sizes::new(3, 4, 3, 2), true, 5),
        expect: Expect::Outputs,
    },
    Case {
        name: "encoder_behind_a_cache",
        portion: "cached",
        arguments: |random| cached(random, Sizes::new(2, 5, 2, 3), false, 3),
        expect: Expect::Outputs,
    },
    Case {
        name: "one_token_behind_one_state",
        portion: "cached",
        arguments: |random| cached(random, Sizes::new(2, 1, 2, 3), true, 1),
        expect: Expect::Outputs,
    },
];

/// Sizes of properties in which one token is not enough.
const FROM_TWO: scenario::Sizes = &[("B", 1, 2), ("T", 2, 5), ("heads", 1, 3), ("d", 1, 3)];
/// Sizes of properties that look for a change: fewer than three channels are normalised to hardly anything but their signs.
const WIDE: scenario::Sizes = &[("B", 1, 2), ("T", 2, 5), ("heads", 1, 3), ("d", 3, 4)];
/// Sizes of all other properties.
const SIZES: scenario::Sizes = &[("B", 1, 2), ("T", 1, 5), ("heads", 1, 3), ("d", 1, 3)];
/// Sizes of properties about a cache.
const CACHED: scenario::Sizes = &[("B", 1, 2), ("T", 1, 4), ("heads", 1, 3), ("d", 1, 3), ("K", 1, 4)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "padded-rows",
        "no hidden state is NaN, those at padding included",
        &[("B", 1, 2), ("T", 2, 5), ("heads", 1, 3), ("d", 1, 3), ("K", 2, 4)],
        properties::padded_rows,
    ),
    Property::new(
        "recomposition",
        "the hidden states are those of embeddings, blocks and final norm, one after the other",
        SIZES,
        properties::recomposition,
    ),
    Property::new(
        "recomposition-with-cache",
        "behind a cache the hidden states are those of cache and embeddings, blocks and final norm",
        CACHED,
        properties::recomposition_with_cache,
    ),
    Property::new(
        "causality",
        "in a decoder, changing a token changes no hidden state at the positions before it",
        FROM_TWO,
        properties::causality,
    ),
    Property::new(
        "encoder-sees-all",
        "in an encoder, changing the last token changes the hidden state at the first position",
        WIDE,
        properties::encoder_sees_all,
    )
    .few(),
    Property::new(
        "padding-unseen",
        "what stands at positions of padding does not change the hidden states at tokens",
        FROM_TWO,
        properties::padding_unseen,
    ),
    Property::new(
        "more-padding",
        "more padding at the end changes no hidden state at a token",
        SIZES,
        properties::more_padding,
    )
    .few(),
    Property::new(
        "batch-independence",
        "a row gives the same hidden states whatever else is in the batch",
        &[("B", 2, 3), ("T", 1, 4), ("heads", 1, 3), ("d", 1, 3)],
        properties::batch_independence,
    )
    .few(),
    Property::new(
        "cache-comes-first",
        "with blocks that add nothing, the cache is normalised once, and then the embeddings",
        CACHED,
        properties::cache_comes_first,
    )
    .few(),
    Property::new(
        "cache-continues",
        "without positions, the embeddings of the first tokens as a cache give the hidden states of the whole sequence",
        CACHED,
        properties::cache_continues,
    ),
    Property::new(
        "cache-padding-unseen",
        "cached states beyond cache_tokens change nothing at the tokens",
        &[("B", 1, 2), ("T", 1, 4), ("heads", 1, 3), ("d", 1, 3), ("K", 2, 4)],
        properties::cache_padding_unseen,
    ),
    Property::new(
        "positions-from-zero",
        "only the rows of the position embedding from 0 to T - 1 make a difference, with a cache too",
        CACHED,
        properties::positions_from_zero,
    )
    .few(),
    Property::new(
        "final-norm-once",
        "the hidden states, less its bias, are proportional to the weight of the final norm",
        SIZES,
        properties::final_norm_once,
    )
    .few(),
    Property::new(
        "identity-when-silent",
        "with blocks that add nothing, the hidden states are the normalised embeddings",
        SIZES,
        properties::identity_when_silent,
    )
    .few(),
    Property::new(
        "every-weight-counts",
        "every weight of every layer receives a gradient",
        WIDE,
        properties::every_weight_counts,
    )
    .differentiating()
    .few(),
    Property::new(
        "too-long",
        "a sequence longer than the position embedding is an error",
        &[("positions", 1, 4), ("more", 1, 3)],
        properties::too_long,
    )
    .few(),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::sequence::{Variant, transformer_as};
    use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

    #[test]
    fn the_composition_has_all_properties() {
        assert_eq!(failed_properties(&TASK, transformer_as(Variant::Right)), [""; 0]);
        assert_eq!(trivial_cases(&TASK, transformer_as(Variant::Right)), [""; 0]);
    }

    #[test]
    fn known_mistakes_fail_properties_and_show_in_golden_cases() {
        for (way, property) in [
            (Variant::PaddedRowsBlank, "padded-rows"),
            (Variant::PaddingSeen, "padding-unseen"),
            (Variant::NotCausal, "causality"),
            (Variant::AlwaysCausal, "encoder-sees-all"),
            (Variant::CacheAfter, "cache-comes-first"),
            (Variant::CacheIgnored, "cache-comes-first"),
            (Variant::CachePaddingSeen, "cache-padding-unseen"),
            (Variant::PositionsPastCache, "positions-from-zero"),
            (Variant::FinalNormInLoop, "recomposition"),
            (Variant::NoFinalNorm, "final-norm-once"),
            (Variant::PostNorm, "identity-when-silent"),
            (Variant::OneNormTwice, "recomposition"),
            (Variant::TanhGelu, "recomposition"),
            (Variant::Relu, "recomposition"),
            (Variant::LayersReversed, "recomposition"),
        ] {
            assert!(
                smallest_case(&TASK, property, transformer_as(way)).is_some(),
                "{way:?} and {property}"
            );
            let telling = telling_cases(&TASK, transformer_as(Variant::Right), transformer_as(way));
            assert!(!telling.is_empty(), "{way:?}");
        }
    }

    #[test]
    fn blank_rows_of_padding_are_told_as_such_on_two_positions() {
        let found = smallest_case(&TASK, "padded-rows", transformer_as(Variant::PaddedRowsBlank));
        let (sizes, finding) = found.expect("it is broken");
        assert_eq!(sizes[..2], [1, 2]);
        assert!(finding.contains("NanInPadding"), "{finding}");
    }

    #[test]
    fn a_sequence_of_any_length_is_found() {
        assert_eq!(
            failed_properties(&TASK, transformer_as(Variant::AnyLength)),
            ["too-long"]
        );
    }
}
