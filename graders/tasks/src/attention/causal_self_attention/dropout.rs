//! Properties of `causal_self_attention` about dropout.
//!
//! Nothing here depends on the order in which a generator is used: only shares, and what stays when a seed does.

use judge::checks::assertions::{ROUNDING, broken_rule, equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::scenario::Scenario;
use judge::findings::stop::Holds;
use ndarray::Axis;

use crate::attention::drops::{judge_dropped, judge_mask};
use crate::attention::inputs::CLOSELY;
use crate::attention::layer::Layer;

/// Sequences, tokens and channels of a head where shares are counted.
const COUNTED: [usize; 3] = [8, 12, 8];

pub(super) fn off_in_eval(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::random(scenario);
    unchanged(
        "raising both dropout rates from 0 to 0.5 with train = false",
        "the output",
        &layer.output_with_seed(probe, 1)?,
        &layer.rates(0.5, 0.5).output_with_seed(probe, 2)?,
        ROUNDING,
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
    judge_dropped(
        "the output",
        &["sequences", "tokens", "channels"],
        &evaluated,
        &trained,
        rate,
    )
}

/// Every weight is shown by two channels: where dropout falls on the weights, both are dropped or neither.
pub(super) fn attention_rate(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    const LENGTH: usize = 5;
    let (layer, rate) = (Layer::revealing(scenario, 24, LENGTH, 2), rate(scenario));
    let evaluated = layer.output(probe)?;
    let trained = layer.training(rate, 0.0).output_with_seed(probe, 1)?;
    let mut masks = Vec::new();
    for head in 0..layer.heads {
        let (first, second) = (layer.revealed(&trained, head, 0), layer.revealed(&trained, head, 1));
        equal(
            &format!("a weight of head {head} in training, seen through its second channel"),
            "the same weight seen through its first: what is dropped are weights, before they meet the values",
            &first,
            &second,
            CLOSELY,
        )?;
        let before = layer.revealed(&evaluated, head, 0);
        judge_dropped(
            "the attention weights",
            &["sequences", "queries", "keys"],
            &before,
            &first,
            rate,
        )?;
        masks.push(first.mapv(|weight| f64::from(u8::from(weight == 0.0))));
    }
    let heads: Vec<_> = masks.iter().map(|mask| mask.view()).collect();
    let Ok(mut mask) = ndarray::stack(Axis(0), &heads) else {
        return Ok(());
    };
    for (at, dropped) in mask.indexed_iter_mut() {
        if at[3] > at[2] {
            *dropped = f64::NAN;
        }
    }
    judge_mask("visible attention weights in training", &["heads"], &mask, rate)
}
