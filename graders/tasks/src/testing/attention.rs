//! Attention in plain Rust, right and wrong, to try properties and golden cases on.

use judge::contract::arguments::{Array, arguments, array, tensor};
use judge::contract::random::Random;
use judge::contract::subject::Call;
use ndarray::{IxDyn, s};
use wire::{Outcome, Tensors};

use crate::attention::inputs::{linear, product, rotated, scores};

/// What a function in these tests gives.
pub(crate) type Answer = Result<Tensors, Outcome>;

/// How an attention layer, or a part of it, is written: rightly in one of several ways, or with one mistake.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Variant {
    // Right.
    Plain,
    FilledMinusBillion,
    MaximumOverAllScores,
    MaskedAfterSoftmaxAndRenormalised,
    // Wrong masks and scores.
    Filled(f64),
    MaskAddedAsBias,
    MaskedAfterSoftmax,
    WithoutMaximum,
    ClampedScores,
    NotCausal,
    /// Scores times this power of the head dimension.
    Scaled(f64),
    SoftmaxOverQueries,
    QueriesAndKeysSwapped,
    ScoresReturnedAsWeights,
    ClampedValues,
    // Wrong heads and projections.
    SplitByReshape,
    MergedByReshape,
    MergedTwice,
    InterleavedHeads,
    ThirdsWithinHeads,
    WithoutProjection,
    ScaledByWidth,
    // Wrong rotation.
    NeverRotated,
    RotatedBeforeSplit,
    OnlyQueriesRotated,
    // Wrong dropout and lengths.
    DropoutAlways,
    DropoutNever,
    DropoutAfterValues,
    DropoutBeforeSoftmax,
    DropoutUnscaled,
    KeepRateForDropRate,
    RatesSwapped,
    BatchMixed,
}

use Variant::*;

/// `scaled_dot_product_attention`, over any leading axes.
#[expect(clippy::unnecessary_wraps, reason = "the shape of a submission's function")]
pub(crate) fn attention(way: Variant, call: &Call) -> Answer {
    let given = |name: &str| array(&call.arguments[name]);
    let (query, key, value) = (given("query"), given("key"), given("value"));
    let leading = query.shape()[..query.ndim() - 2].to_vec();
    let flat = |values: &Array| {
        let (rows, columns) = (values.shape()[values.ndim() - 2], values.shape()[values.ndim() - 1]);
        let shape = IxDyn(&[leading.iter().product(), rows, columns]);
        values
            .clone()
            .into_shape_with_order(shape)
            .expect("leading axes flatten")
    };
    let (queries, keys) = (query.shape()[query.ndim() - 2], key.shape()[key.ndim() - 2]);
    let whole = [leading.as_slice(), &[queries, keys]].concat();
    let visible = call.arguments.get("mask").map_or(Array::ones(IxDyn(&whole)), |mask| {
        array(mask)
            .broadcast(IxDyn(&whole))
            .expect("the mask broadcasts")
            .to_owned()
    });
    let (output, weights) = attend(
        way,
        [&flat(&query), &flat(&key), &flat(&value)],
        &flat(&visible),
        &mut |_| {},
    );
    let unflat = |values: Array| {
        let shape = [leading.as_slice(), &values.shape()[1..]].concat();
        tensor(
            &values
                .into_shape_with_order(IxDyn(&shape))
                .expect("leading axes come back"),
        )
    };
    Ok(arguments([("output", unflat(output)), ("weights", unflat(weights))]))
}

/// Attention over `[N, T, d]`; `drop` is applied to the weights.
fn attend(
    way: Variant,
    [query, key, value]: [&Array; 3],
    visible: &Array,
    drop: &mut dyn FnMut(&mut Array),
) -> (Array, Array) {
    let mut scores = match way {
        QueriesAndKeysSwapped if query.shape() == key.shape() => scores(key, query),
        _ => scores(query, key),
    };
    if let Scaled(power) = way {
        scores *= (query.shape()[2] as f64).powf(power);
    }
    if way == ClampedScores {
        scores.mapv_inplace(|score| score.clamp(-50.0, 50.0));
    }
    if way == DropoutBeforeSoftmax {
        drop(&mut scores);
    }
    let mut weights = masked_softmax(way, &scores, visible);
    if !matches!(way, DropoutBeforeSoftmax | DropoutAfterValues) {
        drop(&mut weights);
    }
    let mut output = match way {
        ClampedValues => product(&weights, &value.mapv(|value| value.clamp(-1.0, 1.0))),
        _ => product(&weights, value),
    };
    if way == DropoutAfterValues {
        drop(&mut output);
    }
    let weights = if way == ScoresReturnedAsWeights {
        scores
    } else {
        weights
    };
    (output, weights)
}

fn masked_softmax(way: Variant, scores: &Array, visible: &Array) -> Array {
    let seen = |at: [usize; 3]| way == NotCausal || visible[at] != 0.0;
    let masked = Array::from_shape_fn(scores.raw_dim(), |at| {
        let (at, score) = ([at[0], at[1], at[2]], scores[[at[0], at[1], at[2]]]);
        match way {
            _ if seen(at) && way != MaskAddedAsBias => score,
            MaskAddedAsBias => score + visible[at],
            MaskedAfterSoftmax | MaskedAfterSoftmaxAndRenormalised => score,
            FilledMinusBillion => -1e9,
            Filled(fill) => fill,
            _ => f64::NEG_INFINITY,
        }
    });
    let axis = if way == SoftmaxOverQueries { 1 } else { 2 };
    let mut weights = masked;
    for (row, mut lane) in weights.lanes_mut(ndarray::Axis(axis)).into_iter().enumerate() {
        let own = || lane.iter().copied();
        let largest = match way {
            WithoutMaximum => 0.0,
            MaximumOverAllScores => {
                let keys = scores.shape()[2];
                let all = scores.as_slice().expect("scores lie in order");
                all[row * keys..(row + 1) * keys]
                    .iter()
                    .copied()
                    .fold(f64::NEG_INFINITY, f64::max)
            }
            _ => own().fold(f64::NEG_INFINITY, f64::max),
        };
        lane.mapv_inplace(|score| (score - largest).exp());
        let sum = lane.sum();
        lane.mapv_inplace(|weight| weight / sum);
    }
    if matches!(way, MaskedAfterSoftmax | MaskedAfterSoftmaxAndRenormalised) {
        weights *= visible;
    }
    if way == MaskedAfterSoftmaxAndRenormalised {
        let sums = weights.sum_axis(ndarray::Axis(2)).insert_axis(ndarray::Axis(2));
        weights /= &sums;
    }
    weights
}

/// `causal_self_attention`.
pub(crate) fn layer(way: Variant, call: &Call) -> Answer {
    let given = |name: &str| array(&call.arguments[name]);
    let setting = |name: &str| call.arguments[name].item().unwrap_or_default();
    let input = given("input");
    let [batch, length, width] = [0, 1, 2].map(|axis| input.shape()[axis]);
    if length as f64 > setting("block_size") {
        return Err(Outcome::Refused {
            reason: "too long".to_owned(),
        });
    }
    let heads = setting("heads") as usize;
    let projected = linear(&input, &given("c_attn_weight"), &given("c_attn_bias"));
    let [mut query, mut key, value] = [0, 1, 2].map(|third| head_rows(way, &projected, third, heads));
    if setting("rotary") == 1.0 && way != NeverRotated {
        let rotate = |rows: &Array| match way {
            RotatedBeforeSplit => rotated_by_head(rows, heads),
            _ => rotated(rows, 0),
        };
        query = rotate(&query);
        key = if way == OnlyQueriesRotated { key } else { rotate(&key) };
    }
    if way == ScaledByWidth {
        query *= (1.0 / heads as f64).sqrt();
    }
    let (mut attention_rate, mut residual_rate) = (setting("attention_dropout"), setting("residual_dropout"));
    if way == RatesSwapped {
        (attention_rate, residual_rate) = (residual_rate, attention_rate);
    }
    let mut random = Random::new(call.seed as u64, "dropout");
    let train = (setting("train") == 1.0 || way == DropoutAlways) && way != DropoutNever;
    let visible = Array::from_shape_fn(IxDyn(&[batch * heads, length, length]), |at| {
        f64::from(u8::from(at[2] <= at[1]))
    });
    let (attended, _) = attend(way, [&query, &key, &value], &visible, &mut |weights| {
        dropout(way, weights, attention_rate, train, &mut random);
    });
    let merged = merge(way, &attended, [batch, heads, length, width / heads]);
    let mut output = match way {
        WithoutProjection => merged,
        _ => linear(&merged, &given("c_proj_weight"), &given("c_proj_bias")),
    };
    if way == BatchMixed {
        let mean = output.mean_axis(ndarray::Axis(0)).expect("a batch is not empty");
        output = &output * 0.99 + &mean.insert_axis(ndarray::Axis(0)) * 0.01;
    }
    dropout(way, &mut output, residual_rate, train, &mut random);
    Ok(arguments([("output", tensor(&output))]))
}

/// One third of `[B, T, 3C]` as `[B h, T, d]`.
fn head_rows(way: Variant, projected: &Array, third: usize, heads: usize) -> Array {
    let [batch, length, width] = [projected.shape()[0], projected.shape()[1], projected.shape()[2] / 3];
    let dimension = width / heads;
    Array::from_shape_fn(IxDyn(&[batch * heads, length, dimension]), |at| {
        let (sequence, head) = (at[0] / heads, at[0] % heads);
        let (mut token, mut channel) = (at[1], head * dimension + at[2]);
        match way {
            InterleavedHeads => channel = at[2] * heads + head,
            SplitByReshape => {
                let place = (head * length + token) * dimension + at[2];
                (token, channel) = (place / width, place % width);
            }
            // [h, 3, d] instead of [3, h, d].
            ThirdsWithinHeads => return projected[[sequence, token, (head * 3 + third) * dimension + at[2]]],
            _ => {}
        }
        projected[[sequence, token, third * width + channel]]
    })
}

/// `[B h, T, d]` as `[B, T, C]`.
fn merge(way: Variant, attended: &Array, [batch, heads, length, dimension]: [usize; 4]) -> Array {
    let shape = IxDyn(&[batch, length, heads * dimension]);
    let reshaped = |values: &Array| {
        let values: Vec<f64> = values.iter().copied().collect();
        Array::from_shape_vec(shape.clone(), values).expect("as many values as before")
    };
    if way == MergedByReshape {
        return reshaped(attended);
    }
    let merged = Array::from_shape_fn(shape.clone(), |at| {
        let head = match way {
            InterleavedHeads => return attended[[at[0] * heads + at[2] % heads, at[1], at[2] / heads]],
            _ => at[2] / dimension,
        };
        attended[[at[0] * heads + head, at[1], at[2] % dimension]]
    });
    if way != MergedTwice {
        return merged;
    }
    // [B, T, C] read as [B, T, h, d], transposed and read as [B, T, C] once more.
    let apart = merged
        .into_shape_with_order(IxDyn(&[batch, length, heads, dimension]))
        .expect("it splits");
    reshaped(&apart.permuted_axes(IxDyn(&[0, 2, 1, 3])))
}

/// Rotates with the head's number as position: the head axis stands where positions should.
fn rotated_by_head(rows: &Array, heads: usize) -> Array {
    let mut turned = rows.clone();
    for (row, mut own) in turned.outer_iter_mut().enumerate() {
        let length = own.shape()[0];
        for token in 0..length {
            let one = rows.slice(s![row..=row, token..=token, ..]).to_owned().into_dyn();
            own.slice_mut(s![token, ..])
                .assign(&rotated(&one, row % heads).slice(s![0, 0, ..]));
        }
    }
    turned
}

fn dropout(way: Variant, values: &mut Array, rate: f64, train: bool, random: &mut Random) {
    if !train || rate == 0.0 {
        return;
    }
    let dropped = if way == KeepRateForDropRate { 1.0 - rate } else { rate };
    let scale = if way == DropoutUnscaled {
        1.0
    } else {
        1.0 / (1.0 - dropped)
    };
    values.mapv_inplace(|value| if random.unit() < dropped { 0.0 } else { value * scale });
}
