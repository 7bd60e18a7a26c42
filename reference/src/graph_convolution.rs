//! A graph convolution layer, as messages along edges and as products of matrices.
//!
//! Letters in shapes: N nodes, E edges. An edge list `edge_index` is `[2, E]` int64: row 0 holds the sources, row 1
//! the destinations, no edge twice; E may be 0.

use tch::Tensor;

use crate::types::GraphConvolutionWeights;

// helper:begin
use crate::parts;
// helper:end

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
    // solution:begin sum the sources' features by destination and divide by the in-degree
    let (source, destination) = (edge_index.select(0, 0), edge_index.select(0, 1));
    let sums = features
        .zeros_like()
        .index_add(0, &destination, &features.index_select(0, &source));
    // Where no edge enters, zeros are divided by 1.
    let degrees = destination.bincount(None::<&Tensor>, features.size()[0]).clamp_min(1);
    sums / degrees.to_kind(features.kind()).unsqueeze(-1)
    // solution:end
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
    // solution:begin project messages and features and add them
    messages.matmul(&weights.neighbour_weight.tr()) + features.matmul(&weights.self_weight.tr())
    // solution:end
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
    // solution:begin multiply the matrices of the formula
    let (num_nodes, kind, device) = (features.size()[0], features.kind(), features.device());
    let adjacency = parts::adjacency_matrix(edge_index, num_nodes, kind, device);
    let inverted_degrees = parts::inverted_degree_matrix(edge_index, num_nodes, kind, device);
    let from_neighbours = inverted_degrees
        .matmul(&adjacency)
        .matmul(features)
        .matmul(&weights.neighbour_weight.tr());
    from_neighbours + features.matmul(&weights.self_weight.tr())
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::{matrix_graph_convolution, message, update};
    use crate::types::GraphConvolutionWeights;

    /// 0 -> 2, 1 -> 2, 2 -> 0; nothing enters 1, and 3 is isolated.
    fn edges() -> Tensor {
        Tensor::from_slice2(&[[0_i64, 1, 2], [2, 2, 0]])
    }

    fn features() -> Tensor {
        Tensor::from_slice2(&[[1.0, 2.0], [3.0, -6.0], [10.0, 20.0], [7.0, 7.0]])
    }

    /// From two features to three.
    fn weights() -> GraphConvolutionWeights {
        GraphConvolutionWeights {
            neighbour_weight: Tensor::from_slice2(&[[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]),
            self_weight: Tensor::from_slice2(&[[0.0, 2.0], [0.0, 0.0], [-1.0, 0.0]]),
        }
    }

    /// Row by row, by hand: the message (10, 20), (0, 0), (2, -2), (0, 0) and the node's own part.
    fn expected() -> Tensor {
        Tensor::from_slice2(&[
            [10.0 + 4.0, 20.0, 30.0 - 1.0],
            [-12.0, 0.0, -3.0],
            [2.0 + 40.0, -2.0, 0.0 - 10.0],
            [14.0, 0.0, -7.0],
        ])
    }

    #[test]
    fn a_message_is_the_mean_over_in_neighbours_and_zero_where_none_enters() {
        let expected = Tensor::from_slice2(&[[10.0, 20.0], [0.0, 0.0], [2.0, -2.0], [0.0, 0.0]]);
        assert_eq!(message(&features(), &edges()), expected);
        let single = message(&features().to_kind(Kind::Float), &edges());
        assert_eq!(single.kind(), Kind::Float);
    }

    #[test]
    fn an_update_adds_two_projections() {
        let messages = Tensor::from_slice2(&[[10.0, 20.0], [0.0, 0.0], [2.0, -2.0], [0.0, 0.0]]);
        assert_eq!(update(&features(), &messages, &weights()), expected());
    }

    #[test]
    fn the_matrix_form_gives_the_same() {
        assert_eq!(matrix_graph_convolution(&features(), &edges(), &weights()), expected());
    }

    #[test]
    fn without_edges_only_the_nodes_themselves_count() {
        let none = Tensor::zeros([2, 0], (Kind::Int64, Device::Cpu));
        assert_eq!(message(&features(), &none), features().zeros_like());
        let own = Tensor::from_slice2(&[
            [4.0, 0.0, -1.0],
            [-12.0, 0.0, -3.0],
            [40.0, 0.0, -10.0],
            [14.0, 0.0, -7.0],
        ]);
        assert_eq!(matrix_graph_convolution(&features(), &none, &weights()), own);
    }

    #[test]
    fn gradients_reach_features_and_weights() {
        let features = features().set_requires_grad(true);
        let given = weights();
        let weights = GraphConvolutionWeights {
            neighbour_weight: given.neighbour_weight.set_requires_grad(true),
            self_weight: given.self_weight.set_requires_grad(true),
        };
        let messages = message(&features, &edges());
        let sum = update(&features, &messages, &weights).sum(Kind::Double)
            + matrix_graph_convolution(&features, &edges(), &weights).sum(Kind::Double);
        sum.backward();
        for tensor in [&features, &weights.neighbour_weight, &weights.self_weight] {
            assert_eq!(tensor.grad().ne(0.0).any().int64_value(&[]), 1);
        }
    }
}
// helper:end
