//! Causal self-attention and the parts that it is made of.
//!
//! Letters in shapes: B batch, T positions of the queries, S positions of the keys, C embedding width, h heads,
//! d head dimension.

use tch::{Device, Tensor};

use crate::types::{AttentionConfig, AttentionWeights, InvalidInput};

// helper:begin
use tch::Kind;

use crate::parts;
// helper:end

/// The causal mask: which position may attend to which.
///
/// - `length`: T, at least 1.
/// - Returns `[T, T]`, dtype bool, on `device`: the entry in row i, column j is true where position i **may** attend
///   to position j, that is where j <= i. A position sees itself.
///
/// Source: Deep Learning 1, Assignment 2, question 2.2; "Attention Is All You Need", section 3.2.3.
pub fn causal_mask(length: i64, device: Device) -> Tensor {
    // solution:begin build the [T, T] mask: true where the row may attend to the column
    Tensor::ones([length, length], (Kind::Bool, device)).tril(0)
    // solution:end
}

/// Scaled dot-product attention: `softmax(Q K^T / sqrt(d_k)) V`, with the weights.
///
/// - `query`: `[..., T, d_k]`, `key`: `[..., S, d_k]`, `value`: `[..., S, d_v]` with equal leading axes (none, or batch,
///   or batch and heads, ...), equal dtype and device. T and S may differ, and so may `d_k` and `d_v`.
/// - `mask`: bool, broadcasts to `[..., T, S]`; true where the query may see the key. Every query sees at least one
///   key. `None`: every query sees every key.
/// - Returns the output `[..., T, d_v]` and the weights `[..., T, S]`, in the dtype of the query. The weights of one
///   query are not negative and sum to 1 over the keys; at a masked key they are exactly 0.
///
/// A masked score counts as minus infinity, however large or small the visible ones are. Scores of 1e3 and more give
/// finite results. libtorch's fused attention operators, in any spelling, may not be called here.
///
/// Gradients reach queries, keys and values through the output, and queries and keys through the weights.
///
/// Source: Deep Learning 1, Assignment 2, Eq. 4; "Attention Is All You Need", Eq. 1.
pub fn scaled_dot_product_attention(
    query: &Tensor,
    key: &Tensor,
    value: &Tensor,
    mask: Option<&Tensor>,
) -> (Tensor, Tensor) {
    // solution:begin compute the attention output and the attention weights
    let key_dimension = query.size()[query.dim() - 1] as f64;
    let scores = query.matmul(&key.transpose(-2, -1)) / key_dimension.sqrt();
    let scores = match mask {
        Some(mask) => scores.masked_fill(&mask.logical_not(), f64::NEG_INFINITY),
        None => scores,
    };
    let weights = scores.softmax(-1, None);
    (weights.matmul(value), weights)
    // solution:end
}

/// Splits the channels into heads: `[B, T, C]` to `[B, h, T, C/h]`.
///
/// - `input`: `[B, T, C]`; `heads`: h, divides C.
/// - Returns `[B, h, T, C/h]`: head i holds the channels `i * C/h .. (i + 1) * C/h` of every position, in their order.
///
/// Gradients reach the input.
///
/// Source: Deep Learning 1, Assignment 2, question 2.2; "Attention Is All You Need", section 3.2.2.
pub fn split_heads(input: &Tensor, heads: i64) -> Tensor {
    // solution:begin give each head its own block of channels, and move the heads before the positions
    input.unflatten(-1, [heads, -1]).transpose(1, 2)
    // solution:end
}

/// Merges the heads back into channels: `[B, h, T, d]` to `[B, T, h d]`, the inverse of `split_heads`.
///
/// - `input`: `[B, h, T, d]`.
/// - Returns `[B, T, h d]`: the channels `i * d .. (i + 1) * d` of a position are those of head i.
///
/// Gradients reach the input.
///
/// Source: Deep Learning 1, Assignment 2, question 2.2; "Attention Is All You Need", section 3.2.2 (the
/// concatenation).
pub fn merge_heads(input: &Tensor) -> Tensor {
    // solution:begin put the heads of each position side by side again
    input.transpose(1, 2).flatten(-2, -1)
    // solution:end
}

/// Causal multi-head self-attention, as in GPT.
///
/// In this order:
/// 1. `c_attn` projects each position from C to 3C channels: first the query, then the key, then the value.
/// 2. Each of the three is split into heads (`split_heads`).
/// 3. Where `config.rotary` is set, queries and keys are rotated per head (`rotary_embedding`, positions from 0).
/// 4. Scaled dot-product attention under the causal mask, each head on its own; the scale is that of one head.
/// 5. Dropout with rate `config.attention_dropout` on the attention weights, after the softmax.
/// 6. The heads are merged (`merge_heads`) and projected by `c_proj`.
/// 7. Dropout with rate `config.residual_dropout` on the result.
///
/// - `input`: `[B, T, C]`, f64 or f32; C is divisible by `config.heads`. `weights`: see `AttentionWeights`; a linear
///   layer computes `x W^T + b`.
/// - `train`: dropout is active only when this is true; survivors are scaled by `1 / (1 - rate)`. When it is false the
///   rates make no difference and two calls give the same result. Dropout draws from libtorch's generator.
/// - Returns `[B, T, C]` in the dtype and on the device of `input`.
/// - Error: `InvalidInput` when T is greater than `config.block_size`. T = `block_size` and T = 1 are fine.
///
/// Call the parts through `crate::parts` (`parts::split_heads(...)` and so on): then a mistake in a part costs the
/// points of that part only. Fused, multi-head and encoder-layer operators of libtorch may not be called here.
///
/// Gradients reach the input, all weights and all biases, in training too.
///
/// Source: Deep Learning 1, Assignment 2, question 2.2(a), Eq. 4; "Attention Is All You Need", section 3.2.2.
pub fn causal_self_attention(
    input: &Tensor,
    weights: &AttentionWeights,
    config: &AttentionConfig,
    train: bool,
) -> Result<Tensor, InvalidInput> {
    // solution:begin project to queries, keys and values, attend causally in each head, merge and project
    let (length, width) = (input.size()[1], input.size()[2]);
    if length > config.block_size {
        return Err(InvalidInput::new(format!(
            "the sequence has {length} tokens, block_size is {}",
            config.block_size
        )));
    }

    let projected = input.linear(&weights.c_attn_weight, Some(&weights.c_attn_bias));
    let heads_of = |part| parts::split_heads(&projected.narrow(-1, part * width, width), config.heads);
    let (mut query, mut key, value) = (heads_of(0), heads_of(1), heads_of(2));
    if config.rotary {
        (query, key) = parts::rotary_embedding(&query, &key, 0);
    }

    let mask = parts::causal_mask(length, input.device());
    let (_, attention) = parts::scaled_dot_product_attention(&query, &key, &value, Some(&mask));
    // Dropout falls on the weights, so they meet the values here and the part's own output is not used.
    let attended = attention.dropout(config.attention_dropout, train).matmul(&value);

    Ok(parts::merge_heads(&attended)
        .linear(&weights.c_proj_weight, Some(&weights.c_proj_bias))
        .dropout(config.residual_dropout, train))
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use tch::{Device, Kind, Tensor};

    use super::{causal_mask, causal_self_attention, merge_heads, scaled_dot_product_attention, split_heads};
    use crate::types::{AttentionConfig, AttentionWeights};

    /// One head over two channels: the query and the key are zero, the value is the input, the output doubles it.
    fn running_mean_layer() -> (AttentionWeights, AttentionConfig) {
        let weights = AttentionWeights {
            c_attn_weight: Tensor::from_slice2(&[
                [0.0, 0.0],
                [0.0, 0.0],
                [0.0, 0.0],
                [0.0, 0.0],
                [1.0, 0.0],
                [0.0, 1.0],
            ]),
            c_attn_bias: Tensor::zeros([6], (Kind::Double, Device::Cpu)),
            c_proj_weight: Tensor::eye(2, (Kind::Double, Device::Cpu)) * 2.0,
            c_proj_bias: Tensor::from_slice(&[0.0, 1.0]),
        };
        let config = AttentionConfig {
            heads: 1,
            block_size: 3,
            rotary: false,
            attention_dropout: 0.5,
            residual_dropout: 0.5,
        };
        (weights, config)
    }

    #[test]
    fn the_mask_lets_a_position_see_itself_and_the_past() {
        let mask = causal_mask(3, Device::Cpu);
        assert_eq!(mask.kind(), Kind::Bool);
        let expected = Tensor::from_slice2(&[[1, 0, 0], [1, 1, 0], [1, 1, 1]]);
        assert_eq!(mask, expected.to_kind(Kind::Bool));
    }

    #[test]
    fn weights_follow_the_scores_divided_by_the_root_of_the_head_dimension() {
        // d_k = 4: the scores are 0 and 2 ln 3, halved to 0 and ln 3, so the weights are 1/4 and 3/4.
        let query = Tensor::from_slice2(&[[1.0, 1.0, 0.0, 0.0]]);
        let key = Tensor::from_slice2(&[[0.0; 4], [3.0_f64.ln(); 4]]);
        let value = Tensor::from_slice2(&[[8.0], [0.0]]);
        let (output, weights) = scaled_dot_product_attention(&query, &key, &value, None);
        let expected = Tensor::from_slice2(&[[0.25, 0.75]]);
        assert!(weights.allclose(&expected, 1e-14, 0.0, false));
        assert!(output.allclose(&Tensor::from_slice2(&[[2.0]]), 1e-14, 0.0, false));
    }

    #[test]
    fn a_masked_key_has_no_weight_even_where_the_visible_scores_are_very_low() {
        let query = Tensor::from_slice2(&[[-300.0]]);
        let key = Tensor::from_slice2(&[[300.0], [0.0]]);
        let value = Tensor::from_slice2(&[[5.0], [7.0]]);
        let mask = Tensor::from_slice2(&[[true, false]]);
        let (output, weights) = scaled_dot_product_attention(&query, &key, &value, Some(&mask));
        assert_eq!(weights, Tensor::from_slice2(&[[1.0, 0.0]]));
        assert_eq!(output, Tensor::from_slice2(&[[5.0]]));
    }

    #[test]
    fn a_head_is_a_block_of_channels_and_merging_undoes_splitting() {
        let input = Tensor::arange(12, (Kind::Double, Device::Cpu)).view([1, 2, 6]);
        let split = split_heads(&input, 3);
        assert_eq!(split.size(), [1, 3, 2, 2]);
        let second_head = Tensor::from_slice2(&[[2.0, 3.0], [8.0, 9.0]]);
        assert_eq!(split.select(1, 1).squeeze(), second_head);
        assert_eq!(merge_heads(&split), input);
    }

    #[test]
    fn zero_queries_average_the_past_and_dropout_rests_outside_training() {
        let (weights, config) = running_mean_layer();
        let input = Tensor::from_slice2(&[[2.0, 0.0], [4.0, 6.0], [0.0, 3.0]]).unsqueeze(0);
        let output = causal_self_attention(&input, &weights, &config, false).unwrap();
        let expected = Tensor::from_slice2(&[[4.0, 1.0], [6.0, 7.0], [4.0, 7.0]]).unsqueeze(0);
        assert!(output.allclose(&expected, 1e-14, 0.0, false));
    }

    #[test]
    fn residual_dropout_in_training_zeroes_or_doubles() {
        let (weights, config) = running_mean_layer();
        let config = AttentionConfig {
            attention_dropout: 0.0,
            ..config
        };
        let input = Tensor::ones([64, 3, 2], (Kind::Double, Device::Cpu));
        let evaluated = causal_self_attention(&input, &weights, &config, false).unwrap();
        let trained = causal_self_attention(&input, &weights, &config, true).unwrap();
        let zero = trained.eq(0.0);
        let doubled = trained.eq_tensor(&(evaluated * 2.0));
        assert!(i64::try_from(zero.logical_or(&doubled).all()).unwrap() == 1);
        assert!(i64::try_from(zero.any()).unwrap() == 1);
        assert!(i64::try_from(doubled.any()).unwrap() == 1);
    }

    #[test]
    fn the_block_size_is_the_longest_sequence() {
        let (weights, config) = running_mean_layer();
        let input = |length| Tensor::ones([1, length, 2], (Kind::Double, Device::Cpu));
        assert!(causal_self_attention(&input(3), &weights, &config, false).is_ok());
        let refused = causal_self_attention(&input(4), &weights, &config, false).unwrap_err();
        assert_eq!(refused.reason, "the sequence has 4 tokens, block_size is 3");
    }
}
// helper:end
