//! Properties of `encoder_decoder`.

use judge::checks::assertions::{equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, array, scalar, tensor_like, with};
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::findings::Violation;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, s};
use wire::Tensors;

use super::inputs::padded;
use crate::attention::inputs::{CLOSELY, span};
use crate::sequences::inputs::{
    EXACTLY, Sizes, counted, encoder_decoder_call, more_padding as lengthened, moved_rows, with_tokens,
};
use crate::sequences::oracle::logits as plain_logits;
use crate::sequences::padding::{self, logits_as_read};
use crate::transformer::inputs::drawn;

const TASK: &str = "encoder_decoder";

fn given(scenario: &Scenario) -> Tensors {
    let (sizes, source) = (Sizes::of(scenario), scenario.size("S"));
    drawn(scenario, |random| encoder_decoder_call(random, sizes, source))
}

/// Padding in every row of source and target.
fn given_padded(scenario: &Scenario) -> Tensors {
    let (sizes, source) = (Sizes::of(scenario), scenario.size("S"));
    drawn(scenario, |random| padded(random, sizes, source))
}

/// The logits `[B, S + T, V]`.
fn logits(probe: &mut Probe<'_>, given: &Tensors) -> Result<Array, Broken> {
    let (source, target) = (given["source"].shape(), given["target"].shape());
    let vocabulary = given["head"].shape()[0];
    probe.array(TASK, given, "logits", &[source[0], source[1] + target[1], vocabulary])
}

/// The logits at the target's tokens; 0 at its padding.
fn at_target(logits: &Array, target: &Array) -> Array {
    let counts = counted(target);
    let first = logits.shape()[1] - target.shape()[1];
    let own = logits.slice(s![.., first.., ..]).to_owned().into_dyn();
    Array::from_shape_fn(own.raw_dim(), |at| if at[1] < counts[at[0]] { own[&at] } else { 0.0 })
}

pub(super) fn padded_rows(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given_padded(scenario);
    let outputs = probe.outputs(TASK, &given)?;
    if let Some(found) = padding::in_logits(None, &given, &outputs) {
        return Err(Violation::Call(Box::new(found)).into());
    }
    match outputs.get("logits") {
        Some(logits) => every("a logit", "finite", &array(logits), f64::is_finite),
        None => Ok(()),
    }
}

pub(super) fn recomposition(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    equal(
        "the logits",
        "those of the encoder, its states as a cache, the decoder and the head, one after the other",
        &logits_as_read(
            &given,
            &plain_logits(&given, &array(&given["source"]), &array(&given["target"])),
        ),
        &logits_as_read(&given, &logits(probe, &given)?),
        CLOSELY,
    )
}

/// Another token in place of each at one position; padding stays.
fn changed_at(given: &Tensors, name: &str, position: usize) -> Tensors {
    let table = if name == "source" {
        "encoder_token_embedding"
    } else {
        "decoder_token_embedding"
    };
    let vocabulary = given[table].shape()[0] as f64;
    let mut tokens = array(&given[name]);
    tokens
        .slice_mut(s![.., position])
        .mapv_inplace(|token| if token < 0.0 { token } else { (token + 1.0) % vocabulary });
    with_tokens(given, name, &tokens)
}

pub(super) fn causality(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let token = scenario.random("which").integer(1, scenario.integer("T")) as usize;
    let before = |logits: Array| {
        let positions = scenario.size("S") + token;
        logits.slice(s![.., ..positions, ..]).to_owned().into_dyn()
    };
    unchanged(
        &format!("changing token {token} of the target"),
        &format!(
            "the logits of the source and at {} of the target",
            span("position", 0, token - 1)
        ),
        &before(logits(probe, &given)?),
        &before(logits(probe, &changed_at(&given, "target", token))?),
        CLOSELY,
    )
}

/// The last row's source is not padded. A token changes logits by far more than this, unless it is not seen at all.
pub(super) fn source_matters(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let (row, last) = (scenario.size("B") - 1, scenario.size("S") - 1);
    let before = logits(probe, &given)?;
    let after = logits(probe, &changed_at(&given, "source", last))?;
    for (what, position) in [("source", 0), ("target", last + 1)] {
        let change = (&before - &after).slice(s![row, position, ..]).to_owned();
        let largest = change.iter().fold(0.0_f64, |largest, value| value.abs().max(largest));
        every(
            &format!(
                "the largest change of a logit at the first position of the {what}, where the last token of the source is another"
            ),
            "above 0: the encoder sees all tokens of the source, and the decoder what it made of them",
            &scalar(largest),
            |change| change > 1e-9,
        )?;
    }
    Ok(())
}

pub(super) fn source_padding_unseen(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given_padded(scenario);
    let longest = counted(&array(&given["source"])).into_iter().max().unwrap_or(1);
    let moved = moved_rows(&given, "encoder_position_embedding", longest);
    let target = array(&given["target"]);
    unchanged(
        &format!("changing the encoder's position embedding from row {longest} on, where the source has padding only"),
        "the logits at the target's tokens",
        &at_target(&logits(probe, &given)?, &target),
        &at_target(&logits(probe, &moved)?, &target),
        EXACTLY,
    )
}

pub(super) fn more_padding(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let target = array(&given["target"]);
    let before = at_target(&logits(probe, &given)?, &target);
    for name in ["source", "target"] {
        let padded = with_tokens(&given, name, &lengthened(&array(&given[name]), 1));
        let longer = array(&padded["target"]);
        let after = at_target(&logits(probe, &padded)?, &longer);
        equal(
            &format!("the logits at the target's tokens with one more position of padding in the {name}"),
            "those without",
            &before,
            &after.slice(s![.., ..target.shape()[1], ..]).to_owned().into_dyn(),
            CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn batch_independence(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let which = scenario.random("which").integer(0, scenario.integer("B")) as usize;
    let own = |values: &Array| values.slice_axis(Axis(0), (which..=which).into()).to_owned();
    let alone = ["source", "target"].iter().fold(given.clone(), |given, name| {
        with_tokens(&given, name, &own(&array(&given[*name])))
    });
    equal(
        &format!("the logits of row {which} alone"),
        "those of that row in the batch",
        &own(&logits(probe, &given)?),
        &logits(probe, &alone)?,
        CLOSELY,
    )
}

pub(super) fn linear_head(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let first = array(&given["head"]);
    let second = array(&scenario.normal("other head", first.shape()));
    let mut of = |head: &Array| logits(probe, &with(&given, "head", tensor_like(&given["head"], head)));
    let sum = of(&(&first * 2.0 + &second))?;
    equal(
        "the logits for the head 2 G + H",
        "2 times the logits for G plus the logits for H",
        &(of(&first)? * 2.0 + of(&second)?),
        &sum,
        CLOSELY,
    )
}

pub(super) fn too_long(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    for (name, table) in [
        ("source", "encoder_position_embedding"),
        ("target", "decoder_position_embedding"),
    ] {
        let (length, known) = (given[name].shape()[1], given[table].shape()[0]);
        let longer = lengthened(&array(&given[name]), known + 1 - length);
        let call = Call::new(TASK, with_tokens(&given, name, &longer));
        let input = format!("a {name} of {} positions, where its side knows {known}", known + 1);
        probe.refused(&call, &input)?;
    }
    Ok(())
}
