//! A graph attention layer with one head.
//!
//! Letters in shapes: N nodes, E edges, E' edges with self loops.

use tch::Tensor;

use crate::types::{GraphAttention, GraphAttentionWeights};

/// One graph attention layer with a single head, self loops included.
///
/// Every node first gets a self loop: all N of them, also isolated ones and the last; a self loop that the list
/// already holds is not doubled. With `W` the `weight`, `a` the `attention` vector and `z_i = h_i W`:
/// - score of the edge from j to i: `e_ij = LeakyReLU(a . [z_i, z_j])` with slope 0.2 below zero; the first half of
///   `a` meets the **destination** i, the second half the source j;
/// - attention weight: the softmax of the scores over the edges that share the destination i;
/// - output of node i: the sum of `alpha_ij z_j` over those edges. No activation follows.
///
/// - `features`: `[N, in]`, f64 or f32. `weights`: see `GraphAttentionWeights`.
/// - `edge_index`: `[2, E]` int64, row 0 = source, row 1 = destination, all in `0..N`, no edge twice; E may be 0.
/// - Returns `GraphAttention`: the output `[N, out]`, one weight per edge `[E']` and those edges `[2, E']` in any order.
///   A node that only its self loop enters gets `z_i`. Scores of 200 and more give finite results.
///
/// Gradients reach the features and both weights. Hints: tch's `leaky_relu` has the fixed slope 0.01; `index_add` and
/// `scatter_add` sum by destination, while tch's `scatter_reduce` takes no `amax`.
///
/// Source: Deep Learning 1, Assignment 2, question 3.4(d); "Graph Attention Networks", Eq. 1 to 4 (Eq. 4 without its
/// nonlinearity).
pub fn graph_attention(features: &Tensor, edge_index: &Tensor, weights: &GraphAttentionWeights) -> GraphAttention {
    todo!("add self loops, score every edge, normalise per destination, sum the sources")
}
