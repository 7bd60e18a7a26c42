//! Causal attention by libtorch's fused operator.
//!
//! Letters in shapes: B batch, h heads, T positions, d head dimension.

use tch::Tensor;

/// Causal attention in one fused operator, behind the signature of a layer.
///
/// Computes what `scaled_dot_product_attention` computes under the causal mask, with dropout on the attention weights,
/// by one call of libtorch's `scaled_dot_product_attention`, which never writes the `[T, T]` weights to memory.
///
/// - `query`, `key`, `value`: `[B, h, T, d]`, equal dtype and device. Position i sees the positions j <= i.
/// - The scale is the default one, `1 / sqrt(d)`, applied once.
/// - `dropout`: the rate on the attention weights; survivors are scaled by `1 / (1 - rate)`.
/// - `train`: dropout is active only when this is true. The operator does not know about training: it drops whenever
///   it is given a rate above 0. When `train` is false the rate makes no difference and two calls give the same result.
/// - Returns the output `[B, h, T, d]` in the dtype and on the device of `query`, without the weights.
///
/// The fused operator is allowed here, and only here.
///
/// Gradients reach queries, keys and values, in training too.
///
/// Source: Deep Learning 1, Assignment 2, question 2.9(a); "`FlashAttention`: Fast and Memory-Efficient Exact Attention
/// with IO-Awareness", section 3.1.
pub fn flash_attention(query: &Tensor, key: &Tensor, value: &Tensor, dropout: f64, train: bool) -> Tensor {
    todo!("call the fused operator: causal, default scale, dropout in training only")
}
