//! `flash_attention`: causal attention in one fused operator.

mod inputs;
mod properties;

use judge::contract::arguments::with;
use judge::contract::domain::{Contract, Domain};
use judge::contract::forbidden::Family;
use judge::contract::scenario::Sizes;
use judge::contract::{Case, Expect, Property, Task};
use wire::Tensor;

use self::inputs::{case, high_scores, low_scores};

pub(crate) static TASK: Task = Task {
    id: "flash_attention",
    file: "flash_attention.rs",
    signature: "fn flash_attention(query: &Tensor, key: &Tensor, value: &Tensor, dropout: f64, train: bool) -> Tensor",
    functions: &["flash_attention"],
    definition: "Causal scaled dot-product attention by libtorch's fused operator, with dropout on the attention weights in training only.",
    formula: "output = dropout(softmax(q k^T / sqrt(d), causal)) v",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 2.9 (a); Dao et al., FlashAttention: Fast and Memory-Efficient Exact Attention with IO-Awareness, section 3.1",
    conventions: &[
        "query, key and value are [B, h, T, d]; position i sees the positions up to i",
        "the scale is 1 / sqrt(d), and the operator applies it by itself",
        "dropout is active in training only: a dropped weight is 0, a kept one is divided by 1 - rate",
        "the fused operator may be used here and only here",
    ],
    misreadings: &[
        "the operator knows nothing of training: a rate above 0 drops in evaluation too",
        "a mask of zeros and ones in floating point is added to the scores and hides nothing",
        "the operator scales the scores; a query that was scaled before is scaled twice",
    ],
    cases: CASES,
    properties: PROPERTIES,
    allowed_operators: &[Family::FusedAttention],
    contract: Contract {
        smooth: &["output"],
        rates: &["dropout"],
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "three_heads",
        portion: "all",
        arguments: |random| case(random, [2, 3, 5, 4], 1.0),
        expect: Expect::Outputs,
    },
    Case {
        name: "square",
        portion: "all",
        arguments: |random| case(random, [2, 4, 4, 4], 1.0),
        expect: Expect::Outputs,
    },
    Case {
        name: "one_channel",
        portion: "all",
        arguments: |random| case(random, [1, 2, 6, 1], 1.5),
        expect: Expect::Outputs,
    },
    Case {
        name: "longer",
        portion: "all",
        arguments: |random| case(random, [1, 2, 19, 8], 1.0),
        expect: Expect::Outputs,
    },
    Case {
        name: "low_scores",
        portion: "all",
        arguments: low_scores,
        expect: Expect::Outputs,
    },
    Case {
        name: "high_scores",
        portion: "all",
        arguments: high_scores,
        expect: Expect::Outputs,
    },
];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "sizes from 1 to many",
        sizes: &[("B", 1, 9), ("heads", 1, 5), ("T", 1, 140), ("d", 1, 9)],
        arguments: |scenario| {
            let shape = ["B", "heads", "T", "d"].map(|name| scenario.size(name));
            case(&mut scenario.random("rows"), shape, 1.0)
        },
    },
    Domain {
        name: "scores of any size",
        sizes: &[("digits", -8, 9)],
        arguments: |scenario| {
            let size = 10.0_f64.powi(scenario.integer("digits") as i32);
            case(&mut scenario.random("rows"), [2, 2, 5, 4], size)
        },
    },
    Domain {
        name: "training without dropout, and any rate outside training",
        sizes: &[("train", 0, 1), ("tenths", 0, 10)],
        arguments: |scenario| {
            let given = case(&mut scenario.random("rows"), [2, 2, 5, 4], 1.0);
            let train = scenario.integer("train") == 1;
            let rate = if train {
                0.0
            } else {
                scenario.integer("tenths") as f64 / 10.0
            };
            with(
                &with(&given, "train", Tensor::flag(train)),
                "dropout",
                Tensor::real(rate),
            )
        },
    },
    Domain {
        name: "more positions than usual models have",
        sizes: &[("T", 520, 520)],
        arguments: |scenario| case(&mut scenario.random("rows"), [1, 1, scenario.size("T"), 2], 1.0),
    },
];

/// Sizes of properties in which one token is not enough.
const FROM_TWO: Sizes = &[("B", 1, 2), ("heads", 1, 3), ("T", 2, 6), ("d", 1, 4)];
/// Sizes of all other properties.
const SIZES: Sizes = &[("B", 1, 2), ("heads", 1, 3), ("T", 1, 6), ("d", 1, 4)];

const PROPERTIES: &[Property] = &[
    Property::new(
        "causality",
        "changing query, key and value at a position changes nothing at the positions before it",
        FROM_TWO,
        properties::causality,
    ),
    Property::new(
        "stability",
        "keys and values changed by 1000 give finite outputs and change nothing before them, in f32",
        FROM_TWO,
        properties::stability,
    )
    .in_f32()
    .few(),
    Property::new(
        "prefix",
        "the output for the first positions is the first part of the output for all of them",
        FROM_TWO,
        properties::prefix,
    ),
    Property::new(
        "heads-independent",
        "changing one head of one sequence changes no other",
        &[("B", 1, 3), ("heads", 2, 3), ("T", 1, 4), ("d", 1, 3)],
        properties::heads_independent,
    ),
    Property::new(
        "hull",
        "every output lies between the extremes of the values that it may see",
        SIZES,
        properties::hull,
    ),
    Property::new(
        "constant-value",
        "where every position has the same value, the output is that value",
        SIZES,
        properties::constant_value,
    ),
    Property::new(
        "zero-query",
        "queries of zeros give the mean of the values so far",
        SIZES,
        properties::zero_query,
    ),
    Property::new(
        "weights-are-distributions",
        "the weights, seen through one-hot values, are at least 0, sum to 1, and are exactly 0 for later positions",
        &[("B", 1, 2), ("heads", 1, 3), ("T", 1, 6)],
        properties::weights_are_distributions,
    ),
    Property::new(
        "large-scores",
        "scores of 1e3 and more give finite weights that sum to 1",
        &[("B", 1, 2), ("heads", 1, 3), ("T", 1, 6)],
        properties::large_scores,
    )
    .in_f32()
    .few(),
    Property::new(
        "mask-fill",
        "what is hidden stays hidden where every visible score is far below zero",
        &[
            ("B", 1, 2),
            ("heads", 1, 2),
            ("T", 2, 5),
            ("d", 1, 3),
            ("score", 15_000, 60_000),
        ],
        properties::mask_fill,
    ),
    Property::new(
        "dropout-off-in-eval",
        "outside training the rate makes no difference",
        SIZES,
        properties::dropout_off_in_eval,
    )
    .few(),
    Property::new(
        "dropout-follows-seed",
        "in training, equal generator seeds give equal outputs and different ones different outputs",
        &[("heads", 1, 3)],
        properties::dropout_follows_seed,
    )
    .few(),
    Property::new(
        "dropout-rate",
        "in training the weights are dropped with the given rate, and the rest is divided by 1 - rate",
        &[("heads", 1, 2), ("percent", 20, 60)],
        properties::dropout_rate,
    )
    .few(),
];

#[cfg(test)]
mod tests {
    use judge::contract::arguments::{Array, arguments, array, tensor};
    use judge::contract::random::Random;
    use judge::contract::subject::Call;
    use wire::{Outcome, Tensors};

    use super::*;
    use crate::attention::inputs::{lower_triangle, product, scores, softmax};
    use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

    #[derive(Debug, Clone, Copy, PartialEq)]
    enum Variant {
        Right,
        DropoutAlways,
        MaskAdded,
        NotCausal,
        Filled,
        DropoutUnscaled,
    }

    fn attention_as(way: Variant) -> impl FnMut(&Call) -> Result<Tensors, Outcome> {
        move |call| {
            let given = |name: &str| flat(&array(&call.arguments[name]));
            let (query, value) = (given("query"), given("value"));
            let length = query.shape()[1];
            let mask = array(&lower_triangle(length));
            let mut scores = scores(&query, &given("key"));
            let everything = Array::ones(mask.raw_dim());
            let hidden = |at: ndarray::IxDyn| mask[[at[1], at[2]]] == 0.0;
            let visible = match way {
                Variant::MaskAdded => {
                    scores = &scores + &mask;
                    &everything
                }
                Variant::Filled => {
                    scores =
                        Array::from_shape_fn(
                            scores.raw_dim(),
                            |at| if hidden(at.clone()) { -1e4 } else { scores[&at] },
                        );
                    &everything
                }
                Variant::NotCausal => &everything,
                _ => &mask,
            };
            let mut weights = softmax(&scores, visible);
            let rate = call.arguments["dropout"].item().unwrap_or(0.0);
            let train = call.arguments["train"].item() == Some(1.0) || way == Variant::DropoutAlways;
            if train && rate > 0.0 {
                let scale = if way == Variant::DropoutUnscaled {
                    1.0
                } else {
                    1.0 / (1.0 - rate)
                };
                let mut random = Random::new(call.seed as u64, "dropout");
                weights.mapv_inplace(|weight| if random.unit() < rate { 0.0 } else { weight * scale });
            }
            let output = product(&weights, &value);
            let output = output
                .into_shape_with_order(call.arguments["value"].shape())
                .expect("as before");
            Ok(arguments([("output", tensor(&output))]))
        }
    }

    fn flat(values: &Array) -> Array {
        let shape = values.shape();
        let flat = ndarray::IxDyn(&[shape[0] * shape[1], shape[2], shape[3]]);
        values
            .clone()
            .into_shape_with_order(flat)
            .expect("the same number of values")
    }

    #[test]
    fn plain_attention_has_all_properties() {
        assert_eq!(failed_properties(&TASK, attention_as(Variant::Right)), [""; 0]);
        assert_eq!(trivial_cases(&TASK, attention_as(Variant::Right)), [""; 0]);
    }

    #[test]
    fn known_mistakes_fail_properties_and_show_in_golden_cases() {
        for (way, property) in [
            (Variant::DropoutAlways, "dropout-off-in-eval"),
            (Variant::MaskAdded, "causality"),
            (Variant::NotCausal, "causality"),
            (Variant::Filled, "mask-fill"),
        ] {
            assert!(
                smallest_case(&TASK, property, attention_as(way)).is_some(),
                "{way:?} and {property}"
            );
            assert!(
                !telling_cases(&TASK, attention_as(Variant::Right), attention_as(way)).is_empty(),
                "{way:?}"
            );
        }
        assert_eq!(
            failed_properties(&TASK, attention_as(Variant::DropoutUnscaled)),
            ["dropout-rate"]
        );
    }

    #[test]
    fn the_counterexample_of_a_leak_has_two_positions() {
        let (sizes, _) = smallest_case(&TASK, "causality", attention_as(Variant::NotCausal)).expect("it is broken");
        assert_eq!(sizes, [1, 1, 2, 1]);
    }
}
