//! Inputs of `causal_self_attention`.

use judge::contract::arguments::{arguments, with};
use judge::contract::random::{Random, floats};
use wire::{Tensor, Tensors};

/// Weights spread so that scores are of order one, no bias zero, dropout rates that must not matter.
pub(super) fn case(random: &mut Random, [batch, length, width, heads]: [usize; 4], rotary: bool) -> Tensors {
    let deviation = 1.2 / (width as f64).sqrt();
    arguments([
        ("input", random.normal(&[batch, length, width])),
        ("c_attn_weight", random.scaled(&[3 * width, width], deviation)),
        ("c_attn_bias", random.scaled(&[3 * width], 0.5)),
        ("c_proj_weight", random.scaled(&[width, width], deviation)),
        ("c_proj_bias", random.scaled(&[width], 0.5)),
        ("heads", Tensor::integer(heads as i64)),
        ("block_size", Tensor::integer(length as i64 + 3)),
        ("rotary", Tensor::flag(rotary)),
        ("attention_dropout", Tensor::real(0.2)),
        ("residual_dropout", Tensor::real(0.3)),
        ("train", Tensor::flag(false)),
    ])
}

pub(super) fn small(random: &mut Random) -> Tensors {
    let input = random.scaled(&[2, 3, 4], 1e-3);
    with(&case(random, [2, 3, 4, 1], false), "input", input)
}

/// One head of 16 channels in which the scores, masked ones too, are `query * key / 4` and 20 times the rank of the key.
///
/// The biases make queries and keys, but for channel 1 of the keys, which is 80 times channel 0 of the token: its rank,
/// a whole number. So the scores are exact in f32, however they are computed, and each token's weight is 1, to f32, at
/// the highest rank so far. Scores this large that differ by less would be rounded by some correct ways.
pub(super) fn offset(random: &mut Random, query: f32, key: f32) -> Tensors {
    const WIDTH: usize = 16;
    let layer = case(random, [2, 4, WIDTH, 1], false);
    let mut input = layer["input"].to_f64();
    let ranks = (0..2).flat_map(|_| random.permutation(4));
    for (token, rank) in ranks.enumerate() {
        input[token * WIDTH] = rank as f64;
    }
    let mut weight = layer["c_attn_weight"].to_f64();
    let mut bias = layer["c_attn_bias"].to_f64();
    weight[..2 * WIDTH * WIDTH].fill(0.0);
    bias[..2 * WIDTH].fill(0.0);
    weight[(WIDTH + 1) * WIDTH] = 80.0;
    bias[..2].copy_from_slice(&[f64::from(query), 1.0]);
    bias[WIDTH] = f64::from(key);
    let like = |name: &str, values: Vec<f64>| {
        let values = values.into_iter().map(|value| value as f32).collect();
        floats(layer[name].shape(), values)
    };
    let changed = with(&layer, "input", like("input", input));
    let changed = with(&changed, "c_attn_weight", like("c_attn_weight", weight));
    with(&changed, "c_attn_bias", like("c_attn_bias", bias))
}
