//! Attention as a graph network: tokens are nodes, and every token hears from every other.
//!
//! Letters in shapes: N nodes (tokens), E edges, d features. An edge list `edge_index` is `[2, E]` int64: row 0 holds the
//! sources, row 1 the destinations; a node hears from the sources of the edges that end in it.

use tch::Tensor;
// helper:begin
use tch::{Device, Kind};
// helper:end

use crate::sequence_types::MessageAttentionWeights;

/// The edge list of the complete graph: an edge from every node to every other.
///
/// - `nodes`: N, 1 or more; `self_loops`: whether each node has an edge to itself as well.
/// - Returns `[2, E]` int64 on the processor, each edge once, in any order: `N (N - 1)` edges, or `N^2` with self loops.
///   Four tokens have 12 edges; where a token also attends to itself, as in self-attention, they have 16.
///
/// Source: Problem Set 3, question 6.
pub fn complete_graph(nodes: i64, self_loops: bool) -> Tensor {
    // solution:begin list the edges between all pairs of nodes
    let all = Tensor::arange(nodes, (Kind::Int64, Device::Cpu));
    let sources = all.unsqueeze(1).expand([nodes, nodes], false).reshape([-1]);
    let destinations = all.repeat([nodes]);
    let edges = Tensor::stack(&[sources, destinations], 0);
    if self_loops {
        edges
    } else {
        let is_between = edges.get(0).ne_tensor(&edges.get(1));
        edges.index(&[None, Some(is_between)])
    }
    // solution:end
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
    // solution:begin sum the messages of the neighbours, and combine them with the node's own features
    let messages = message(features);
    let sums = messages
        .zeros_like()
        .index_add(0, &edge_index.get(1), &messages.index_select(0, &edge_index.get(0)));
    combine(features, &sums)
    // solution:end
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
    // solution:begin weigh the values of the neighbours by a softmax of query times key
    let project = |weight: &Tensor| features.matmul(&weight.transpose(0, 1));
    let (sources, destinations) = (edge_index.get(0), edge_index.get(1));
    let queries = project(&weights.query).index_select(0, &destinations);
    let keys = project(&weights.key).index_select(0, &sources);
    let values = project(&weights.value);
    let scores = (queries * keys).sum_dim_intlist(1, false, None);
    let shares = (&scores - largest_of_each(&scores, &destinations, features.size()[0])).exp();
    let totals = Tensor::zeros([features.size()[0]], (scores.kind(), scores.device()));
    let totals = totals.index_add(0, &destinations, &shares);
    let attention = shares / totals.index_select(0, &destinations);
    let messages = values.index_select(0, &sources) * attention.unsqueeze(1);
    values.zeros_like().index_add(0, &destinations, &messages)
    // solution:end
}

// helper:begin
/// For each edge, the largest score among the edges that end in the same node.
fn largest_of_each(scores: &Tensor, destinations: &Tensor, nodes: i64) -> Tensor {
    let node = Tensor::arange(nodes, (Kind::Int64, scores.device())).unsqueeze(1);
    let ends_elsewhere = destinations.unsqueeze(0).ne_tensor(&node);
    let own = scores
        .detach()
        .unsqueeze(0)
        .masked_fill(&ends_elsewhere, f64::NEG_INFINITY);
    // A column more, so that there is a largest one also where there are no edges.
    let nothing = Tensor::full([nodes, 1], f64::NEG_INFINITY, (scores.kind(), scores.device()));
    let largest = Tensor::cat(&[own, nothing], 1).amax(1, false);
    largest.index_select(0, destinations)
}

#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::{attention_as_gnn, complete_graph, gnn_update};
    use crate::sequence_types::MessageAttentionWeights;

    fn normal(shape: [i64; 2]) -> Tensor {
        Tensor::randn(shape, (Kind::Double, Device::Cpu))
    }

    #[test]
    fn four_tokens_have_twelve_edges_and_sixteen_with_self_loops() {
        assert_eq!(complete_graph(4, false).size(), [2, 12]);
        assert_eq!(complete_graph(4, true).size(), [2, 16]);
        let edges = complete_graph(3, false);
        assert_eq!(edges.get(0).eq_tensor(&edges.get(1)).any().int64_value(&[]), 0);
    }

    #[test]
    fn the_example_of_the_update_comes_out() {
        let features = Tensor::from_slice2(&[[-2.0, -0.5], [1.0, 1.0], [0.5, -0.5], [0.2, 0.3]]);
        let edges = Tensor::from_slice2(&[[1_i64, 2, 3], [0, 0, 0]]);
        let updated = gnn_update(&features, &edges, &Tensor::relu, &|h, sum| (h + sum).relu());
        let first = Vec::<f64>::try_from(updated.get(0)).unwrap_or_default();
        assert!(first[0] == 0.0 && (first[1] - 0.8).abs() < 1e-12, "{first:?}");
    }

    #[test]
    fn on_the_complete_graph_messages_are_attention() {
        tch::manual_seed(3);
        let features = normal([5, 4]);
        let weights = MessageAttentionWeights {
            query: normal([3, 4]),
            key: normal([3, 4]),
            value: normal([2, 4]),
        };
        let project = |weight: &Tensor| features.matmul(&weight.transpose(0, 1));
        let scores = project(&weights.query).matmul(&project(&weights.key).transpose(0, 1));
        let expected = scores.softmax(-1, None::<Kind>).matmul(&project(&weights.value));
        let messages = attention_as_gnn(&features, &complete_graph(5, true), &weights);
        assert!(messages.allclose(&expected, 1e-10, 1e-10, false));
    }
}
// helper:end
