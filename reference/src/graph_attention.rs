//! A graph attention layer with one head.
//!
//! Letters in shapes: N nodes, E edges, E' edges with self loops.

use tch::Tensor;

use crate::types::{GraphAttention, GraphAttentionWeights};

// helper:begin
use tch::Kind;

/// Slope of the rectifier below zero.
const NEGATIVE_SLOPE: f64 = 0.2;

/// The edges without their self loops, and then one self loop for each of the N nodes.
fn with_self_loops(edge_index: &Tensor, num_nodes: i64) -> Tensor {
    let is_proper = edge_index.select(0, 0).ne_tensor(&edge_index.select(0, 1));
    let proper = edge_index.index_select(1, &is_proper.nonzero().squeeze_dim(-1));
    let nodes = Tensor::arange(num_nodes, (Kind::Int64, edge_index.device()));
    Tensor::cat(&[proper, nodes.expand([2, num_nodes], false)], 1)
}

/// Leaky rectifier with the slope of the paper.
fn leaky_rectifier(input: &Tensor) -> Tensor {
    input.where_self(&input.gt(0.0), &(input * NEGATIVE_SLOPE))
}

/// Softmax of the edge scores `[E']` over the edges that share a destination: `[N, E']`, zero off a node's edges.
fn softmax_by_destination(scores: &Tensor, destination: &Tensor, num_nodes: i64) -> Tensor {
    let nodes = Tensor::arange(num_nodes, (Kind::Int64, destination.device()));
    let goes_elsewhere = destination.ne_tensor(&nodes.unsqueeze(-1));
    // Thanks to the self loops every row keeps a score, so that none is a softmax over nothing.
    scores.masked_fill(&goes_elsewhere, f64::NEG_INFINITY).softmax(-1, None)
}
// helper:end

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
    // solution:begin add self loops, score every edge, normalise per destination, sum the sources
    let num_nodes = features.size()[0];
    let edge_index = with_self_loops(edge_index, num_nodes);
    let (source, destination) = (edge_index.select(0, 0), edge_index.select(0, 1));

    let projected = features.matmul(&weights.weight);
    // a . [z_i, z_j] is the sum of two products, each of which a node can compute alone.
    let width = projected.size()[1];
    let as_destination = projected.matmul(&weights.attention.narrow(0, 0, width));
    let as_source = projected.matmul(&weights.attention.narrow(0, width, width));
    let scores = leaky_rectifier(&(as_destination.index_select(0, &destination) + as_source.index_select(0, &source)));

    let attention = softmax_by_destination(&scores, &destination, num_nodes);
    GraphAttention {
        output: attention.matmul(&projected.index_select(0, &source)),
        // An edge has one destination, so its column holds one weight among zeros.
        attention: attention.sum_dim_intlist(0, false, None),
        edge_index,
    }
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::graph_attention;
    use crate::types::GraphAttentionWeights;

    /// The weight is the identity, so that `z` is the features themselves.
    fn weights(attention: [f64; 4]) -> GraphAttentionWeights {
        GraphAttentionWeights {
            weight: Tensor::eye(2, (Kind::Double, Device::Cpu)),
            attention: Tensor::from_slice(&attention),
        }
    }

    #[test]
    fn scores_decide_between_the_sources_of_a_destination() {
        // Into node 0 come 1 and itself. Its own score is ln 3 > 0, that of node 1 is -5 ln 3, a fifth of it -ln 3:
        // the weights are 9/10 and 1/10.
        let ln3 = 3.0_f64.ln();
        let features = Tensor::from_slice2(&[[ln3, 1.0], [-5.0 * ln3, 11.0]]);
        let edges = Tensor::from_slice2(&[[1_i64], [0]]);
        let layer = graph_attention(&features, &edges, &weights([0.0, 0.0, 1.0, 0.0]));
        let expected = Tensor::from_slice2(&[[0.4 * ln3, 2.0], [-5.0 * ln3, 11.0]]);
        assert!(layer.output.allclose(&expected, 1e-14, 0.0, false));
    }

    #[test]
    fn the_first_half_of_the_vector_meets_the_destination() {
        // Only the destination enters the score, so that all sources of a node weigh the same.
        let features = Tensor::from_slice2(&[[1.0, 2.0], [3.0, 4.0], [8.0, 0.0]]);
        let edges = Tensor::from_slice2(&[[1_i64, 2], [0, 0]]);
        let layer = graph_attention(&features, &edges, &weights([0.7, 1.3, 0.0, 0.0]));
        let expected = Tensor::from_slice2(&[[4.0, 2.0], [3.0, 4.0], [8.0, 0.0]]);
        assert!(layer.output.allclose(&expected, 1e-14, 0.0, false));
    }

    #[test]
    fn every_node_has_one_self_loop_and_an_isolated_one_keeps_its_projection() {
        let features = Tensor::from_slice2(&[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]);
        let edges = Tensor::from_slice2(&[[0_i64, 1, 0], [0, 1, 1]]);
        let layer = graph_attention(&features, &edges, &weights([0.0; 4]));
        let expected_edges = Tensor::from_slice2(&[[0_i64, 0, 1, 2], [1, 0, 1, 2]]);
        assert_eq!(layer.edge_index, expected_edges);
        assert_eq!(layer.attention, Tensor::from_slice(&[0.5, 1.0, 0.5, 1.0]));
        let expected = Tensor::from_slice2(&[[1.0, 2.0], [2.0, 3.0], [5.0, 6.0]]);
        assert_eq!(layer.output, expected);
    }

    #[test]
    fn without_edges_every_node_is_alone() {
        let features = Tensor::from_slice2(&[[1.0, 2.0], [3.0, 4.0]]);
        let none = Tensor::zeros([2, 0], (Kind::Int64, Device::Cpu));
        let layer = graph_attention(&features, &none, &weights([1.0, -1.0, 2.0, 0.5]));
        assert_eq!(layer.output, features);
        assert_eq!(layer.attention, Tensor::from_slice(&[1.0, 1.0]));
    }

    #[test]
    fn large_scores_stay_finite_and_gradients_reach_all_inputs() {
        let features = Tensor::from_slice2(&[[1000.0, -3.0], [-900.0, 5.0], [2.0, 1.0]]).set_requires_grad(true);
        let edges = Tensor::from_slice2(&[[0_i64, 1, 2], [1, 0, 0]]);
        let layer_weights = GraphAttentionWeights {
            weight: Tensor::from_slice2(&[[1.0, 0.5], [0.25, 1.0]]).set_requires_grad(true),
            attention: Tensor::from_slice(&[1.0, 2.0, -1.0, 0.5]).set_requires_grad(true),
        };
        let layer = graph_attention(&features, &edges, &layer_weights);
        layer.output.square().sum(Kind::Double).backward();
        for tensor in [&features, &layer_weights.weight, &layer_weights.attention] {
            assert_eq!(tensor.grad().isfinite().all().int64_value(&[]), 1);
        }
        assert_eq!(layer.attention.isfinite().all().int64_value(&[]), 1);
    }
}
// helper:end
