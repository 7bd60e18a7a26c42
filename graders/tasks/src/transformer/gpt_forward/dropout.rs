//! Properties of `gpt_forward` about dropout.

use judge::checks::assertions::{ROUNDING, equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, tensor_like, with};
use judge::contract::scenario::{self, Scenario};
use judge::findings::stop::Holds;
use ndarray::IxDyn;
use wire::Tensors;

use super::properties::{given, logits};
use crate::attention::drops::judge_dropped;
use crate::transformer::decoder_block::dropout::{AXES, must_differ};
use crate::transformer::inputs::{Sizes, drawn, filled, gpt, training, with_one_block, without_blocks};

/// Heads, and the rate in percent; absolute positions or rotation.
pub(super) const RATES: scenario::Sizes = &[("heads", 1, 3), ("percent", 20, 60), ("rotary", 0, 1)];

const RATE_NAMES: [&str; 3] = ["attention_dropout", "residual_dropout", "embedding_dropout"];

/// All three rates, of which only one may be above 0.
fn only(name: &str, rate: f64) -> [(&'static str, f64); 3] {
    RATE_NAMES.map(|other| (other, if other == name { rate } else { 0.0 }))
}

pub(super) fn off_in_eval(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let evaluated = |rate| {
        let trained = training(&given(scenario), &RATE_NAMES.map(|name| (name, rate)));
        with(&trained, "train", wire::Tensor::flag(false))
    };
    unchanged(
        "raising all dropout rates from 0 to 0.5 with train = false",
        "the logits",
        &logits(probe, &evaluated(0.0), 1)?,
        &logits(probe, &evaluated(0.5), 2)?,
        ROUNDING,
    )
}

/// A GPT large enough that two seeds surely drop different values.
fn counted(scenario: &Scenario, sizes: Sizes) -> Tensors {
    drawn(scenario, |random| gpt(random, sizes))
}

pub(super) fn follows_seed(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let sizes = Sizes {
        block_size: 10,
        ..Sizes::new(8, 10, scenario.size("heads"), 2 * scenario.size("pairs"))
    };
    let given = training(&counted(scenario, sizes), &RATE_NAMES.map(|name| (name, 0.5)));
    let first = logits(probe, &given, 3)?;
    equal(
        "the logits of a second call in training with the same generator seed",
        "the logits of the first call",
        &first,
        &logits(probe, &given, 3)?,
        0.0,
    )?;
    must_differ(
        "logits in training with generator seeds 3 and 4",
        &first,
        &logits(probe, &given, 4)?,
    )
}

/// With silent blocks, a head that reads off the channels and an epsilon far above the mean square, the logits are the
/// sum of the embeddings divided by the root of epsilon.
pub(super) fn embedding(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    const ROOT: f64 = 1e6;
    let rate = scenario.integer("percent") as f64 / 100.0;
    let width = scenario.size("heads") * 4;
    let sizes = Sizes {
        vocabulary: width,
        layers: 1,
        ..Sizes::new(12, 8, scenario.size("heads"), 4)
    };
    let sizes = if scenario.size("rotary") == 1 {
        sizes.rotated()
    } else {
        sizes
    };
    let given = filled(&without_blocks(&counted(scenario, sizes)), "final_norm", 1.0);
    let identity = Array::from_shape_fn(IxDyn(&[width, width]), |at| f64::from(u8::from(at[0] == at[1])));
    let given = with(&given, "head", tensor_like(&given["head"], &identity));
    let given = with(&given, "epsilon", wire::Tensor::real(ROOT * ROOT));
    let evaluated = logits(probe, &given, 1)? * ROOT;
    let trained = logits(probe, &training(&given, &only("embedding_dropout", rate)), 1)? * ROOT;
    judge_dropped("the sum of embeddings", &AXES, &evaluated, &trained, rate)
}

pub(super) fn reaches_blocks(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let sizes = Sizes {
        block_size: 10,
        ..Sizes::new(8, 10, scenario.size("heads"), 2 * scenario.size("pairs"))
    };
    let all = counted(scenario, sizes);
    for block in 0..sizes.layers {
        // All other blocks add nothing, whether or not it is dropped.
        let given = with_one_block(&all, block);
        let evaluated = logits(probe, &given, 1)?;
        for name in ["attention_dropout", "residual_dropout"] {
            let trained = logits(probe, &training(&given, &only(name, 0.5)), 1)?;
            must_differ(
                &format!("logits in evaluation and in training, {name} = 0.5, where block {block} alone adds anything"),
                &evaluated,
                &trained,
            )?;
        }
    }
    Ok(())
}
