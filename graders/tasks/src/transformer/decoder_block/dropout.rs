//! Properties of `decoder_block` about dropout.
//!
//! Nothing here depends on the order in which a generator is used: only shares, and what stays when a seed does.

use judge::checks::assertions::{ROUNDING, broken_rule, equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, array};
use judge::contract::scenario::{self, Scenario};
use judge::findings::stop::{Broken, Holds};
use wire::Tensors;

use super::properties::{given, output};
use crate::attention::drops::judge_dropped;
use crate::attention::inputs::CLOSELY;
use crate::transformer::inputs::{Sizes, block, drawn, training, without_attention, without_perceptron};

/// Heads, and the rate in percent.
pub(crate) const RATES: scenario::Sizes = &[("heads", 1, 2), ("percent", 20, 60)];

/// The axes of a stream.
pub(crate) const AXES: [&str; 3] = ["sequences", "tokens", "channels"];

const NONE: &[(&str, f64)] = &[("attention_dropout", 0.0), ("residual_dropout", 0.0)];
const BOTH: &[(&str, f64)] = &[("attention_dropout", 0.5), ("residual_dropout", 0.5)];

pub(crate) fn off_in_eval(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let evaluated = |rates| {
        let trained = training(&given(scenario), rates);
        judge::contract::arguments::with(&trained, "train", wire::Tensor::flag(false))
    };
    unchanged(
        "raising both dropout rates from 0 to 0.5 with train = false",
        "the output",
        &output(probe, &evaluated(NONE), 1)?,
        &output(probe, &evaluated(BOTH), 2)?,
        ROUNDING,
    )
}

/// Sequences and tokens of blocks that are large enough to count.
const COUNTED: [[usize; 2]; 3] = [[8, 10], [80, 1], [1, 80]];

fn counted(scenario: &Scenario, [batch, length]: [usize; 2], rotary: bool) -> Tensors {
    drawn(scenario, |random| {
        let sizes = Sizes::new(batch, length, scenario.size("heads"), 4);
        block(random, Sizes { rotary, ..sizes })
    })
}

pub(crate) fn follows_seed(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = training(&counted(scenario, COUNTED[0], false), BOTH);
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

pub(crate) fn must_differ(what: &str, first: &Array, second: &Array) -> Result<(), Broken> {
    if first == second {
        let what = format!("the largest difference between {what}");
        return Err(broken_rule(
            &what,
            &[],
            "0",
            "above 0: what is dropped is drawn from libtorch's generator",
        ));
    }
    Ok(())
}

fn rate(scenario: &Scenario) -> f64 {
    scenario.integer("percent") as f64 / 100.0
}

/// With silent attention, what is added is the perceptron's result, dropped with the residual rate.
pub(crate) fn perceptron(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let rate = rate(scenario);
    for (shape, rotary) in COUNTED.into_iter().flat_map(|shape| [(shape, false), (shape, true)]) {
        let given = without_attention(&counted(scenario, shape, rotary));
        let input = array(&given["input"]);
        let evaluated = output(probe, &given, 1)? - &input;
        let rates = [("attention_dropout", 0.0), ("residual_dropout", rate)];
        let trained = output(probe, &training(&given, &rates), 1)? - &input;
        judge_dropped("what the perceptron adds", &AXES, &evaluated, &trained, rate)?;
    }
    Ok(())
}

/// With a silent perceptron, the residual rate drops what the attention adds; the attention rate changes it, and
/// leaves a perceptron with silent attention alone.
pub(crate) fn attention(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, rate) = (counted(scenario, COUNTED[0], false), rate(scenario));
    let alone = without_perceptron(&given);
    let input = array(&alone["input"]);
    let evaluated = output(probe, &alone, 1)? - &input;
    let residual = [("attention_dropout", 0.0), ("residual_dropout", rate)];
    let trained = output(probe, &training(&alone, &residual), 1)? - &input;
    judge_dropped("what the attention adds", &AXES, &evaluated, &trained, rate)?;

    let attention = [("attention_dropout", rate), ("residual_dropout", 0.0)];
    let trained = output(probe, &training(&alone, &attention), 1)? - &input;
    must_differ(
        &format!("outputs in evaluation and in training, attention_dropout = {rate}, residual_dropout = 0"),
        &evaluated,
        &trained,
    )?;
    let silent = without_attention(&given);
    unchanged(
        &format!("setting train, with attention_dropout = {rate} and residual_dropout = 0"),
        "the output of a block whose attention is silent",
        &output(probe, &silent, 1)?,
        &output(probe, &training(&silent, &attention), 1)?,
        CLOSELY,
    )
}
