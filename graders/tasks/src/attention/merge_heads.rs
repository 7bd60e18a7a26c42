//! `merge_heads`: heads back to channels.

use judge::checks::assertions::{equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, tensor_like};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::Random;
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, s};
use wire::{Tensor, Tensors};

use super::inputs::span;

pub(crate) static TASK: Task = Task {
    id: "merge_heads",
    file: "attention.rs",
    signature: "fn merge_heads(input: &Tensor) -> Tensor",
    functions: &["merge_heads"],
    definition: "Puts the heads of each position side by side: the inverse of `split_heads`.",
    formula: "output[b, t, i * d + c] = input[b, i, t, c]; [B, h, T, d] to [B, T, h d]",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, question 2.2; Attention Is All You Need, section 3.2.2, the concatenation",
    conventions: &[
        "the channels i * d to (i + 1) * d - 1 of a position are those of head i",
        "every position keeps to itself: no value moves to another position",
    ],
    misreadings: &[
        "a result of the right shape is not yet right: reading the same memory in another shape moves values between positions, and so between past and future",
        "what is merged once is merged; doing it again scrambles it",
    ],
    cases: &[
        Case {
            name: "three_heads",
            portion: "all",
            arguments: |random| case(random, &[2, 3, 5, 4]),
            expect: Expect::Outputs,
        },
        Case {
            name: "as_many_heads_as_positions",
            portion: "all",
            arguments: |random| case(random, &[2, 4, 4, 2]),
            expect: Expect::Outputs,
        },
        Case {
            name: "two_wide_heads",
            portion: "all",
            arguments: |random| case(random, &[1, 2, 3, 5]),
            expect: Expect::Outputs,
        },
        Case {
            name: "heads_of_one_channel",
            portion: "all",
            arguments: |random| case(random, &[3, 5, 2, 1]),
            expect: Expect::Outputs,
        },
    ],
    properties: &[
        Property::new(
            "heads-side-by-side",
            "the channels i * d to (i + 1) * d - 1 of every position are those of head i, bit for bit",
            SIZES,
            heads_side_by_side,
        ),
        Property::new(
            "inverse",
            "merging heads that were split from an input gives that input back",
            SIZES,
            inverse,
        ),
        Property::new(
            "position-wise",
            "changing one position of all heads changes that position of the output only",
            &[("B", 1, 2), ("heads", 1, 4), ("T", 2, 4), ("d", 1, 3)],
            position_wise,
        ),
    ],
    contract: Contract {
        smooth: &["output"],
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const SIZES: Sizes = &[("B", 1, 3), ("heads", 1, 4), ("T", 1, 4), ("d", 1, 3)];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "sizes from 1 to many",
        sizes: &[("B", 1, 9), ("heads", 1, 8), ("T", 1, 140), ("d", 1, 8)],
        arguments: |scenario| case(&mut scenario.random("input"), &shape(scenario)),
    },
    Domain {
        name: "more positions than usual models have",
        sizes: &[("heads", 24, 24), ("T", 2060, 2060)],
        arguments: |scenario| {
            case(
                &mut scenario.random("input"),
                &[1, scenario.size("heads"), scenario.size("T"), 1],
            )
        },
    },
];

fn case(random: &mut Random, shape: &[usize]) -> Tensors {
    arguments([("input", random.normal(shape))])
}

fn shape(scenario: &Scenario) -> [usize; 4] {
    ["B", "heads", "T", "d"].map(|name| scenario.size(name))
}

fn merge(probe: &mut Probe<'_>, input: &Tensor) -> Result<Array, Broken> {
    let shape = input.shape();
    let merged = [shape[0], shape[2], shape[1] * shape[3]];
    probe.array("merge_heads", &arguments([("input", input.clone())]), "output", &merged)
}

/// Channels to heads: `[B, T, h d]` to `[B, h, T, d]`.
fn apart(merged: &Array, heads: usize) -> Array {
    let shape = merged.shape();
    let dimension = shape[2] / heads;
    Array::from_shape_fn(ndarray::IxDyn(&[shape[0], heads, shape[1], dimension]), |at| {
        merged[[at[0], at[2], at[1] * dimension + at[3]]]
    })
}

fn heads_side_by_side(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let shape = shape(scenario);
    let input = scenario.normal("input", &shape);
    let (output, heads, dimension) = (merge(probe, &input)?, array(&input), shape[3]);
    (0..shape[1]).try_for_each(|head| {
        let (first, end) = (head * dimension, (head + 1) * dimension);
        equal(
            &format!("{} of the output", span("channel", first, end - 1)),
            &format!("head {head} of the input"),
            &heads.index_axis(Axis(1), head).to_owned(),
            &output.slice(s![.., .., first..end]).to_owned().into_dyn(),
            0.0,
        )
    })
}

fn inverse(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let shape = shape(scenario);
    let original = scenario.normal("original", &[shape[0], shape[2], shape[1] * shape[3]]);
    let original_values = array(&original);
    let input = tensor_like(&original, &apart(&original_values, shape[1]));
    equal(
        "the merged heads",
        "the tensor that they were split from",
        &original_values,
        &merge(probe, &input)?,
        0.0,
    )
}

fn position_wise(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let shape = shape(scenario);
    let input = scenario.normal("input", &shape);
    let changed = scenario.random("which").integer(0, scenario.integer("T")) as usize;
    let mut values = array(&input);
    values
        .slice_mut(s![.., .., changed, ..])
        .mapv_inplace(|value| value * 2.0 + 3.0);
    let before = merge(probe, &input)?;
    let mut after = merge(probe, &tensor_like(&input, &values))?;
    // The changed position itself may differ.
    after
        .slice_mut(s![.., changed, ..])
        .assign(&before.slice(s![.., changed, ..]));
    unchanged(
        &format!("changing position {changed} of every head"),
        "the output at every other position",
        &before,
        &after,
        0.0,
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unnecessary_wraps, reason = "the shape of a submission's function")]

    use judge::contract::arguments::tensor;
    use judge::contract::subject::Call;
    use wire::Outcome;

    use super::*;
    use crate::attention::split_heads::side_by_side;
    use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

    fn right(call: &Call) -> Result<Tensors, Outcome> {
        Ok(arguments([(
            "output",
            tensor(&side_by_side(&array(&call.arguments["input"]))),
        )]))
    }

    /// The same memory in the wanted shape.
    fn reshaped(call: &Call) -> Result<Tensors, Outcome> {
        let input = array(&call.arguments["input"]);
        let shape = input.shape();
        let merged = ndarray::IxDyn(&[shape[0], shape[2], shape[1] * shape[3]]);
        let values = input.iter().copied().collect();
        let output = Array::from_shape_vec(merged, values).expect("the same number of values");
        Ok(arguments([("output", tensor(&output))]))
    }

    #[test]
    fn heads_side_by_side_have_all_properties() {
        assert_eq!(failed_properties(&TASK, right), [""; 0]);
        assert_eq!(trivial_cases(&TASK, right), [""; 0]);
    }

    #[test]
    fn a_reshape_moves_values_between_positions() {
        let broken = failed_properties(&TASK, reshaped);
        assert_eq!(broken, ["heads-side-by-side", "inverse", "position-wise"]);
        assert_eq!(telling_cases(&TASK, right, reshaped).len(), TASK.cases.len());
    }

    #[test]
    fn the_counterexample_of_a_reshape_is_as_small_as_can_be() {
        let (sizes, _) = smallest_case(&TASK, "position-wise", reshaped).expect("it is broken");
        assert_eq!(sizes, [1, 2, 2, 1]);
    }
}
