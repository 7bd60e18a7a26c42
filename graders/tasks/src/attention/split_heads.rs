//! `split_heads`: channels to heads.

use judge::checks::assertions::equal;
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::Random;
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, s};
use wire::{Tensor, Tensors};

use super::inputs::span;

pub(crate) static TASK: Task = Task {
    id: "split_heads",
    file: "attention.rs",
    signature: "fn split_heads(input: &Tensor, heads: i64) -> Tensor",
    functions: &["split_heads"],
    definition: "Gives each head its own block of channels, and puts the head axis before the positions.",
    formula: "output[b, i, t, c] = input[b, t, i * C/h + c]; [B, T, C] to [B, h, T, C/h]",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, question 2.2; Attention Is All You Need, section 3.2.2",
    conventions: &[
        "head i holds the channels i * C/h to (i + 1) * C/h - 1, in their order",
        "every head holds every position",
        "h divides C",
    ],
    misreadings: &[
        "a result of the right shape is not yet right: reading the same memory in another shape mixes positions into heads",
        "the channels of a head are neighbours, not every h-th channel",
    ],
    cases: &[
        Case {
            name: "three_heads",
            portion: "all",
            arguments: |random| case(random, &[2, 5, 12], 3),
            expect: Expect::Outputs,
        },
        Case {
            name: "as_many_heads_as_positions",
            portion: "all",
            arguments: |random| case(random, &[2, 4, 8], 4),
            expect: Expect::Outputs,
        },
        Case {
            name: "two_wide_heads",
            portion: "all",
            arguments: |random| case(random, &[1, 3, 10], 2),
            expect: Expect::Outputs,
        },
        Case {
            name: "heads_of_one_channel",
            portion: "all",
            arguments: |random| case(random, &[3, 2, 5], 5),
            expect: Expect::Outputs,
        },
    ],
    properties: &[
        Property::new(
            "head-is-block",
            "head i holds the channels i * C/h to (i + 1) * C/h - 1 of every position, bit for bit",
            SIZES,
            head_is_block,
        ),
        Property::new(
            "inverse",
            "putting the heads of each position side by side again gives the input back",
            SIZES,
            inverse,
        ),
    ],
    contract: Contract {
        smooth: &["output"],
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const SIZES: Sizes = &[("B", 1, 3), ("T", 1, 4), ("heads", 1, 4), ("d", 1, 3)];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "sizes from 1 to many",
        sizes: &[("B", 1, 9), ("T", 1, 140), ("heads", 1, 8), ("d", 1, 8)],
        arguments: |scenario| {
            let [batch, length, heads, dimension] = ["B", "T", "heads", "d"].map(|name| scenario.size(name));
            let mut random = scenario.random("input");
            case(&mut random, &[batch, length, heads * dimension], heads as i64)
        },
    },
    Domain {
        name: "more positions than usual models have",
        sizes: &[("heads", 24, 24), ("T", 2060, 2060)],
        arguments: |scenario| {
            let [heads, length] = ["heads", "T"].map(|name| scenario.size(name));
            case(&mut scenario.random("input"), &[1, length, heads], heads as i64)
        },
    },
];

fn case(random: &mut Random, shape: &[usize], heads: i64) -> Tensors {
    arguments([("input", random.normal(shape)), ("heads", Tensor::integer(heads))])
}

/// Arguments, and the shape of the output.
fn inputs(scenario: &Scenario) -> (Tensors, [usize; 4]) {
    let [batch, length, heads, dimension] = ["B", "T", "heads", "d"].map(|name| scenario.size(name));
    let arguments = arguments([
        ("input", scenario.normal("input", &[batch, length, heads * dimension])),
        ("heads", Tensor::integer(heads as i64)),
    ]);
    (arguments, [batch, heads, length, dimension])
}

fn split(probe: &mut Probe<'_>, arguments: &Tensors, shape: [usize; 4]) -> Result<Array, Broken> {
    probe.array("split_heads", arguments, "output", &shape)
}

/// Heads side by side: `[B, h, T, d]` to `[B, T, h d]`.
pub(super) fn side_by_side(heads: &Array) -> Array {
    let (shape, dimension) = (heads.shape(), heads.shape()[3]);
    let merged = ndarray::IxDyn(&[shape[0], shape[2], shape[1] * dimension]);
    Array::from_shape_fn(merged, |at| heads[[at[0], at[2] / dimension, at[1], at[2] % dimension]])
}

fn head_is_block(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (arguments, shape) = inputs(scenario);
    let output = split(probe, &arguments, shape)?;
    let (input, dimension) = (array(&arguments["input"]), shape[3]);
    (0..shape[1]).try_for_each(|head| {
        let (first, end) = (head * dimension, (head + 1) * dimension);
        equal(
            &format!("head {head} of the output"),
            &format!("{} of the input", span("channel", first, end - 1)),
            &input.slice(s![.., .., first..end]).to_owned().into_dyn(),
            &output.index_axis(Axis(1), head).to_owned(),
            0.0,
        )
    })
}

fn inverse(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (arguments, shape) = inputs(scenario);
    let output = split(probe, &arguments, shape)?;
    equal(
        "the heads of the output, side by side",
        "the input",
        &array(&arguments["input"]),
        &side_by_side(&output),
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
    use crate::testing::{failed_properties, telling_cases, trivial_cases};

    /// Splits by a rule from the output's place (batch, head, position, channel, d, h) to position and channel.
    fn by(call: &Call, rule: impl Fn([usize; 4], usize, usize) -> (usize, usize)) -> Result<Tensors, Outcome> {
        let input = array(&call.arguments["input"]);
        let heads = call.arguments["heads"].item().unwrap_or(1.0) as usize;
        let shape = input.shape();
        let dimension = shape[2] / heads;
        let output = Array::from_shape_fn(ndarray::IxDyn(&[shape[0], heads, shape[1], dimension]), |at| {
            let (position, channel) = rule([at[0], at[1], at[2], at[3]], dimension, heads);
            input[[at[0], position, channel]]
        });
        Ok(arguments([("output", tensor(&output))]))
    }

    fn right(call: &Call) -> Result<Tensors, Outcome> {
        by(call, |[_, head, position, channel], dimension, _| {
            (position, head * dimension + channel)
        })
    }

    fn every_other_channel(call: &Call) -> Result<Tensors, Outcome> {
        by(call, |[_, head, position, channel], _, heads| {
            (position, channel * heads + head)
        })
    }

    /// The same memory in the wanted shape.
    fn reshaped(call: &Call) -> Result<Tensors, Outcome> {
        let input = array(&call.arguments["input"]);
        let (length, width) = (input.shape()[1], input.shape()[2]);
        by(call, move |[_, head, position, channel], dimension, _| {
            let place = (head * length + position) * dimension + channel;
            (place / width, place % width)
        })
    }

    #[test]
    fn blocks_of_channels_have_all_properties() {
        assert_eq!(failed_properties(&TASK, right), [""; 0]);
        assert_eq!(trivial_cases(&TASK, right), [""; 0]);
    }

    #[test]
    fn a_reshape_and_an_interleaved_split_break_the_blocks_and_fail_golden_cases() {
        for wrong in [reshaped, every_other_channel] {
            let broken = failed_properties(&TASK, wrong);
            assert!(broken.contains(&"head-is-block") && broken.contains(&"inverse"));
            assert!(!telling_cases(&TASK, right, wrong).is_empty());
        }
    }
}
