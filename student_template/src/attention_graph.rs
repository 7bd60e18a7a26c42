//! Attention as a graph network: tokens are nodes, and every token hears from every other.
//!
//! Letters in shapes: N nodes (tokens), E edges, d features. An edge list `edge_index` is `[2, E]` int64: row 0 holds the
//! sources, row 1 the destinations; a node hears from the sources of the edges that end in it.

use tch::Tensor;

use crate::sequence_types::MessageAttentionWeights;

/// The edge list of the complete graph: an edge from every node to every other.
///
/// - `nodes`: N, 1 or more; `self_loops`: whether each node has an edge to itself as well.
/// - Returns `[2, E]` int64 on the processor, each edge once, in any order: `N (N - 1)` edges, or `N^2` with self loops.
///   Four tokens have 12 edges; where a token also attends to itself, as in self-attention, they have 16.
///
/// Source: Problem Set 3, question 6.
pub fn complete_graph(nodes: i64, self_loops: bool) -> Tensor {
    todo!("list the edges between all pairs of nodes")
}

/// One layer of a graph network: `h_i' = q(h_i, sum over the neighbours j of f(h_j))`.
///
/// - `features`: `[N, d]`, f64 or f32, row i is `h_i`.
/// - `edge_index`: `[2, E]` int64; the neighbours of i are the sources of the edges that end in i. An edge that is listed
///   twice counts twice. E may be 0.
/// - `message`: f, from rows `[..., d]` to rows `[..., m]`; a single row `[d]` is fine as well. It is applied to each
///   neighbour **before** the sum.
/// - `combine`: q, from rows of features and rows of sums, in this order, to rows `[..., o]`.
/// - Returns `[N, o]`: for every node, also for one without neighbours, whose sum is zero.
///
/// As an example, with `f(h) = relu(h)` and `q(h, s) = relu(h + s)`, a node with features [-2, -0.5] that hears from
/// nodes with [1, 1], [0.5, -0.5] and [0.2, 0.3] becomes [0, 0.8].
///
/// Gradients reach the features, both as a node's own and through the messages, and whatever f and q are made of.
///
/// Source: Problem Set 3, question 6.
pub fn gnn_update(
    features: &Tensor,
    edge_index: &Tensor,
    message: &dyn Fn(&Tensor) -> Tensor,
    combine: &dyn Fn(&Tensor, &Tensor) -> Tensor,
) -> Tensor {
    todo!("sum the messages of the neighbours, and combine them with the node's own features")
}

/// Single-head attention as messages along the edges of a graph.
///
/// - `features`: `[N, d]`, f64 or f32; `edge_index`: `[2, E]` int64, each edge once; `weights`: see
///   `MessageAttentionWeights`.
/// - With queries `q_i = W_q h_i`, keys `k_j = W_k h_j` and values `v_j = W_v h_j`, node i weighs each neighbour j by a
///   softmax of `q_i . k_j` over its neighbours, and becomes the sum of `weight_ij v_j`. **No division by sqrt(k)**: the
///   equation of the text has none. The largest score of a node is subtracted before the exponential, so that scores of
///   1000 are fine.
/// - Returns `[N, v]`. A node is its own neighbour only where the list says so; a node without neighbours becomes zeros.
///   On the complete graph with self loops this is self-attention, `softmax(Q K^T) V`.
///
/// Gradients reach the features and all three weights.
///
/// Source: Problem Set 3, question 6.
pub fn attention_as_gnn(features: &Tensor, edge_index: &Tensor, weights: &MessageAttentionWeights) -> Tensor {
    todo!("weigh the values of the neighbours by a softmax of query times key")
}
