//! Properties of `causal_self_attention` outside training.

use judge::checks::assertions::{ROUNDING, broken_rule, equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::compare::number;
use judge::contract::arguments::{Array, array, tensor};
use judge::contract::scenario::Scenario;
use judge::findings::stop::Holds;
use ndarray::{Axis, IxDyn, s};
use wire::Tensors;

use crate::attention::inputs::{CLOSELY, rotated, running_mean, scores, span};
use crate::attention::layer::{Layer, TASK, Third};
use crate::phrase;

/// A token that is not the first.
fn later_token(scenario: &Scenario, layer: &Layer) -> usize {
    scenario.random("which").integer(1, layer.length as i64) as usize
}

/// The first positions of `[B, T, C]`.
fn before(values: &Array, position: usize) -> Array {
    values.slice(s![.., ..position, ..]).to_owned().into_dyn()
}

/// The layer with one token changed.
fn with_token(layer: &Layer, token: usize, change: impl Fn(f64) -> f64) -> Layer {
    let mut input = layer.array("input");
    input.slice_mut(s![.., token, ..]).mapv_inplace(change);
    layer.with("input", &input)
}

pub(super) fn causality(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::random(scenario);
    let token = later_token(scenario, &layer);
    let changed = with_token(&layer, token, |value| 1.0 - 2.0 * value);
    let (original, after) = (layer.output(probe)?, changed.output(probe)?);
    unchanged(
        &format!("changing token {token} of the input"),
        &format!("the output at {}", span("position", 0, token - 1)),
        &before(&original, token),
        &before(&after, token),
        CLOSELY,
    )
}

pub(super) fn jacobian_causality(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::random(scenario);
    let token = later_token(scenario, &layer);
    let mut cotangent = array(&scenario.normal("cotangent", layer.arguments["input"].shape()));
    cotangent.slice_mut(s![.., token.., ..]).fill(0.0);
    let cotangents = Tensors::from([("output".to_owned(), tensor(&cotangent))]);
    let gradient = probe.gradient(TASK, &layer.arguments, "input", cotangents)?;
    let later = gradient.slice(s![.., token.., ..]).to_owned().into_dyn();
    equal(
        &format!(
            "the gradient of the output at {} by {}",
            span("position", 0, token - 1),
            span("token", token, layer.length - 1)
        ),
        "0",
        &Array::zeros(later.raw_dim()),
        &later,
        ROUNDING,
    )
}

pub(super) fn prefix(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::random(scenario);
    let length = later_token(scenario, &layer);
    let mut short = layer.with("input", &before(&layer.array("input"), length));
    short.length = length;
    let (whole, alone) = (layer.output(probe)?, short.output(probe)?);
    let tokens = if length == 1 {
        "token".to_owned()
    } else {
        format!("{length} tokens")
    };
    equal(
        &format!("the output for the first {tokens} alone"),
        &format!("the output for all {} tokens, at the same positions", layer.length),
        &before(&whole, length),
        &alone,
        CLOSELY,
    )
}

pub(super) fn batch_independence(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::random(scenario);
    let which = scenario.random("which").integer(0, layer.batch as i64) as usize;
    let own = |values: &Array| values.slice(s![which..=which, .., ..]).to_owned().into_dyn();
    let input = layer.array("input");
    let mut others = input.mapv(|value| 1.0 - 2.0 * value);
    others.slice_mut(s![which..=which, .., ..]).assign(&own(&input));
    let together = own(&layer.output(probe)?);
    unchanged(
        &format!("changing all sequences of the batch but {which}"),
        &format!("the output for sequence {which}"),
        &together,
        &own(&layer.with("input", &others).output(probe)?),
        CLOSELY,
    )?;
    equal(
        &format!("the output for sequence {which} in a batch of {}", layer.batch),
        "the output for that sequence alone",
        &layer.with("input", &own(&input)).output(probe)?,
        &together,
        CLOSELY,
    )
}

pub(super) fn weights_are_distributions(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::revealing(scenario, 1, scenario.size("T"), 1);
    let output = layer.output(probe)?;
    for head in 0..layer.heads {
        let weights = layer.revealed(&output, head, 0);
        for (at, &weight) in weights.indexed_iter() {
            let (what, rule) = if at[2] > at[1] {
                ("later", "exactly 0")
            } else {
                ("visible", "at least 0")
            };
            if weight < 0.0 || weight.is_nan() || (at[2] > at[1] && weight != 0.0) {
                let what = format!(
                    "the weight of head {head} from token {} to the {what} token {}",
                    at[1], at[2]
                );
                return Err(broken_rule(&what, &[at[1], at[2]], &number(weight), rule));
            }
        }
        let sums = weights.sum_axis(Axis(2));
        equal(
            &format!("the sum of the weights of head {head}, for each token"),
            "1",
            &Array::ones(sums.raw_dim()),
            &sums,
            CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn scores_of_weights(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::revealing(scenario, 1, scenario.size("T"), 1);
    let output = layer.output(probe)?;
    let rotary = scenario.size("rotary") == 1;
    let queries_and_keys = [Third::Query, Third::Key].map(|third| layer.projected(third));
    for head in 0..layer.heads {
        let [query, key] = queries_and_keys.each_ref().map(|all| {
            let own = all.slice(s![.., .., layer.channels_of(head)]).to_owned().into_dyn();
            if rotary { rotated(&own, 0) } else { own }
        });
        let logarithms = layer.revealed(&output, head, 0).mapv(f64::ln);
        equal(
            &format!("ln of the weight of head {head} for each token, less that for token 0"),
            "the score q k / sqrt(C/h) for each token, less that for token 0",
            &relative_to_first(&scores(&query, &key)),
            &relative_to_first(&logarithms),
            CLOSELY,
        )?;
    }
    Ok(())
}

/// Each visible entry of `[1, T, T]` less the first of its row, 0 for what is masked.
fn relative_to_first(values: &Array) -> Array {
    Array::from_shape_fn(values.raw_dim(), |at| {
        if at[2] > at[1] {
            0.0
        } else {
            values[[0, at[1], at[2]]] - values[[0, at[1], 0]]
        }
    })
}

/// The layer with the identity as last projection.
fn unprojected(layer: &Layer) -> Layer {
    let width = layer.width();
    let identity = Array::from_shape_fn(IxDyn(&[width, width]), |at| f64::from(u8::from(at[0] == at[1])));
    layer
        .with("c_proj_weight", &identity)
        .with("c_proj_bias", &Array::zeros(IxDyn(&[width])))
}

pub(super) fn hull(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = unprojected(&Layer::random(scenario));
    let (output, values) = (layer.output(probe)?, layer.projected(Third::Value));
    for (at, &given) in output.indexed_iter() {
        let so_far = (0..=at[1]).map(|token| values[[at[0], token, at[2]]]);
        let (least, greatest) = so_far.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, greatest), value| {
            (least.min(value), greatest.max(value))
        });
        if !(least - CLOSELY..=greatest + CLOSELY).contains(&given) {
            let what = format!("channel {} at position {}, c_proj being the identity", at[2], at[1]);
            let seen = span("token", 0, at[1]);
            let rule = phrase::within(least, greatest, &format!("of {seen} in that channel"));
            return Err(broken_rule(&what, &[at[0], at[1], at[2]], &number(given), &rule));
        }
    }
    Ok(())
}

pub(super) fn constant_value(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let random = Layer::random(scenario);
    let width = random.width();
    let bias = array(&scenario.normal("value", &[width]));
    let layer = random.with_third(Third::Value, &Array::zeros(IxDyn(&[width, width])), &bias);
    equal(
        "the output where every token has the same value",
        "that value, projected by c_proj",
        &layer.last_projection(&layer.projected(Third::Value)),
        &layer.output(probe)?,
        CLOSELY,
    )
}

/// The layer with queries of zeros: every score is 0.
fn without_queries(layer: &Layer) -> Layer {
    let width = layer.width();
    layer.with_third(
        Third::Query,
        &Array::zeros(IxDyn(&[width, width])),
        &Array::zeros(IxDyn(&[width])),
    )
}

pub(super) fn zero_query(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = without_queries(&Layer::random(scenario));
    equal(
        "the output where all queries are zero",
        "the mean of the values so far, projected by c_proj",
        &layer.last_projection(&running_mean(&layer.projected(Third::Value))),
        &layer.output(probe)?,
        CLOSELY,
    )
}

pub(super) fn head_independence(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::random(scenario);
    let head = scenario.random("which").integer(0, layer.heads as i64) as usize;
    let channels = layer.channels_of(head);
    let mut projection = layer.array("c_proj_weight");
    projection.slice_mut(s![.., channels.clone()]).fill(0.0);
    let layer = layer.with("c_proj_weight", &projection);
    let mut weight = layer.array("c_attn_weight");
    for third in [Third::Query, Third::Key, Third::Value] {
        let first = layer.rows_of(third).start;
        weight
            .slice_mut(s![first + channels.start..first + channels.end, ..])
            .mapv_inplace(|value| 1.0 - 2.0 * value);
    }
    let changed = layer.with("c_attn_weight", &weight);
    unchanged(
        &format!("changing the query, key and value weights of head {head}, which c_proj ignores"),
        "the output",
        &layer.output(probe)?,
        &changed.output(probe)?,
        ROUNDING,
    )
}

pub(super) fn head_permutation(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::random(scenario);
    let mut order = scenario.random("order").permutation(layer.heads);
    if order.is_sorted() {
        order.rotate_right(1);
    }
    let channels: Vec<usize> = order.iter().flat_map(|&head| layer.channels_of(head)).collect();
    let rows: Vec<usize> = [Third::Query, Third::Key, Third::Value]
        .into_iter()
        .flat_map(|third| channels.iter().map(move |channel| (third, *channel)))
        .map(|(third, channel)| layer.rows_of(third).start + channel)
        .collect();
    let permuted = layer
        .with("c_attn_weight", &layer.array("c_attn_weight").select(Axis(0), &rows))
        .with("c_attn_bias", &layer.array("c_attn_bias").select(Axis(0), &rows))
        .with(
            "c_proj_weight",
            &layer.array("c_proj_weight").select(Axis(1), &channels),
        );
    unchanged(
        &format!("reordering the heads in c_attn and in c_proj alike to {order:?}"),
        "the output",
        &layer.output(probe)?,
        &permuted.output(probe)?,
        CLOSELY,
    )
}

pub(super) fn past_order(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::random(scenario);
    let last = layer.length - 1;
    let mut order = scenario.random("order").permutation(last);
    if order.is_sorted() {
        order.rotate_right(1);
    }
    let cause = format!("reordering the tokens before token {last} to {order:?}");
    order.push(last);
    let reordered = layer.with("input", &layer.array("input").select(Axis(1), &order));
    let at_last = |values: &Array| values.index_axis(Axis(1), last).to_owned();
    unchanged(
        &cause,
        &format!("the output at position {last}, without rotation"),
        &at_last(&layer.output(probe)?),
        &at_last(&reordered.output(probe)?),
        CLOSELY,
    )
}

pub(super) fn projection(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let random = Layer::random(scenario);
    let width = random.width();
    let layer = random.with("c_proj_weight", &Array::zeros(IxDyn(&[width, width])));
    let output = layer.output(probe)?;
    let bias = layer.array("c_proj_bias");
    let expected = Array::from_shape_fn(output.raw_dim(), |at| bias[[at[2]]]);
    equal(
        "the output where c_proj_weight is zero",
        "c_proj_bias",
        &expected,
        &output,
        CLOSELY,
    )
}

pub(super) fn mask_fill(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let random = Layer::random(scenario);
    let (width, dimension) = (random.width(), random.dimension);
    let nothing = Array::zeros(IxDyn(&[width, width]));
    // Channel 0 of every head alone makes the scores: the same for all pairs of tokens, so softmax is uniform.
    let first_of_each_head =
        |value: f64| Array::from_shape_fn(IxDyn(&[width]), |at| if at[0] % dimension == 0 { value } else { 0.0 });
    for score in [scenario.integer("score"), 100_000] {
        let query = -32.0 * (dimension as f64).sqrt();
        let layer = random
            .with_third(Third::Query, &nothing, &first_of_each_head(query))
            .with_third(Third::Key, &nothing, &first_of_each_head(score as f64 / 32.0));
        equal(
            &format!("the output where every score is -{score}"),
            "the mean of the values so far, projected by c_proj",
            &layer.last_projection(&running_mean(&layer.projected(Third::Value))),
            &layer.output(probe)?,
            CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn stability(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let layer = Layer::random(scenario);
    let token = later_token(scenario, &layer);
    let output = with_token(&layer, token, |value| value + 1e3).output(probe)?;
    every(
        &format!("an output where token {token} is about 1000, in f32"),
        "finite",
        &output,
        f64::is_finite,
    )?;
    unchanged(
        &format!("moving token {token} of the input by 1000"),
        &format!("the output at {}", span("position", 0, token - 1)),
        &before(&layer.output(probe)?, token),
        &before(&output, token),
        CLOSELY,
    )
}
