//! Properties of `decoder_block` outside training.

use judge::checks::assertions::{ROUNDING, equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, array, tensor_like, with};
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, s};
use wire::Tensors;

use crate::attention::inputs::{CLOSELY, span};
use crate::transformer::inputs::{Sizes, block, drawn, filled, without_attention, without_blocks, without_perceptron};
use crate::transformer::oracle::{Block, gelu};

pub(super) const TASK: &str = "decoder_block";

pub(super) fn given(scenario: &Scenario) -> Tensors {
    drawn(scenario, |random| block(random, Sizes::of(scenario)))
}

pub(super) fn output(probe: &mut Probe<'_>, given: &Tensors, seed: i64) -> Result<Array, Broken> {
    let call = Call {
        seed,
        ..Call::new(TASK, given.clone())
    };
    let [output] = probe.arrays(&call, [("output", given["input"].shape())])?;
    Ok(output)
}

fn with_input(given: &Tensors, input: &Array) -> Tensors {
    with(given, "input", tensor_like(&given["input"], input))
}

/// A token that is not the first.
fn later_token(scenario: &Scenario) -> usize {
    scenario.random("which").integer(1, scenario.integer("T")) as usize
}

/// The first positions of `[B, T, C]`.
fn before(values: &Array, position: usize) -> Array {
    values.slice(s![.., ..position, ..]).to_owned().into_dyn()
}

pub(super) fn identity_when_silent(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = without_blocks(&given(scenario));
    equal(
        "the output where c_proj and the second layer of the perceptron are zero",
        "the input",
        &array(&given["input"]),
        &output(probe, &given, 0)?,
        ROUNDING,
    )
}

pub(super) fn attention_half(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = without_perceptron(&given(scenario));
    let (block, input) = (Block::only(&given), array(&given["input"]));
    equal(
        "the output with a silent perceptron, less the input",
        "the attention of the input, normalised by norm_1",
        &block.attention(&block.norm(&input, "norm_1")),
        &(output(probe, &given, 0)? - input),
        CLOSELY,
    )
}

pub(super) fn perceptron_half(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = without_attention(&given(scenario));
    let (block, input) = (Block::only(&given), array(&given["input"]));
    equal(
        "the output with silent attention, less the input",
        "the perceptron of the input, normalised by norm_2",
        &block.perceptron(&block.norm(&input, "norm_2")),
        &(output(probe, &given, 0)? - input),
        CLOSELY,
    )
}

/// The mean square of every row is at least 1, so that epsilon is far below it.
pub(super) fn increment_ignores_scale(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let input = array(&given["input"]).mapv(|value| value + value.signum());
    for (half, silent) in [
        ("attention", without_perceptron(&given)),
        ("perceptron", without_attention(&given)),
    ] {
        let mut increment = |factor: f64| -> Result<Array, Broken> {
            let scaled = &input * factor;
            Ok(output(probe, &with_input(&silent, &scaled), 0)? - scaled)
        };
        let (once, ten) = (increment(1.0)?, increment(10.0)?);
        let what = format!("what the {half} adds, the other half being silent");
        unchanged("multiplying the input by 10", &what, &once, &ten, 1e-4)?;
    }
    Ok(())
}

/// One hidden unit sees a constant, and its activation is added to every channel.
pub(super) fn activation(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let size = scenario.integer("tenths") as f64 / 10.0;
    for value in [size, -size] {
        let given = drawn(scenario, |random| block(random, Sizes::new(1, 1, 1, 2)));
        let given = filled(
            &filled(&without_blocks(&given), "mlp_fc_weight", 0.0),
            "mlp_fc_bias",
            value,
        );
        let mut weight = array(&given["mlp_proj_weight"]);
        weight.index_axis_mut(Axis(1), 0).fill(1.0);
        let given = with(
            &given,
            "mlp_proj_weight",
            tensor_like(&given["mlp_proj_weight"], &weight),
        );
        let update = output(probe, &given, 0)? - array(&given["input"]);
        // What the unit sees has the dtype of the case.
        let seen = array(&given["mlp_fc_bias"])[[0]];
        equal(
            &format!("the activation of a hidden unit whose linear layer gives {value}"),
            "a / 2 (1 + tanh(sqrt(2 / pi) (a + 0.044715 a^3)))",
            &Array::from_elem(update.raw_dim(), gelu(seen)),
            &update,
            CLOSELY,
        )?;
    }
    Ok(())
}

fn with_token(given: &Tensors, token: usize, change: impl Fn(f64) -> f64) -> Tensors {
    let mut input = array(&given["input"]);
    input.slice_mut(s![.., token, ..]).mapv_inplace(change);
    with_input(given, &input)
}

pub(super) fn causality(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, token) = (given(scenario), later_token(scenario));
    let changed = with_token(&given, token, |value| 1.0 - 2.0 * value);
    unchanged(
        &format!("changing token {token} of the input"),
        &format!("the output at {}", span("position", 0, token - 1)),
        &before(&output(probe, &given, 0)?, token),
        &before(&output(probe, &changed, 0)?, token),
        CLOSELY,
    )
}

pub(super) fn stability(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, token) = (given(scenario), later_token(scenario));
    let after = output(probe, &with_token(&given, token, |value| value + 1e3), 0)?;
    let what = format!("an output where token {token} is about 1000, in f32");
    every(&what, "finite", &after, f64::is_finite)?;
    unchanged(
        &format!("moving token {token} of the input by 1000"),
        &format!("the output at {}", span("position", 0, token - 1)),
        &before(&output(probe, &given, 0)?, token),
        &before(&after, token),
        CLOSELY,
    )
}

pub(super) fn prefix(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, length) = (given(scenario), later_token(scenario));
    let short = with_input(&given, &before(&array(&given["input"]), length));
    equal(
        &format!("the output for {} alone", span("token", 0, length - 1)),
        &format!(
            "the output for all {} tokens, at the same positions",
            scenario.size("T")
        ),
        &before(&output(probe, &given, 0)?, length),
        &output(probe, &short, 0)?,
        CLOSELY,
    )
}

pub(super) fn batch_independence(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let which = scenario.random("which").integer(0, scenario.integer("B")) as usize;
    let own = |values: &Array| values.slice(s![which..=which, .., ..]).to_owned().into_dyn();
    let input = array(&given["input"]);
    let mut others = input.mapv(|value| 1.0 - 2.0 * value);
    others.slice_mut(s![which..=which, .., ..]).assign(&own(&input));
    let together = own(&output(probe, &given, 0)?);
    unchanged(
        &format!("changing all sequences of the batch but {which}"),
        &format!("the output for sequence {which}"),
        &together,
        &own(&output(probe, &with_input(&given, &others), 0)?),
        CLOSELY,
    )?;
    equal(
        &format!("the output for sequence {which} in the batch"),
        "the output for that sequence alone",
        &output(probe, &with_input(&given, &own(&input)), 0)?,
        &together,
        CLOSELY,
    )
}
