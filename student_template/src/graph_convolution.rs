//! A graph convolution layer, as messages along edges and as products of matrices.
//!
//! Letters in shapes: N nodes, E edges. An edge list `edge_index` is `[2, E]` int64: row 0 holds the sources, row 1
//! the destinations, no edge twice; E may be 0.

use tch::Tensor;

use crate::types::GraphConvolutionWeights;

/// The message that each node receives: the mean of the features of its in-neighbours.
///
/// - `features`: `[N, F]`, f64 or f32. `edge_index`: `[2, E]`, each edge once, all entries in `0..N`.
/// - Returns `[N, F]` in the dtype and on the device of the features: row i is the mean of the rows j over all edges from
///   j to i, and zeros where no edge enters i. The node itself takes part only where the list holds that self loop.
///
/// Gradients reach the features. Hint: tch's `index_add` sums by destination; assigning (`index_copy`, `index_put`
/// without accumulation) keeps one message of several.
///
/// Source: Deep Learning 1, Assignment 2, question 3.2(b).
pub fn message(features: &Tensor, edge_index: &Tensor) -> Tensor {
    todo!("sum the sources' features by destination and divide by the in-degree")
}

/// The new features of each node from its message and its own features.
///
/// - `features`: `[N, in]`, f64 or f32. `messages`: `[N, in]`, as `message` returns them. `weights`: see
///   `GraphConvolutionWeights`; W is its `neighbour_weight`, B its `self_weight`, both `[out, in]`.
/// - Returns `[N, out]`: `m W^T + x B^T`. There is no bias, and no activation follows.
///
/// Gradients reach features, messages and both weights.
///
/// Source: Deep Learning 1, Assignment 2, question 3.2(b).
pub fn update(features: &Tensor, messages: &Tensor, weights: &GraphConvolutionWeights) -> Tensor {
    todo!("project messages and features and add them")
}

/// The same layer in matrix form: `D^-1 A X W^T + X B^T`.
///
/// - `features`: X, `[N, in]`, f64 or f32. `edge_index`: `[2, E]`, each edge once, all entries in `0..N`. `weights`: W
///   and B as in `update`.
/// - A is the adjacency matrix with rows for destinations, `D^-1` the inverted degree matrix with 1 where no edge enters;
///   call `adjacency_matrix` and `inverted_degree_matrix` through `crate::parts`. No self loops are added.
/// - Returns `[N, out]` in the dtype and on the device of the features; no bias, and no activation follows. A node that
///   no edge enters gets `x B^T`.
///
/// Gradients reach features and both weights.
///
/// Source: Deep Learning 1, Assignment 2, question 3.3(b).
pub fn matrix_graph_convolution(features: &Tensor, edge_index: &Tensor, weights: &GraphConvolutionWeights) -> Tensor {
    todo!("multiply the matrices of the formula")
}
