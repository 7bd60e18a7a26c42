//! Self-attention whose mask is given.
//!
//! Letters in shapes: B batch, T positions, C embedding width, h heads.

use tch::Tensor;

use crate::sequence_types::SelfAttentionWeights;

/// Multi-head self-attention with a mask.
///
/// In this order:
/// 1. Queries, keys and values: three linear layers of the input, each with a weight and a bias of its own.
/// 2. Each is split into h heads: head i has the channels `i * C/h .. (i + 1) * C/h`.
/// 3. Per head `softmax(Q K^T / sqrt(C/h)) V`, where a score counts as minus infinity unless the mask is true.
/// 4. The heads side by side again, in their order, and the output layer.
///
/// - `input`: `[B, T, C]`, f64 or f32.
/// - `mask`: `[B, 1, T, T]` bool, the same for all heads: true at `[b, 0, i, j]` where position i may see position j.
///   Every row has at least one true entry.
/// - `weights`: see `SelfAttentionWeights`. `heads`: h, divides C.
/// - Returns `[B, T, C]` in the dtype and on the device of `input`. There is no dropout.
///
/// A masked score counts as minus infinity, however large or small the visible ones are. Scores of 1e3 and more give
/// finite results. Fused, multi-head and encoder-layer operators of libtorch may not be called here.
///
/// Gradients reach the input, all weights and all biases.
///
/// Source: Georgia Tech, CS 7643, Problem Set 3, coding part; "Attention Is All You Need", section 3.2.
pub fn generic_self_attention(input: &Tensor, mask: &Tensor, weights: &SelfAttentionWeights, heads: i64) -> Tensor {
    todo!("project, split into heads, attend where the mask allows it, merge the heads, project")
}
