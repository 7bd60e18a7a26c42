//! Properties of `scaled_dot_product_attention`.

use judge::checks::assertions::{broken_rule, equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::compare::number;
use judge::contract::arguments::{Array, array, tensor_like, with};
use judge::contract::random::booleans;
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, IxDyn, s};
use wire::Tensors;

use super::inputs::of;
use crate::attention::inputs::{CLOSELY, lower_triangle, product, random_mask, running_mean, scores, span};
use crate::phrase;

const TASK: &str = "scaled_dot_product_attention";

/// Both outputs of a call.
struct Attended {
    output: Array,
    weights: Array,
}

fn attend(probe: &mut Probe<'_>, arguments: &Tensors) -> Result<Attended, Broken> {
    let shape = |last: &str, axis: usize| {
        let mut shape = arguments["query"].shape().to_vec();
        let axes = shape.len();
        shape[axes - 1] = arguments[last].shape()[axes - axis];
        shape
    };
    let (output, weights) = (shape("value", 1), shape("key", 2));
    let call = Call::new(TASK, arguments.clone());
    let [output, weights] = probe.arrays(&call, [("output", &output), ("weights", &weights)])?;
    Ok(Attended { output, weights })
}

/// The sizes B, T, S, `d_k`, `d_v`; S is T and B is 1 where a property has no such size.
fn sizes(scenario: &Scenario) -> [usize; 5] {
    let declared = |name| scenario.sizes().iter().any(|size| size.0 == name);
    let or = |name, otherwise| if declared(name) { scenario.size(name) } else { otherwise };
    let length = or("T", 1);
    [
        or("B", 1),
        length,
        or("S", length),
        scenario.size("d_k"),
        scenario.size("d_v"),
    ]
}

fn unmasked(scenario: &Scenario) -> Tensors {
    let [batch, queries, keys, inner, outer] = sizes(scenario);
    of(
        scenario.normal("query", &[batch, queries, inner]),
        scenario.normal("key", &[batch, keys, inner]),
        scenario.normal("value", &[batch, keys, outer]),
    )
}

/// With a random mask `[T, S]`.
fn masked(scenario: &Scenario) -> Tensors {
    let [_, queries, keys, ..] = sizes(scenario);
    let mask = random_mask(&mut scenario.random("mask"), &[queries, keys]);
    with(&unmasked(scenario), "mask", mask)
}

/// With the causal mask.
fn causal(scenario: &Scenario) -> Tensors {
    with(&unmasked(scenario), "mask", lower_triangle(scenario.size("T")))
}

fn with_values(arguments: &Tensors, name: &str, values: &Array) -> Tensors {
    with(arguments, name, tensor_like(&arguments[name], values))
}

pub(super) fn weights_are_distributions(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let weights = attend(probe, &masked(scenario))?.weights;
    judge_distributions(&weights)
}

fn judge_distributions(weights: &Array) -> Holds {
    every("a weight", "at least 0", weights, |weight| weight >= 0.0)?;
    let sums = weights.sum_axis(Axis(2));
    equal(
        "the sum of the weights of each query",
        "1",
        &Array::ones(sums.raw_dim()),
        &sums,
        CLOSELY,
    )
}

pub(super) fn masked_weights_are_zero(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = masked(scenario);
    let (mask, weights) = (array(&arguments["mask"]), attend(probe, &arguments)?.weights);
    for (at, &weight) in weights.indexed_iter() {
        if mask[[at[1], at[2]]] == 0.0 && weight != 0.0 {
            let what = format!("the weight of key {} for query {}, which may not see it", at[2], at[1]);
            return Err(broken_rule(&what, &[at[0], at[1], at[2]], &number(weight), "exactly 0"));
        }
    }
    Ok(())
}

pub(super) fn scores_of_weights(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = unmasked(scenario);
    let weights = attend(probe, &arguments)?.weights;
    let centred = |values: Array| {
        let mean = values.sum_axis(Axis(2)) / values.shape()[2] as f64;
        values - mean.insert_axis(Axis(2))
    };
    let expected = scores(&array(&arguments["query"]), &array(&arguments["key"]));
    equal(
        "the logarithm of the weights, less its mean over the keys",
        "the score q k / sqrt(d_k), less its mean over the keys",
        &centred(expected),
        &centred(weights.mapv(f64::ln)),
        CLOSELY,
    )
}

pub(super) fn output_is_weighted_mean(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = masked(scenario);
    let Attended { output, weights } = attend(probe, &arguments)?;
    equal(
        "the output",
        "the returned weights times the values",
        &product(&weights, &array(&arguments["value"])),
        &output,
        CLOSELY,
    )
}

pub(super) fn hull(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = masked(scenario);
    let output = attend(probe, &arguments)?.output;
    let (mask, value) = (array(&arguments["mask"]), array(&arguments["value"]));
    for (at, &given) in output.indexed_iter() {
        let seen = (0..value.shape()[1])
            .filter(|&key| mask[[at[1], key]] != 0.0)
            .map(|key| value[[at[0], key, at[2]]]);
        let (least, greatest) = seen.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), value| {
            (least.min(value), greatest.max(value))
        });
        if !(least - CLOSELY..=greatest + CLOSELY).contains(&given) {
            let what = format!("channel {} of the output for query {}", at[2], at[1]);
            let rule = phrase::within(least, greatest, "that it may see");
            return Err(broken_rule(&what, &[at[0], at[1], at[2]], &number(given), &rule));
        }
    }
    Ok(())
}

pub(super) fn constant_value(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = masked(scenario);
    let mut value = array(&arguments["value"]);
    let first = value.index_axis(Axis(1), 0).to_owned().insert_axis(Axis(1));
    value.assign(&first);
    let output = attend(probe, &with_values(&arguments, "value", &value))?.output;
    let expected = first.broadcast(output.raw_dim()).unwrap_or(first.view()).to_owned();
    equal(
        "the output where all keys have the same value",
        "that value",
        &expected,
        &output,
        CLOSELY,
    )
}

pub(super) fn zero_query(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = causal(scenario);
    let zeros = Array::zeros(array(&arguments["query"]).raw_dim());
    let output = attend(probe, &with_values(&arguments, "query", &zeros))?.output;
    equal(
        "the output for queries of zeros under the causal mask",
        "the mean of the values up to that position",
        &running_mean(&array(&arguments["value"])),
        &output,
        CLOSELY,
    )
}

pub(super) fn causality(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = causal(scenario);
    let changed = scenario.random("which").integer(1, scenario.integer("T")) as usize;
    let before = attend(probe, &arguments)?;
    let mut other = arguments.clone();
    for name in ["key", "value"] {
        let mut rows = array(&other[name]);
        rows.slice_mut(s![.., changed, ..])
            .mapv_inplace(|value| 1.0 - 2.0 * value);
        other = with_values(&other, name, &rows);
    }
    let after = attend(probe, &other)?;
    let past = |values: &Array| values.slice(s![.., ..changed, ..]).to_owned().into_dyn();
    let cause = format!("changing key and value {changed}");
    let at = span("position", 0, changed - 1);
    unchanged(
        &cause,
        &format!("the output at {at}"),
        &past(&before.output),
        &past(&after.output),
        CLOSELY,
    )?;
    unchanged(
        &cause,
        &format!("the weights at {at}"),
        &past(&before.weights),
        &past(&after.weights),
        CLOSELY,
    )
}

pub(super) fn query_wise(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = masked(scenario);
    let changed = scenario.random("which").integer(0, scenario.integer("T")) as usize;
    let mut query = array(&arguments["query"]);
    query
        .slice_mut(s![.., changed, ..])
        .mapv_inplace(|value| 1.0 - 2.0 * value);
    judge_others(
        probe,
        [&arguments, &with_values(&arguments, "query", &query)],
        (Axis(1), changed),
        ["query", "queries"],
    )
}

pub(super) fn batch_independence(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = masked(scenario);
    let changed = scenario.random("which").integer(0, scenario.integer("B")) as usize;
    let mut other = arguments.clone();
    for name in ["query", "key", "value"] {
        let mut rows = array(&other[name]);
        rows.slice_mut(s![changed, .., ..])
            .mapv_inplace(|value| 1.0 - 2.0 * value);
        other = with_values(&other, name, &rows);
    }
    judge_others(
        probe,
        [&arguments, &other],
        (Axis(0), changed),
        ["sequence", "sequences"],
    )
}

/// Fails unless everything but one place on an axis is as before.
fn judge_others(
    probe: &mut Probe<'_>,
    [before, after]: [&Tensors; 2],
    (axis, changed): (Axis, usize),
    [one, many]: [&str; 2],
) -> Holds {
    let (before, mut after) = (attend(probe, before)?, attend(probe, after)?);
    let cause = format!("changing {one} {changed}");
    for (what, before, after) in [
        ("output", &before.output, &mut after.output),
        ("weights", &before.weights, &mut after.weights),
    ] {
        // What was changed may differ.
        after
            .index_axis_mut(axis, changed)
            .assign(&before.index_axis(axis, changed));
        unchanged(
            &cause,
            &format!("the {what} of the other {many}"),
            before,
            after,
            CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn key_order(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let arguments = masked(scenario);
    let keys = scenario.size("S");
    // Never the order as given: a random one, moved on by one place where it is that.
    let mut order = scenario.random("order").permutation(keys);
    if order.is_sorted() {
        order.rotate_right(1);
    }
    let mask = array(&arguments["mask"]).select(Axis(1), &order);
    let mut reordered = with(
        &arguments,
        "mask",
        booleans(mask.shape(), mask.iter().map(|&seen| seen != 0.0).collect()),
    );
    for name in ["key", "value"] {
        reordered = with_values(&reordered, name, &array(&arguments[name]).select(Axis(1), &order));
    }
    let (before, after) = (attend(probe, &arguments)?, attend(probe, &reordered)?);
    let cause = format!("reordering the keys to {order:?}");
    unchanged(&cause, "the output", &before.output, &after.output, CLOSELY)?;
    let expected = before.weights.select(Axis(2), &order);
    equal(
        &format!("the weights of the keys in the order {order:?}"),
        "the weights before, in that order",
        &expected,
        &after.weights,
        CLOSELY,
    )
}

/// Queries and keys of one number each, so that the score with key j is `score(j)`, up to rounding.
fn with_scores(scenario: &Scenario, score: impl Fn(usize) -> f64) -> Tensors {
    let [_, length, _, inner, outer] = sizes(scenario);
    let like = scenario.normal("value", &[1, length, outer]);
    let along_first = |value: &dyn Fn(usize) -> f64| {
        let rows = Array::from_shape_fn(
            IxDyn(&[1, length, inner]),
            |at| {
                if at[2] == 0 { value(at[1]) } else { 0.0 }
            },
        );
        tensor_like(&like, &rows)
    };
    let root = (inner as f64).sqrt();
    let (query, key) = (along_first(&|_| 32.0 * root), along_first(&|key| score(key) / 32.0));
    with(&of(query, key, like), "mask", lower_triangle(length))
}

pub(super) fn mask_fill(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    for score in [scenario.integer("score"), 100_000] {
        let arguments = with_scores(scenario, |_| -score as f64);
        let weights = attend(probe, &arguments)?.weights;
        let expected = Array::from_shape_fn(weights.raw_dim(), |at| {
            if at[2] <= at[1] { 1.0 / (at[1] + 1) as f64 } else { 0.0 }
        });
        equal(
            &format!("the weights under the causal mask, every score being -{score}"),
            "uniform over the visible keys and 0 elsewhere",
            &expected,
            &weights,
            CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn stability(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let length = scenario.size("T");
    // Rising: masked keys have the largest scores. Falling: the first key has, and all see it.
    for sign in [1.0, -1.0] {
        let arguments = with_scores(scenario, |key| sign * 1e3 * (key + 1) as f64);
        let Attended { output, weights } = attend(probe, &arguments)?;
        let winner = |query: usize| if sign > 0.0 { query } else { 0 };
        let expected = Array::from_shape_fn(IxDyn(&[1, length, length]), |at| {
            f64::from(u8::from(at[2] == winner(at[1])))
        });
        let (first, last) = (number(sign * 1e3), number(sign * 1e3 * length as f64));
        equal(
            &format!("the weights under the causal mask, the scores of the keys being {first} to {last}"),
            "1 for the largest visible score, 0 elsewhere",
            &expected,
            &weights,
            CLOSELY,
        )?;
        every(
            &format!("an output for scores of {first} to {last}"),
            "finite",
            &output,
            f64::is_finite,
        )?;
    }
    Ok(())
}
