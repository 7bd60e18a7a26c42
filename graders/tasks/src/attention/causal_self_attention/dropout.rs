//! Laws of `causal_self_attention` about dropout.
//!
//! Nothing here depends on the order in which a generator is used: only shares, and what stays when a seed does.

use judge::checks::assertions::{broken_rule, equal, unchanged};
use judge::checks::probe::Probe;
use judge::compare::number;
use judge::contract::arguments::Array;
use judge::contract::scenario::Scenario;
use judge::findings::stop::Holds;
use wire::Tensor;

use crate::attention::inputs::{CLOSELY, zeros_by_chance};
use crate::attention::layer::Layer;

/// Sequences, tokens and channels of a head where shares are counted.
const COUNTED: [usize; 3] = [8, 12, 8];

pub(super) fn off_in_eval(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::random(scenario);
    unchanged(
        "both dropout rates, from 0 to 0.5, with train = false",
        "the output",
        &layer.output_with_seed(probe, 1)?,
        &layer.rates(0.5, 0.5).output_with_seed(probe, 2)?,
        0.0,
    )
}

pub(super) fn zero_rate(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::random(scenario);
    unchanged(
        "train, from false to true, with both dropout rates 0",
        "the output",
        &layer.output_with_seed(probe, 1)?,
        &layer.having("train", Tensor::flag(true)).output_with_seed(probe, 2)?,
        0.0,
    )
}

pub(super) fn same_seed(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::random(scenario).training(0.5, 0.5);
    let seed = scenario.random("seed").integer(0, 1000);
    equal(
        &format!("the output of a second call in training, generator seed {seed}"),
        "the output of the first call with that seed",
        &layer.output_with_seed(probe, seed)?,
        &layer.output_with_seed(probe, seed)?,
        0.0,
    )
}

pub(super) fn different_seeds(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = counted(scenario);
    for (name, attention, residual) in [("attention_dropout", 0.5, 0.0), ("residual_dropout", 0.0, 0.5)] {
        let training = layer.training(attention, residual);
        let (first, second) = (
            training.output_with_seed(probe, 1)?,
            training.output_with_seed(probe, 2)?,
        );
        if first == second {
            let what = format!("the largest difference between outputs with generator seeds 1 and 2, {name} = 0.5");
            let rule = "above 0: what is dropped is drawn from libtorch's generator";
            return Err(broken_rule(&what, &[], "0", rule));
        }
    }
    Ok(())
}

/// A layer large enough to count.
fn counted(scenario: &Scenario) -> Layer {
    let [batch, length, dimension] = COUNTED;
    Layer::of(scenario, [batch, length, scenario.size("heads"), dimension])
}

fn rate(scenario: &Scenario) -> f64 {
    scenario.integer("percent") as f64 / 100.0
}

pub(super) fn residual_rate(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (layer, rate) = (counted(scenario), rate(scenario));
    let evaluated = layer.output(probe)?;
    let trained = layer.training(0.0, rate).output_with_seed(probe, 1)?;
    let pairs = || evaluated.iter().copied().zip(trained.iter().copied());
    judge_survivors("output", &evaluated, &trained, rate)?;
    let zeros = pairs().filter(|&(_, trained)| trained == 0.0).count();
    zeros_by_chance("outputs in training", zeros as u64, pairs().count() as u64, rate)
}

/// Every weight is shown by two channels: where dropout falls on the weights, both are dropped or neither.
pub(super) fn attention_rate(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    const LENGTH: usize = 5;
    let (layer, rate) = (Layer::revealing(scenario, 24, LENGTH, 2), rate(scenario));
    let evaluated = layer.output(probe)?;
    let trained = layer.training(rate, 0.0).output_with_seed(probe, 1)?;
    let (mut zeros, mut trials) = (0, 0);
    for head in 0..layer.heads {
        let (first, second) = (layer.revealed(&trained, head, 0), layer.revealed(&trained, head, 1));
        equal(
            &format!("a weight of head {head} in training, seen through its second channel"),
            "the same weight seen through its first: what is dropped are weights, before they meet the values",
            &first,
            &second,
            CLOSELY,
        )?;
        judge_survivors("attention weight", &layer.revealed(&evaluated, head, 0), &first, rate)?;
        let visible = first.indexed_iter().filter(|(at, _)| at[2] <= at[1]);
        for (_, &weight) in visible {
            trials += 1;
            zeros += u64::from(weight == 0.0);
        }
    }
    zeros_by_chance("visible attention weights in training", zeros, trials, rate)
}

/// What is not dropped is the value of evaluation divided by 1 - rate.
fn judge_survivors(what: &str, evaluated: &Array, trained: &Array, rate: f64) -> Holds {
    for ((at, &before), &after) in evaluated.indexed_iter().zip(trained.iter()) {
        let expected = before / (1.0 - rate);
        let close = (after - expected).abs() <= CLOSELY * expected.abs().max(1.0);
        if after != 0.0 && !close {
            let what = format!("an {what} in training that is {} in evaluation", number(before));
            let rule = format!("0, or {}: divided by 1 - {rate}", number(expected));
            let index = ndarray::Dimension::slice(&at).to_vec();
            return Err(broken_rule(&what, &index, &number(after), &rule));
        }
        if after.is_nan() {
            return Err(broken_rule(what, &[], "NaN", "a number"));
        }
    }
    Ok(())
}
