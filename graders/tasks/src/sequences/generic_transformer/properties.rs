//! Properties of `generic_transformer`.

use judge::checks::assertions::{ROUNDING, broken_rule, equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, array, scalar, tensor_like, with};
use judge::contract::scenario::Scenario;
use judge::contract::subject::{Call, Gradient};
use judge::findings::Violation;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, concatenate, s};
use wire::Tensors;

use crate::attention::inputs::{CLOSELY, span};
use crate::phrase;
use crate::sequences::inputs::{
    EXACTLY, Sizes, count_tensor, counted, more_padding as lengthened, moved_rows, padded_counts, padded_tokens,
    transformer_call, with_cache, with_tokens,
};
use crate::sequences::oracle::Transformer;
use crate::sequences::padding::{self, hidden_as_read};
use crate::transformer::inputs::{drawn, filled, multiplied, zeroed};

const TASK: &str = "generic_transformer";

fn is_decoder(scenario: &Scenario) -> bool {
    scenario.random("decoder").unit() < 0.5
}

/// An encoder or a decoder without a cache.
fn given(scenario: &Scenario) -> Tensors {
    of_role(scenario, is_decoder(scenario))
}

fn of_role(scenario: &Scenario, decoder: bool) -> Tensors {
    drawn(scenario, |random| {
        transformer_call(random, Sizes::of(scenario), decoder)
    })
}

/// The same behind a cache of `K` positions.
fn given_cached(scenario: &Scenario) -> Tensors {
    let (decoder, positions) = (is_decoder(scenario), scenario.size("K"));
    drawn(scenario, |random| {
        let given = transformer_call(random, Sizes::of(scenario), decoder);
        with_cache(random, &given, positions)
    })
}

/// The hidden states `[B, K + T, C]`.
fn hidden(probe: &mut Probe<'_>, given: &Tensors) -> Result<Array, Broken> {
    let tokens = given["tokens"].shape();
    let cached = given.get("cache").map_or(0, |cache| cache.shape()[1]);
    let width = given["token_embedding"].shape()[1];
    probe.array(TASK, given, "hidden", &[tokens[0], cached + tokens[1], width])
}

fn tokens(given: &Tensors) -> Array {
    array(&given["tokens"])
}

/// What the definition gives.
fn expected(given: &Tensors) -> Array {
    let decoder = given["decoder"].item() == Some(1.0);
    let cache = given.get("cache").map(array);
    let counts: Vec<usize> = given
        .get("cache_tokens")
        .map(|counts| array(counts).iter().map(|&count| count as usize).collect())
        .unwrap_or_default();
    let cache = cache.as_ref().map(|hidden| (hidden, counts.as_slice()));
    Transformer::only(given).hidden(&tokens(given), decoder, cache)
}

/// The hidden states at tokens, counted from the first; all others 0.
fn at_tokens(hidden: &Array, tokens: &Array) -> Array {
    let counts = counted(tokens);
    let cached = hidden.shape()[1] - tokens.shape()[1];
    Array::from_shape_fn(hidden.raw_dim(), |at| {
        let is_token = at[1] >= cached && at[1] - cached < counts[at[0]];
        if is_token { hidden[&at] } else { 0.0 }
    })
}

fn first(values: &Array, positions: usize) -> Array {
    values.slice(s![.., ..positions, ..]).to_owned().into_dyn()
}

/// Another token in place of each at one position; padding stays.
fn changed_at(given: &Tensors, position: usize) -> Tensors {
    let vocabulary = given["token_embedding"].shape()[0] as f64;
    let mut tokens = tokens(given);
    tokens
        .slice_mut(s![.., position])
        .mapv_inplace(|token| if token < 0.0 { token } else { (token + 1.0) % vocabulary });
    with_tokens(given, "tokens", &tokens)
}

/// Rows and cache with padding everywhere, in both roles, with a cache and without.
pub(super) fn padded_rows(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let sizes = Sizes::of(scenario);
    let mut random = scenario.random("padded");
    let counts = padded_counts(&mut random, sizes.batch, sizes.length);
    let tokens = padded_tokens(&mut random, &counts, sizes.length, sizes.vocabulary);
    let plain = with(&given(scenario), "tokens", tokens.clone());
    let cached = with(&given_cached(scenario), "tokens", tokens);
    let counts = padded_counts(&mut random, sizes.batch, scenario.size("K"));
    let cached = with(&cached, "cache_tokens", count_tensor(&counts));
    for given in [plain, cached] {
        let call = Call::new(TASK, given.clone());
        let outputs = probe.call(&call)?.outputs;
        if let Some(found) = padding::in_hidden(None, &given, &outputs) {
            return Err(Violation::Call(Box::new(found)).into());
        }
        if let Some(hidden) = outputs.get("hidden") {
            every("a hidden state", "finite", &array(hidden), f64::is_finite)?;
        }
    }
    Ok(())
}

pub(super) fn recomposition(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    equal(
        "the hidden states",
        "those of the embeddings, the blocks and the final norm, one after the other",
        &hidden_as_read(&given, &expected(&given)),
        &hidden_as_read(&given, &hidden(probe, &given)?),
        CLOSELY,
    )
}

pub(super) fn recomposition_with_cache(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given_cached(scenario);
    equal(
        "the hidden states behind a cache",
        "those of cache and embeddings, the blocks and the final norm, one after the other",
        &hidden_as_read(&given, &expected(&given)),
        &hidden_as_read(&given, &hidden(probe, &given)?),
        CLOSELY,
    )
}

pub(super) fn causality(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = of_role(scenario, true);
    let position = scenario.random("which").integer(1, scenario.integer("T")) as usize;
    unchanged(
        &format!("changing token {position} in a decoder"),
        &format!("the hidden states at {}", span("position", 0, position - 1)),
        &first(&hidden(probe, &given)?, position),
        &first(&hidden(probe, &changed_at(&given, position))?, position),
        CLOSELY,
    )
}

/// One token changes another's state by far more than this, unless it is not seen at all.
pub(super) fn encoder_sees_all(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = of_role(scenario, false);
    let last = scenario.size("T") - 1;
    // The first row is not padded.
    let state = |hidden: Array| hidden.slice(s![0, 0, ..]).to_owned().into_dyn();
    let before = state(hidden(probe, &given)?);
    let after = state(hidden(probe, &changed_at(&given, last))?);
    let largest = (before - after)
        .iter()
        .fold(0.0_f64, |largest, value| value.abs().max(largest));
    every(
        &format!("the largest change of the state at position 0 in an encoder, where token {last} is another"),
        "above 0: an encoder sees all tokens",
        &scalar(largest),
        |change| change > 1e-9,
    )
}

/// The longest row has padding too, so that the embeddings of the last positions belong to padding alone.
pub(super) fn padding_unseen(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let sizes = Sizes::of(scenario);
    let mut random = scenario.random("padded");
    let counts = padded_counts(&mut random, sizes.batch, sizes.length);
    let longest = counts.iter().copied().max().unwrap_or(1);
    let tokens = padded_tokens(&mut random, &counts, sizes.length, sizes.vocabulary);
    let given = with(&given(scenario), "tokens", tokens);
    let moved = moved_rows(&given, "position_embedding", longest);
    let tokens = array(&given["tokens"]);
    unchanged(
        &format!("changing the position embedding from row {longest} on, where there is padding only"),
        "the hidden states at tokens",
        &at_tokens(&hidden(probe, &given)?, &tokens),
        &at_tokens(&hidden(probe, &moved)?, &tokens),
        EXACTLY,
    )
}

pub(super) fn more_padding(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let tokens = tokens(&given);
    let more = 1 + scenario.random("more").integer(0, 2) as usize;
    let padded = with_tokens(&given, "tokens", &lengthened(&tokens, more));
    let length = tokens.shape()[1];
    equal(
        &format!("the hidden states at tokens with {more} more positions of padding"),
        "those without",
        &at_tokens(&hidden(probe, &given)?, &tokens),
        &at_tokens(&first(&hidden(probe, &padded)?, length), &tokens),
        CLOSELY,
    )
}

pub(super) fn batch_independence(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let which = scenario.random("which").integer(0, scenario.integer("B")) as usize;
    let own = |values: &Array| values.slice_axis(Axis(0), (which..=which).into()).to_owned();
    let alone = with_tokens(&given, "tokens", &own(&tokens(&given)));
    equal(
        &format!("the hidden states of row {which} alone"),
        "those of that row in the batch",
        &own(&hidden(probe, &given)?),
        &hidden(probe, &alone)?,
        CLOSELY,
    )
}

/// The arguments with blocks that add nothing.
fn silent(given: &Tensors) -> Tensors {
    zeroed(
        given,
        &["output_weight", "output_bias", "mlp_output_weight", "mlp_output_bias"],
    )
}

pub(super) fn cache_comes_first(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = silent(&given_cached(scenario));
    let model = Transformer::only(&given);
    let cached = scenario.size("K");
    let output = hidden_as_read(&given, &hidden(probe, &given)?);
    let normalised =
        [array(&given["cache"]), model.embedded(&tokens(&given))].map(|states| model.norm(&states, "final_norm", None));
    let both = concatenate(Axis(1), &[normalised[0].view(), normalised[1].view()]).expect("states of equal width");
    let expected = hidden_as_read(&given, &both);
    equal(
        &format!(
            "the states at {}, where the blocks add nothing",
            span("position", 0, cached - 1)
        ),
        "the cache, normalised once",
        &first(&expected, cached),
        &first(&output, cached),
        CLOSELY,
    )?;
    equal(
        &format!("the states from position {cached} on, where the blocks add nothing"),
        "the embeddings, normalised once",
        &expected.slice(s![.., cached.., ..]).to_owned().into_dyn(),
        &output.slice(s![.., cached.., ..]).to_owned().into_dyn(),
        CLOSELY,
    )
}

/// Exact, since a token's embedding is all that the blocks get of it; all rows are full.
pub(super) fn cache_continues(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let sizes = Sizes::of(scenario);
    let cached = scenario.size("K");
    let whole = Sizes {
        length: cached + sizes.length,
        positions: cached + sizes.length,
        ..sizes
    };
    let mut random = scenario.random("whole");
    let counts = vec![whole.length; sizes.batch];
    let all = array(&padded_tokens(&mut random, &counts, whole.length, sizes.vocabulary));
    let given = drawn(scenario, |random| transformer_call(random, whole, is_decoder(scenario)));
    let given = with_tokens(&filled(&given, "position_embedding", 0.0), "tokens", &all);
    let (begun, rest) = all.view().split_at(Axis(1), cached);
    let cache = Transformer::only(&given).embedded(&begun.to_owned());
    let behind = with_tokens(&given, "tokens", &rest.to_owned());
    let behind = with(&behind, "cache", tensor_like(&given["token_embedding"], &cache));
    let behind = with(&behind, "cache_tokens", count_tensor(&vec![cached; sizes.batch]));
    equal(
        &format!("the hidden states behind the embeddings of the first {cached} tokens, without positions"),
        "those of the whole sequence",
        &hidden(probe, &given)?,
        &hidden(probe, &behind)?,
        CLOSELY,
    )
}

pub(super) fn cache_padding_unseen(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given_cached(scenario);
    let mut random = scenario.random("padded");
    let counts = padded_counts(&mut random, scenario.size("B"), scenario.size("K"));
    let given = with(&given, "cache_tokens", count_tensor(&counts));
    let mut cache = array(&given["cache"]);
    for (at, value) in cache.indexed_iter_mut() {
        if at[1] >= counts[at[0]] {
            *value = 1.0 - 2.0 * *value;
        }
    }
    let moved = with(&given, "cache", tensor_like(&given["cache"], &cache));
    let tokens = tokens(&given);
    unchanged(
        &format!("changing the cached states beyond the first {counts:?} of each row"),
        "the hidden states at tokens",
        &at_tokens(&hidden(probe, &given)?, &tokens),
        &at_tokens(&hidden(probe, &moved)?, &tokens),
        EXACTLY,
    )
}

pub(super) fn positions_from_zero(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, length) = (given_cached(scenario), scenario.size("T"));
    unchanged(
        &format!(
            "changing the rows of the position embedding from {length} on, for {} behind a cache",
            phrase::tokens(length)
        ),
        "the hidden states",
        &hidden(probe, &given)?,
        &hidden(probe, &moved_rows(&given, "position_embedding", length))?,
        ROUNDING,
    )
}

pub(super) fn final_norm_once(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let bias = array(&given["final_norm_bias"]);
    let once = hidden_as_read(&given, &(hidden(probe, &given)? - &bias));
    let weighted = multiplied(&given, "final_norm_weight", 3.0);
    equal(
        "the hidden states, less the bias, where the weight of the final norm is multiplied by 3",
        "3 times the hidden states, less the bias",
        &(once * 3.0),
        &hidden_as_read(&given, &(hidden(probe, &weighted)? - &bias)),
        CLOSELY,
    )
}

pub(super) fn identity_when_silent(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = silent(&given(scenario));
    let model = Transformer::only(&given);
    equal(
        "the hidden states where the blocks add nothing",
        "the embeddings, normalised once",
        &hidden_as_read(
            &given,
            &model.norm(&model.embedded(&tokens(&given)), "final_norm", None),
        ),
        &hidden_as_read(&given, &hidden(probe, &given)?),
        CLOSELY,
    )
}

/// A bias of all keys moves all scores of a query alike: it has no gradient and is not asked for.
pub(super) fn every_weight_counts(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    const OF_LAYERS: [&str; 15] = [
        "norm_1_weight",
        "norm_1_bias",
        "query_weight",
        "query_bias",
        "key_weight",
        "value_weight",
        "value_bias",
        "output_weight",
        "output_bias",
        "norm_2_weight",
        "norm_2_bias",
        "mlp_hidden_weight",
        "mlp_hidden_bias",
        "mlp_output_weight",
        "mlp_output_bias",
    ];
    const OF_MODEL: [&str; 4] = [
        "token_embedding",
        "position_embedding",
        "final_norm_weight",
        "final_norm_bias",
    ];
    let given = given(scenario);
    let shape = expected(&given);
    let cotangent = scenario.normal("cotangent", shape.shape());
    let mut call = Call::new(TASK, given);
    call.gradient = Some(Gradient {
        by: OF_LAYERS.iter().chain(&OF_MODEL).map(ToString::to_string).collect(),
        cotangents: Tensors::from([("hidden".to_owned(), cotangent)]),
    });
    let gradients = probe.call(&call)?.gradients;
    for (name, gradient) in &gradients {
        let gradient: Array = array(gradient);
        let layers = if OF_LAYERS.contains(&name.as_str()) {
            gradient.shape()[0]
        } else {
            1
        };
        let per_layer = gradient.len() / layers.max(1);
        let values: Vec<f64> = gradient.iter().copied().collect();
        for (layer, own) in values.chunks(per_layer.max(1)).enumerate() {
            let largest = own.iter().fold(0.0_f64, |largest, value| value.abs().max(largest));
            if largest == 0.0 || largest.is_nan() {
                let what = format!("the largest gradient by {name}, layer {layer}");
                return Err(broken_rule(&what, &[], &largest.to_string(), "above 0"));
            }
        }
    }
    Ok(())
}

pub(super) fn too_long(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let positions = scenario.size("positions");
    let length = positions + scenario.size("more");
    let sizes = Sizes {
        positions,
        ..Sizes::new(1, length, 1, 2)
    };
    let given = drawn(scenario, |random| transformer_call(random, sizes, is_decoder(scenario)));
    let input = format!("a sequence of {length} positions, where {positions} are known");
    probe.refused(&Call::new(TASK, given), &input)
}
