//! `decoder_block`: attention and perceptron, each added to the stream.

mod domain;
pub(crate) mod dropout;
mod properties;

use judge::contract::domain::Contract;
use judge::contract::random::Random;
use judge::contract::scenario;
use judge::contract::{Case, Expect, Property, Task};
use wire::Tensors;

use super::inputs::{Sizes, block, multiplied, without_attention, without_perceptron};

pub(crate) static TASK: Task = Task {
    id: "decoder_block",
    file: "transformer.rs",
    signature: "fn decoder_block(input: &Tensor, weights: &BlockWeights, config: &BlockConfig, train: bool) -> Result<Tensor, InvalidInput>",
    functions: &["decoder_block"],
    definition: "Adds to the stream the causal self-attention of the normalised stream, then to the result the multilayer perceptron of that result, normalised by a second norm.",
    formula: "x' = x + attention(rms_norm(x, norm_1)); y = x' + mlp(rms_norm(x', norm_2)); mlp(a) = dropout(gelu(a W_fc^T + b_fc) W_proj^T + b_proj)",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 2.3 (b); Hendrycks and Gimpel, Gaussian Error Linear Units, section 2",
    conventions: &[
        "pre-norm: what is normalised is the input of each half, never the stream itself",
        "the two norms have weights of their own and one epsilon",
        "the GELU is the tanh approximation, with 0.044715",
        "the hidden layer of the perceptron has 4C units",
        "the residual rate of the attention is also that of the dropout on the perceptron's result",
        "a sequence longer than block_size is an error, as it is for the attention",
    ],
    misreadings: &[
        "what the second half is added to is the sum of the first, not its normalised form",
        "each half has a sum of its own: one sum around both gives the perceptron something else to see",
        "the GELU with the error function differs from the tanh approximation in the fourth digit",
    ],
    parts: PARTS,
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["output"],
        normalised: &["input", "c_proj_weight", "c_proj_bias"],
        rates: &["attention_dropout", "residual_dropout"],
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

/// Everything that a block calls, directly or through its attention.
pub(super) const PARTS: &[&str] = &[
    "rms_norm",
    "causal_self_attention",
    "causal_mask",
    "split_heads",
    "merge_heads",
    "scaled_dot_product_attention",
    "rotary_embedding",
];

const CASES: &[Case] = &[
    Case {
        name: "attention_only",
        portion: "attention_half",
        arguments: |random| without_perceptron(&block(random, Sizes::new(2, 5, 3, 4))),
        expect: Expect::Outputs,
    },
    Case {
        name: "rotated_attention_only",
        portion: "attention_half",
        arguments: |random| without_perceptron(&block(random, Sizes::new(2, 4, 4, 2).rotated())),
        expect: Expect::Outputs,
    },
    Case {
        name: "perceptron_only",
        portion: "perceptron_half",
        arguments: |random| without_attention(&block(random, Sizes::new(2, 4, 2, 3))),
        expect: Expect::Outputs,
    },
    Case {
        name: "wide_perceptron_only",
        portion: "perceptron_half",
        arguments: |random| without_attention(&block(random, Sizes::new(3, 2, 4, 4))),
        expect: Expect::Outputs,
    },
    Case {
        name: "three_heads",
        portion: "whole",
        arguments: |random| block(random, Sizes::new(2, 5, 3, 4)),
        expect: Expect::Outputs,
    },
    Case {
        name: "rotated_four_heads",
        portion: "whole",
        arguments: |random| block(random, Sizes::new(2, 6, 4, 2).rotated()),
        expect: Expect::Outputs,
    },
    Case {
        name: "small_input",
        portion: "whole",
        arguments: |random| scaled(random, 1e-3),
        expect: Expect::Outputs,
    },
    Case {
        name: "large_input",
        portion: "whole",
        arguments: |random| scaled(random, 40.0),
        expect: Expect::Outputs,
    },
];

/// Sizes of properties in which one token is not enough.
const FROM_TWO: scenario::Sizes = &[("B", 1, 2), ("T", 2, 5), ("heads", 1, 4), ("pairs", 1, 2)];
/// Sizes of all other properties.
const SIZES: scenario::Sizes = &[("B", 1, 2), ("T", 1, 5), ("heads", 1, 4), ("pairs", 1, 2)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "identity-when-silent",
        "with c_proj and the second layer of the perceptron zero, the block is the identity",
        SIZES,
        properties::identity_when_silent,
    ),
    Property::new(
        "attention-half",
        "with a silent perceptron the output is the input plus the attention of the normalised input",
        SIZES,
        properties::attention_half,
    ),
    Property::new(
        "perceptron-half",
        "with silent attention the output is the input plus the perceptron of the normalised input",
        SIZES,
        properties::perceptron_half,
    ),
    Property::new(
        "increment-ignores-scale",
        "what each half adds does not change when the input, far above epsilon, is multiplied by 10",
        SIZES,
        properties::increment_ignores_scale,
    )
    .few(),
    Property::new(
        "activation",
        "the perceptron's activation is the tanh approximation of the GELU",
        &[("tenths", 5, 30)],
        properties::activation,
    )
    .few(),
    Property::new(
        "causality",
        "changing a token changes nothing at the positions before it",
        FROM_TWO,
        properties::causality,
    ),
    Property::new(
        "stability",
        "a token changed by 1000 gives finite outputs and changes nothing before it, in f32",
        FROM_TWO,
        properties::stability,
    )
    .in_f32()
    .few(),
    Property::new(
        "prefix",
        "the output for the first tokens of a sequence is the first part of the output for all of it",
        FROM_TWO,
        properties::prefix,
    ),
    Property::new(
        "batch-independence",
        "a sequence gives the same output whatever else is in the batch",
        &[("B", 2, 3), ("T", 1, 4), ("heads", 1, 3), ("pairs", 1, 2)],
        properties::batch_independence,
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
        "in training, equal generator seeds give equal outputs and different ones different outputs",
        &[("heads", 1, 3)],
        dropout::follows_seed,
    )
    .few(),
    Property::new(
        "perceptron-dropout",
        "the perceptron's result is dropped with the residual rate, and the rest is divided by 1 - rate",
        dropout::RATES,
        dropout::perceptron,
    )
    .few(),
    Property::new(
        "attention-dropout",
        "the attention's dropout is active with both of its rates, and with none of them on the perceptron",
        dropout::RATES,
        dropout::attention,
    )
    .few(),
];

fn scaled(random: &mut Random, factor: f64) -> Tensors {
    multiplied(&block(random, Sizes::new(2, 4, 3, 2)), "input", factor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::transformer::{Variant, block_as};
    use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

    #[test]
    fn the_two_halves_have_all_properties() {
        assert_eq!(failed_properties(&TASK, block_as(Variant::Right)), [""; 0]);
        assert_eq!(trivial_cases(&TASK, block_as(Variant::Right)), [""; 0]);
    }

    #[test]
    fn known_mistakes_fail_properties_and_show_in_golden_cases() {
        for (way, property) in [
            (Variant::SecondSumFromNormalised, "identity-when-silent"),
            (Variant::OneSumAroundBoth, "attention-half"),
            (Variant::PostNorm, "increment-ignores-scale"),
            (Variant::OneNormTwice, "perceptron-half"),
            (Variant::Relu, "activation"),
            (Variant::ErfGelu, "activation"),
            (Variant::NotCausal, "causality"),
        ] {
            assert!(
                smallest_case(&TASK, property, block_as(way)).is_some(),
                "{way:?} and {property}"
            );
            assert!(
                !telling_cases(&TASK, block_as(Variant::Right), block_as(way)).is_empty(),
                "{way:?}"
            );
        }
    }

    #[test]
    fn mistakes_of_training_fail_the_properties_of_dropout() {
        for (way, expected) in [
            (Variant::DropoutAlways, vec!["dropout-off-in-eval"]),
            (Variant::NoPerceptronDropout, vec!["perceptron-dropout"]),
            (Variant::NoAttentionDropout, vec!["attention-dropout"]),
            (
                Variant::AttentionRateOnPerceptron,
                vec!["perceptron-dropout", "attention-dropout"],
            ),
        ] {
            let broken = failed_properties(&TASK, block_as(way));
            assert!(
                expected.iter().all(|property| broken.contains(property)),
                "{way:?}: {broken:?}"
            );
        }
    }

    #[test]
    fn the_counterexample_of_a_leak_has_two_tokens() {
        let (sizes, _) = smallest_case(&TASK, "causality", block_as(Variant::NotCausal)).expect("it is broken");
        assert_eq!(sizes[1], 2);
    }
}
