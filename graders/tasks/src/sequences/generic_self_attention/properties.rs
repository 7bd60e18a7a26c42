//! Properties of `generic_self_attention`.

use judge::checks::assertions::{ROUNDING, equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, array, scalar, tensor, tensor_like, with};
use judge::contract::scenario::Scenario;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, IxDyn, s};
use wire::Tensors;

use super::inputs::{equal_scores, mask_tensor};
use crate::attention::inputs::{CLOSELY, linear};
use crate::sequences::inputs::{EXACTLY, attention};
use crate::sequences::oracle::attention as plain_attention;
use crate::transformer::inputs::{drawn, zeroed};

const TASK: &str = "generic_self_attention";

fn given(scenario: &Scenario) -> Tensors {
    let size = |name: &str, otherwise: usize| {
        let declared = scenario.sizes().iter().any(|size| size.0 == name);
        if declared { scenario.size(name) } else { otherwise }
    };
    let [batch, length, heads, dimension] = [("B", 1), ("T", 1), ("heads", 1), ("d", 2)].map(|(n, o)| size(n, o));
    drawn(scenario, |random| attention(random, batch, length, heads, dimension))
}

fn output(probe: &mut Probe<'_>, given: &Tensors) -> Result<Array, Broken> {
    probe.array(TASK, given, "output", given["input"].shape())
}

/// The mask as `[B, T, T]`.
fn mask(given: &Tensors) -> Array {
    array(&given["mask"]).index_axis_move(Axis(1), 0)
}

fn with_float(given: &Tensors, name: &str, values: &Array) -> Tensors {
    with(given, name, tensor_like(&given[name], values))
}

fn heads(given: &Tensors) -> usize {
    given["heads"].item().unwrap_or(1.0) as usize
}

/// What the definition gives.
fn expected(given: &Tensors) -> Array {
    let weight = |name: &str| array(&given[name]);
    plain_attention(&array(&given["input"]), &mask(given), heads(given), &weight)
}

pub(super) fn recomposition(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    equal(
        "the output",
        "merge(softmax(q k^T / sqrt(C / h)) v) W_o^T + b_o, masked",
        &expected(&given),
        &output(probe, &given)?,
        CLOSELY,
    )
}

/// The rows that do not see a position, in every row of the batch: all others 0.
fn blind_to(values: &Array, mask: &Array, position: usize) -> Array {
    Array::from_shape_fn(values.raw_dim(), |at| {
        let seen = at[1] == position || mask[[at[0], at[1], position]] != 0.0;
        if seen { 0.0 } else { values[&at] }
    })
}

pub(super) fn unseen(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let position = scenario.random("which").integer(0, scenario.integer("T")) as usize;
    let mut input = array(&given["input"]);
    input
        .slice_mut(s![.., position, ..])
        .mapv_inplace(|value| 1.0 - 2.0 * value);
    let mask = mask(&given);
    unchanged(
        &format!("changing position {position} of the input"),
        "the output at the positions that do not see it",
        &blind_to(&output(probe, &given)?, &mask, position),
        &blind_to(&output(probe, &with_float(&given, "input", &input))?, &mask, position),
        EXACTLY,
    )
}

pub(super) fn own_mask(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let which = scenario.random("which").integer(0, scenario.integer("B")) as usize;
    let own = |values: Array| values.slice_axis(Axis(0), (which..=which).into()).to_owned();
    let alone = with_float(&given, "input", &own(array(&given["input"])));
    let alone = with(&alone, "mask", mask_tensor(&own(mask(&given))));
    equal(
        &format!("the output for row {which} of the batch"),
        "the output for that row alone, under its mask",
        &output(probe, &alone)?,
        &own(output(probe, &given)?),
        CLOSELY,
    )
}

pub(super) fn means(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = zeroed(&given(scenario), &["query_weight", "query_bias"]);
    let (input, mask) = (array(&given["input"]), mask(&given));
    let values = linear(&input, &array(&given["value_weight"]), &array(&given["value_bias"]));
    let means = Array::from_shape_fn(values.raw_dim(), |at| {
        let seen: Vec<usize> = (0..values.shape()[1])
            .filter(|&column| mask[[at[0], at[1], column]] != 0.0)
            .collect();
        let sum: f64 = seen.iter().map(|&column| values[[at[0], column, at[2]]]).sum();
        sum / seen.len() as f64
    });
    equal(
        "the output where the query layer is zero",
        "the mean of the values that are seen, projected",
        &linear(&means, &array(&given["output_weight"]), &array(&given["output_bias"])),
        &output(probe, &given)?,
        CLOSELY,
    )
}

pub(super) fn order(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let order = scenario.random("order").permutation(scenario.size("T"));
    let turned = |values: &Array| values.select(Axis(1), &order);
    let mask = turned(&mask(&given)).select(Axis(2), &order);
    let moved = with_float(&given, "input", &turned(&array(&given["input"])));
    equal(
        &format!("the output where the positions are put in the order {order:?}"),
        "the output, put in that order",
        &turned(&output(probe, &given)?),
        &output(probe, &with(&moved, "mask", mask_tensor(&mask)))?,
        CLOSELY,
    )
}

/// The rows of a projection that belong to a head, changed.
fn with_head_changed(given: &Tensors, name: &str, head: usize) -> Tensors {
    let mut weight = array(&given[name]);
    let dimension = weight.shape()[0] / heads(given);
    weight
        .slice_axis_mut(Axis(0), (head * dimension..(head + 1) * dimension).into())
        .mapv_inplace(|value| 1.0 - 2.0 * value);
    with_float(given, name, &weight)
}

pub(super) fn head_independence(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let head = scenario.random("head").integer(0, scenario.integer("heads")) as usize;
    let mut silent = array(&given["output_weight"]);
    let dimension = scenario.size("d");
    silent
        .slice_mut(s![.., head * dimension..(head + 1) * dimension])
        .fill(0.0);
    let given = with_float(&given, "output_weight", &silent);
    let changed = ["query_weight", "key_weight", "value_weight"]
        .iter()
        .fold(given.clone(), |given, name| with_head_changed(&given, name, head));
    unchanged(
        &format!("changing the projections of head {head}, whose columns of the output layer are zero"),
        "the output",
        &output(probe, &given)?,
        &output(probe, &changed)?,
        ROUNDING,
    )
}

/// Queries and keys are opposite constants, so that every score is the same, far below zero; values differ.
pub(super) fn fill(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let size = scenario.integer("thousands") as f64 * 1000.0;
    let given = equal_scores(&given(scenario), -size);
    equal(
        &format!("the output where every visible score is -{size}"),
        "the mean of the values that are seen, projected",
        &expected(&given),
        &output(probe, &given)?,
        CLOSELY,
    )
}

/// A position's score is its own number times `hundreds` hundred: everybody attends to the last that is seen.
pub(super) fn stability(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let size = scenario.integer("hundreds") as f64 * 100.0;
    let given = zeroed(&given(scenario), &["query_weight", "key_bias"]);
    let width = given["query_bias"].shape()[0];
    let (length, dimension) = (scenario.size("T"), width / heads(&given));
    // The first channel is the position's number, and keys have it in every channel.
    let mut input = array(&given["input"]);
    for position in 0..length {
        input.slice_mut(s![.., position, 0]).fill(position as f64);
    }
    let key = Array::from_shape_fn(IxDyn(&[width, width]), |at| f64::from(u8::from(at[1] == 0)));
    let given = with_float(&with_float(&given, "input", &input), "key_weight", &key);
    let query = Array::from_elem(IxDyn(&[width]), size / (dimension as f64).sqrt());
    let given = with_float(&given, "query_bias", &query);
    let output = output(probe, &given)?;
    every("an output", "finite", &output, f64::is_finite)?;
    equal(
        &format!("the output where scores are multiples of {size}"),
        "the value of the last position that is seen, projected",
        &expected(&given),
        &output,
        1e-4,
    )
}

pub(super) fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    const ARGUMENTS: [&str; 6] = [
        "input",
        "query_weight",
        "key_weight",
        "value_weight",
        "output_weight",
        "value_bias",
    ];
    const STEP: f64 = 0.01;
    let given = given(scenario);
    let by = ARGUMENTS[scenario.random("which").integer(0, 6) as usize];
    let cotangent = array(&scenario.normal("cotangent", given["input"].shape()));
    let direction = array(&scenario.uniform("direction", given[by].shape(), -1.0, 1.0));
    let direction = &direction / (direction.len() as f64).sqrt();
    let cotangents = Tensors::from([("output".to_owned(), tensor(&cotangent))]);
    let gradient = probe.gradient(TASK, &given, by, cotangents)?;
    let mut at = |steps: f64| -> Result<f64, Broken> {
        let moved = array(&given[by]) + &direction * (steps * STEP);
        Ok((output(probe, &with_float(&given, by, &moved))? * &cotangent).sum())
    };
    let quotient = (8.0 * (at(1.0)? - at(-1.0)?) - (at(2.0)? - at(-2.0)?)) / (12.0 * STEP);
    equal(
        &format!("the gradient of a sum of outputs by {by}, along a direction"),
        "the difference quotient of that sum",
        &scalar(quotient),
        &scalar((gradient * direction).sum()),
        1e-2,
    )
}
