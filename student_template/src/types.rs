//! The contract: weights, configurations and results that the tasks share.
//!
//! This file is given. It is put in place anew whenever a submission is graded, so a change here has no effect.

use std::error::Error;
use std::fmt;

use tch::Tensor;

/// An input that a function has to refuse: say why, in words for the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidInput {
    /// What is wrong with the input.
    pub reason: String,
}

impl InvalidInput {
    /// Refuses an input for `reason`.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

impl fmt::Display for InvalidInput {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl Error for InvalidInput {}

/// Weights of one causal self-attention layer over an embedding of width C.
///
/// All have the dtype and the device of the layer's input. A linear layer computes `x W^T + b`.
#[derive(Debug)]
pub struct AttentionWeights {
    /// `[3C, C]`: the rows of the query projection, then of the key, then of the value.
    pub c_attn_weight: Tensor,
    /// `[3C]`, in the same order.
    pub c_attn_bias: Tensor,
    /// `[C, C]`: the projection after the heads are merged.
    pub c_proj_weight: Tensor,
    /// `[C]`.
    pub c_proj_bias: Tensor,
}

/// Configuration of one causal self-attention layer.
#[derive(Debug, Clone, PartialEq)]
pub struct AttentionConfig {
    /// Number of heads h; divides the embedding width C.
    pub heads: i64,
    /// The longest sequence that the layer accepts; a longer one is an error.
    pub block_size: i64,
    /// Whether queries and keys are rotated (`rotary_embedding`, positions from 0) before the scores.
    pub rotary: bool,
    /// Dropout rate on the attention weights, in training only.
    pub attention_dropout: f64,
    /// Dropout rate on the layer's output, after the last projection, in training only.
    pub residual_dropout: f64,
}

/// Weights of one single-head graph attention layer.
#[derive(Debug)]
pub struct GraphAttentionWeights {
    /// `[in, out]`: node features are projected as `h W`.
    pub weight: Tensor,
    /// `[2 out]`: the first half meets the destination's projection, the second half the source's.
    pub attention: Tensor,
}

/// What a graph attention layer returns.
#[derive(Debug)]
pub struct GraphAttention {
    /// `[N, out]`: the new node features.
    pub output: Tensor,
    /// `[E']`: one attention weight per edge, self loops included.
    pub attention: Tensor,
    /// `[2, E']` int64: the edges that `attention` belongs to, row 0 = source, row 1 = destination; in any order.
    pub edge_index: Tensor,
}
