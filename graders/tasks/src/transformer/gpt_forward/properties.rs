//! Properties of `gpt_forward` outside training.

use judge::checks::assertions::{ROUNDING, equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, array, tensor_like, with};
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, s};
use wire::Tensors;

use crate::attention::inputs::{CLOSELY, span};
use crate::transformer::inputs::{Sizes, drawn, filled, gpt, multiplied, token_tensor};

pub(super) const TASK: &str = "gpt_forward";

pub(super) fn given(scenario: &Scenario) -> Tensors {
    drawn(scenario, |random| gpt(random, Sizes::of(scenario)))
}

/// The shape of the logits.
pub(super) fn shape(given: &Tensors) -> [usize; 3] {
    let tokens = given["tokens"].shape();
    [tokens[0], tokens[1], given["head"].shape()[0]]
}

pub(super) fn logits(probe: &mut Probe<'_>, given: &Tensors, seed: i64) -> Result<Array, Broken> {
    let call = Call {
        seed,
        ..Call::new(TASK, given.clone())
    };
    let [logits] = probe.arrays(&call, [("logits", &shape(given))])?;
    Ok(logits)
}

fn with_tokens(given: &Tensors, tokens: &Array) -> Tensors {
    with(given, "tokens", token_tensor(tokens))
}

/// Another token for each.
fn others(given: &Tensors, tokens: &Array) -> Array {
    let vocabulary = given["head"].shape()[0] as f64;
    tokens.mapv(|token| (token + 1.0) % vocabulary)
}

/// A token that is not the first.
fn later_token(scenario: &Scenario) -> usize {
    scenario.random("which").integer(1, scenario.integer("T")) as usize
}

fn before(values: &Array, position: usize) -> Array {
    values.slice(s![.., ..position, ..]).to_owned().into_dyn()
}

fn is_rotary(given: &Tensors) -> bool {
    given["rotary"].item() == Some(1.0)
}

pub(super) fn causality(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, token) = (given(scenario), later_token(scenario));
    let mut tokens = array(&given["tokens"]);
    let changed = others(&given, &tokens.index_axis(Axis(1), token).to_owned());
    tokens.index_axis_mut(Axis(1), token).assign(&changed);
    unchanged(
        &format!("changing token {token}"),
        &format!("the logits at {}", span("position", 0, token - 1)),
        &before(&logits(probe, &given, 0)?, token),
        &before(&logits(probe, &with_tokens(&given, &tokens), 0)?, token),
        CLOSELY,
    )
}

pub(super) fn prefix(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, length) = (given(scenario), later_token(scenario));
    let tokens = array(&given["tokens"]).slice(s![.., ..length]).to_owned().into_dyn();
    equal(
        &format!("the logits for {} alone", span("token", 0, length - 1)),
        &format!(
            "the logits for all {} tokens, at the same positions",
            scenario.size("T")
        ),
        &before(&logits(probe, &given, 0)?, length),
        &logits(probe, &with_tokens(&given, &tokens), 0)?,
        CLOSELY,
    )
}

pub(super) fn batch_independence(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let which = scenario.random("which").integer(0, scenario.integer("B")) as usize;
    let own = |values: &Array| values.slice_axis(Axis(0), (which..=which).into()).to_owned();
    let tokens = array(&given["tokens"]);
    let mut changed = others(&given, &tokens);
    changed
        .slice_axis_mut(Axis(0), (which..=which).into())
        .assign(&own(&tokens));
    let together = own(&logits(probe, &given, 0)?);
    unchanged(
        &format!("changing all sequences of the batch but {which}"),
        &format!("the logits for sequence {which}"),
        &together,
        &own(&logits(probe, &with_tokens(&given, &changed), 0)?),
        CLOSELY,
    )?;
    equal(
        &format!("the logits for sequence {which} in the batch"),
        "the logits for that sequence alone",
        &logits(probe, &with_tokens(&given, &own(&tokens)), 0)?,
        &together,
        CLOSELY,
    )
}

pub(super) fn final_norm_once(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    equal(
        "the logits where the weight of the final norm is multiplied by 3",
        "3 times the logits",
        &(logits(probe, &given, 0)? * 3.0),
        &logits(probe, &multiplied(&given, "final_norm", 3.0), 0)?,
        CLOSELY,
    )
}

pub(super) fn linear_head(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let first = array(&given["head"]);
    let second = array(&scenario.normal("other head", first.shape()));
    let mut of = |head: &Array| logits(probe, &with(&given, "head", tensor_like(&given["head"], head)), 0);
    let sum = of(&(&first * 2.0 + &second))?;
    equal(
        "the logits for the head 2 G + H",
        "2 times the logits for G plus the logits for H",
        &(of(&first)? * 2.0 + of(&second)?),
        &sum,
        CLOSELY,
    )
}

pub(super) fn untied_head(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let absent = given["head"].shape()[0] - 1;
    let tokens = array(&given["tokens"]).mapv(|token| token % absent as f64);
    let given = with_tokens(&given, &tokens);
    let mut embedding = array(&given["token_embedding"]);
    embedding
        .index_axis_mut(Axis(0), absent)
        .mapv_inplace(|value| 1.0 - 2.0 * value);
    let changed = with(
        &given,
        "token_embedding",
        tensor_like(&given["token_embedding"], &embedding),
    );
    unchanged(
        &format!("changing the embedding of token {absent}, which does not occur"),
        "the logits",
        &logits(probe, &given, 0)?,
        &logits(probe, &changed, 0)?,
        ROUNDING,
    )
}

/// The position embedding with its rows from `first` changed.
fn moved_positions(given: &Tensors, first: usize) -> Tensors {
    let mut positions = array(&given["position_embedding"]);
    positions
        .slice_mut(s![first.., ..])
        .mapv_inplace(|value| 1.0 - 2.0 * value);
    with(
        given,
        "position_embedding",
        tensor_like(&given["position_embedding"], &positions),
    )
}

pub(super) fn position_rows(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let (first, which) = if is_rotary(&given) {
        (
            0,
            "changing all rows of the position embedding in rotary mode".to_owned(),
        )
    } else {
        let length = scenario.size("T");
        (
            length,
            format!("changing the rows of the position embedding from {length} on"),
        )
    };
    unchanged(
        &which,
        "the logits",
        &logits(probe, &given, 0)?,
        &logits(probe, &moved_positions(&given, first), 0)?,
        ROUNDING,
    )
}

/// Over targets of all tokens alike, for weights of the size that networks start with.
pub(super) fn initial_loss(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let small = [
        "c_attn_weight",
        "c_proj_weight",
        "mlp_fc_weight",
        "mlp_proj_weight",
        "token_embedding",
        "head",
    ];
    let start = small.iter().fold(given, |given, name| multiplied(&given, name, 0.02));
    let ones = ["norm_1", "norm_2", "final_norm"]
        .iter()
        .fold(start, |given, name| filled(&given, name, 1.0));
    let logits = logits(probe, &ones, 0)?;
    let vocabulary = logits.shape()[2] as f64;
    let losses = logits.map_axis(Axis(2), |row| {
        row.iter().map(|logit| logit.exp()).sum::<f64>().ln() - row.sum() / vocabulary
    });
    equal(
        "the loss at every position, averaged over all targets, where weights are about 0.02",
        "ln V",
        &losses.mapv(|_| vocabulary.ln()),
        &losses,
        0.1,
    )
}
