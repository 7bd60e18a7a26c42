//! Causal self-attention and the parts that it is made of.
//!
//! Letters in shapes: B batch, T positions of the queries, S positions of the keys, C embedding width, h heads,
//! d head dimension.

use tch::{Device, Tensor};

use crate::types::{AttentionConfig, AttentionWeights, InvalidInput};

/// The causal mask: which position may attend to which.
///
/// - `length`: T, at least 1.
/// - Returns `[T, T]`, dtype bool, on `device`: the entry in row i, column j is true where position i **may** attend
///   to position j, that is where j <= i. A position sees itself.
///
/// Source: Deep Learning 1, Assignment 2, question 2.2; "Attention Is All You Need", section 3.2.3.
pub fn causal_mask(length: i64, device: Device) -> Tensor {
    todo!("build the [T, T] mask: true where the row may attend to the column")
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
    todo!("compute the attention output and the attention weights")
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
    todo!("give each head its own block of channels, and move the heads before the positions")
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
    todo!("put the heads of each position side by side again")
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
    todo!("project to queries, keys and values, attend causally in each head, merge and project")
}
