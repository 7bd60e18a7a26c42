//! Properties of `flash_attention`.

use judge::checks::assertions::{ROUNDING, broken_rule, equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::compare::number;
use judge::contract::arguments::{Array, array, tensor_like, with};
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, IxDyn, s};
use wire::{Tensor, Tensors};

use super::inputs::of;
use crate::attention::drops::judge_dropped;
use crate::attention::inputs::{CLOSELY, running_mean, span};
use crate::phrase;
use crate::transformer::decoder_block::dropout::must_differ;
use crate::transformer::inputs::training;

const TASK: &str = "flash_attention";

/// `[B, h, T, d]`; d is T where a property has no such size.
fn shape(scenario: &Scenario) -> [usize; 4] {
    let dimension = if scenario.sizes().iter().any(|size| size.0 == "d") {
        "d"
    } else {
        "T"
    };
    ["B", "heads", "T", dimension].map(|name| scenario.size(name))
}

fn given(scenario: &Scenario) -> Tensors {
    let shape = shape(scenario);
    let [query, key, value] = ["query", "key", "value"].map(|label| scenario.normal(label, &shape));
    of(query, key, value)
}

/// Values of which each position has its own unit vector, again and again: the output shows the weights.
fn revealing(scenario: &Scenario, shape: [usize; 4]) -> Tensors {
    let [query, key] = ["query", "key"].map(|label| scenario.normal(label, &shape));
    let value = Array::from_shape_fn(IxDyn(&shape), |at| f64::from(u8::from(at[2] == at[3] % shape[2])));
    let value = tensor_like(&query, &value);
    of(query, key, value)
}

fn with_values(given: &Tensors, name: &str, values: &Array) -> Tensors {
    with(given, name, tensor_like(&given[name], values))
}

fn output(probe: &mut Probe<'_>, given: &Tensors, seed: i64) -> Result<Array, Broken> {
    let call = Call {
        seed,
        ..Call::new(TASK, given.clone())
    };
    let [output] = probe.arrays(&call, [("output", given["value"].shape())])?;
    Ok(output)
}

/// Heads of all sequences, one after the other: `[B h, T, d]`.
fn flat(values: &Array) -> Array {
    let shape = values.shape();
    let flat = IxDyn(&[shape[0] * shape[1], shape[2], shape[3]]);
    values
        .clone()
        .into_shape_with_order(flat)
        .expect("the same number of values")
}

/// A position that is not the first.
fn later(scenario: &Scenario) -> usize {
    scenario.random("which").integer(1, scenario.integer("T")) as usize
}

fn before(values: &Array, position: usize) -> Array {
    values.slice(s![.., .., ..position, ..]).to_owned().into_dyn()
}

pub(super) fn causality(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, position) = (given(scenario), later(scenario));
    let mut changed = given.clone();
    for name in ["query", "key", "value"] {
        let mut values = array(&given[name]);
        values
            .slice_mut(s![.., .., position, ..])
            .mapv_inplace(|value| 1.0 - 2.0 * value);
        changed = with_values(&changed, name, &values);
    }
    unchanged(
        &format!("changing query, key and value at position {position}"),
        &format!("the output at {}", span("position", 0, position - 1)),
        &before(&output(probe, &given, 0)?, position),
        &before(&output(probe, &changed, 0)?, position),
        CLOSELY,
    )
}

pub(super) fn stability(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, position) = (given(scenario), later(scenario));
    let mut changed = given.clone();
    for name in ["key", "value"] {
        let mut values = array(&given[name]);
        values
            .slice_mut(s![.., .., position, ..])
            .mapv_inplace(|value| value + 1e3);
        changed = with_values(&changed, name, &values);
    }
    let after = output(probe, &changed, 0)?;
    let what = format!("an output where key and value {position} are about 1000, in f32");
    every(&what, "finite", &after, f64::is_finite)?;
    unchanged(
        &format!("moving key and value at position {position} by 1000"),
        &format!("the output at {}", span("position", 0, position - 1)),
        &before(&output(probe, &given, 0)?, position),
        &before(&after, position),
        CLOSELY,
    )
}

pub(super) fn prefix(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, length) = (given(scenario), later(scenario));
    let short = ["query", "key", "value"].iter().fold(given.clone(), |short, name| {
        with_values(&short, name, &before(&array(&given[*name]), length))
    });
    equal(
        &format!("the output for {} alone", span("position", 0, length - 1)),
        &format!("the output for all {} positions, at the same ones", scenario.size("T")),
        &before(&output(probe, &given, 0)?, length),
        &output(probe, &short, 0)?,
        CLOSELY,
    )
}

pub(super) fn heads_independent(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let mut which = scenario.random("which");
    let (sequence, head) = (
        which.integer(0, scenario.integer("B")) as usize,
        which.integer(0, scenario.integer("heads")) as usize,
    );
    let mut changed = given.clone();
    for name in ["query", "key", "value"] {
        let mut values = array(&given[name]);
        values
            .slice_mut(s![sequence, head, .., ..])
            .mapv_inplace(|value| 1.0 - 2.0 * value);
        changed = with_values(&changed, name, &values);
    }
    let first = output(probe, &given, 0)?;
    let mut second = output(probe, &changed, 0)?;
    // The changed head itself may differ.
    second
        .slice_mut(s![sequence, head, .., ..])
        .assign(&first.slice(s![sequence, head, .., ..]));
    unchanged(
        &format!("changing head {head} of sequence {sequence}"),
        "the output of every other head and sequence",
        &first,
        &second,
        CLOSELY,
    )
}

pub(super) fn hull(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let (output, value) = (flat(&output(probe, &given, 0)?), flat(&array(&given["value"])));
    for (at, &found) in output.indexed_iter() {
        let seen = (0..=at[1]).map(|position| value[[at[0], position, at[2]]]);
        let (least, greatest) = seen.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), value| {
            (least.min(value), greatest.max(value))
        });
        if !(least - CLOSELY..=greatest + CLOSELY).contains(&found) {
            let what = format!("channel {} of the output at position {}", at[2], at[1]);
            let rule = phrase::within(least, greatest, "so far");
            return Err(broken_rule(
                &what,
                ndarray::Dimension::slice(&at),
                &number(found),
                &rule,
            ));
        }
    }
    Ok(())
}

pub(super) fn constant_value(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let value = array(&given["value"]);
    let first = value.slice_axis(Axis(2), (0..1).into()).to_owned();
    let constant = first.broadcast(value.raw_dim()).unwrap_or(value.view()).to_owned();
    let result = output(probe, &with_values(&given, "value", &constant), 0)?;
    equal(
        "the output where every position has the same value",
        "that value",
        &constant,
        &result,
        CLOSELY,
    )
}

pub(super) fn zero_query(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let zeros = Array::zeros(IxDyn(&shape(scenario)));
    equal(
        "the output for queries of zeros",
        "the mean of the values so far",
        &running_mean(&flat(&array(&given["value"]))),
        &flat(&output(probe, &with_values(&given, "query", &zeros), 0)?),
        CLOSELY,
    )
}

pub(super) fn weights_are_distributions(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    judge_distributions(&flat(&output(probe, &revealing(scenario, shape(scenario)), 0)?))
}

fn judge_distributions(weights: &Array) -> Holds {
    for (at, &weight) in weights.indexed_iter() {
        let (fits, rule) = if at[2] > at[1] {
            (weight == 0.0, "exactly 0")
        } else {
            (weight >= 0.0, "at least 0")
        };
        if !fits {
            let what = format!("the weight of position {} for position {}", at[2], at[1]);
            return Err(broken_rule(&what, &[at[1], at[2]], &number(weight), rule));
        }
    }
    let sums = weights.sum_axis(Axis(2));
    equal(
        "the sum of the weights of each position",
        "1",
        &Array::ones(sums.raw_dim()),
        &sums,
        CLOSELY,
    )
}

pub(super) fn large_scores(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = revealing(scenario, shape(scenario));
    let query = array(&given["query"]) * 4096.0;
    judge_distributions(&flat(&output(probe, &with_values(&given, "query", &query), 0)?))
}

/// All scores are equal, so that the softmax over the visible ones is uniform.
pub(super) fn mask_fill(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let shape = shape(scenario);
    for score in [scenario.integer("score"), 100_000] {
        let first = |value: f64| Array::from_shape_fn(IxDyn(&shape), |at| if at[3] == 0 { value } else { 0.0 });
        let low = with_values(&given, "query", &first(-32.0 * (shape[3] as f64).sqrt()));
        let low = with_values(&low, "key", &first(score as f64 / 32.0));
        equal(
            &format!("the output where every score is -{score}"),
            "the mean of the values so far",
            &running_mean(&flat(&array(&given["value"]))),
            &flat(&output(probe, &low, 0)?),
            CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn dropout_off_in_eval(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let rate = |rate: f64| with(&given, "dropout", Tensor::real(rate));
    unchanged(
        "raising the dropout rate from 0 to 0.5 with train = false",
        "the output",
        &output(probe, &rate(0.0), 1)?,
        &output(probe, &rate(0.5), 2)?,
        ROUNDING,
    )
}

pub(super) fn dropout_follows_seed(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = training(
        &revealing(scenario, [8, scenario.size("heads"), 8, 8]),
        &[("dropout", 0.5)],
    );
    let first = output(probe, &given, 3)?;
    equal(
        "the output of a second call in training with the same generator seed",
        "the output of the first call",
        &first,
        &output(probe, &given, 3)?,
        0.0,
    )?;
    must_differ(
        "outputs in training with generator seeds 3 and 4",
        &first,
        &output(probe, &given, 4)?,
    )
}

pub(super) fn dropout_rate(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rate = scenario.integer("percent") as f64 / 100.0;
    // Every weight is shown by two channels: where dropout falls on the weights, both are dropped or neither.
    let given = revealing(scenario, [12, scenario.size("heads"), 8, 16]);
    let evaluated = output(probe, &given, 1)?;
    let trained = output(probe, &training(&given, &[("dropout", rate)]), 1)?;
    let copy = |output: &Array, number: usize| {
        output
            .slice(ndarray::s![.., .., .., 8 * number..8 * number + 8])
            .to_owned()
            .into_dyn()
    };
    equal(
        "a weight in training, seen through its second channel",
        "the same weight seen through its first: what is dropped are weights, before they meet the values",
        &copy(&trained, 0),
        &copy(&trained, 1),
        CLOSELY,
    )?;
    let axes = ["sequences", "heads", "queries", "keys"];
    judge_dropped(
        "the visible attention weights",
        &axes,
        &copy(&evaluated, 0),
        &copy(&trained, 0),
        rate,
    )
}
