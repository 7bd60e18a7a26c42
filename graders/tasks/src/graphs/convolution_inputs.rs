//! Arguments of the graph convolution tasks, and their layer as the definition gives it: edge by edge.

use judge::contract::arguments::{Array, arguments, array};
use judge::contract::random::{Random, edge_index};
use judge::contract::scenario::{Scenario, Sizes};
use wire::{Tensor, Tensors};

use super::inputs::{Edge, in_degrees, product};

/// Bound on what agrees but for rounding, wide enough for a step in f32: that costs the check of precision only.
pub(super) const CLOSELY: f64 = 1e-5;
/// Bound on what must not change. Not zero: differences of running sums over sorted edges are right as well.
pub(super) const UNTOUCHED: f64 = 1e-12;
/// Sizes of a graph that has at least one edge.
pub(super) const SIZES: Sizes = &[("N", 3, 6), ("in", 1, 3), ("out", 1, 3)];
/// Sizes of any graph.
pub(super) const ANY_SIZES: Sizes = &[("N", 1, 5), ("in", 1, 3), ("out", 1, 3)];

/// A golden case of `message`.
pub(super) fn message_case(random: &mut Random, edges: &[Edge], shape: [usize; 2]) -> Tensors {
    arguments([("features", random.normal(&shape)), ("edge_index", edge_index(edges))])
}

/// A golden case of the layer in matrix form; `[N, in, out]`.
pub(super) fn layer_case(random: &mut Random, edges: &[Edge], [nodes, inputs, outputs]: [usize; 3]) -> Tensors {
    let mut given = message_case(random, edges, [nodes, inputs]);
    given.extend(layer_weights(random, [inputs, outputs]));
    given
}

/// Both weights of a layer, for `[in, out]`.
pub(super) fn layer_weights(random: &mut Random, [inputs, outputs]: [usize; 2]) -> Tensors {
    arguments([
        ("neighbour_weight", random.scaled(&[outputs, inputs], 0.8)),
        ("self_weight", random.scaled(&[outputs, inputs], 0.8)),
    ])
}

/// Features and edges of order one; the last node is isolated.
pub(super) fn drawn_message(scenario: &Scenario) -> (Tensors, Vec<Edge>) {
    let (nodes, inputs) = (scenario.size("N"), scenario.size("in"));
    let edges = scenario.edges("edges", nodes);
    let features = scenario.normal("features", &[nodes, inputs]);
    (
        arguments([("features", features), ("edge_index", edge_index(&edges))]),
        edges,
    )
}

/// The same with both weights.
pub(super) fn drawn_layer(scenario: &Scenario) -> (Tensors, Vec<Edge>) {
    let (mut given, edges) = drawn_message(scenario);
    given.extend(drawn_weights(scenario));
    (given, edges)
}

/// Weights of order one.
pub(super) fn drawn_weights(scenario: &Scenario) -> Tensors {
    let shape = [scenario.size("out"), scenario.size("in")];
    let weight = |name| scenario.normal(name, &shape);
    arguments([
        ("neighbour_weight", weight("neighbour_weight")),
        ("self_weight", weight("self_weight")),
    ])
}

/// The mean over in-neighbours, zero where no edge enters.
pub(super) fn means(features: &Array, edges: &[Edge]) -> Array {
    let nodes = features.shape()[0];
    let mut means = Array::zeros(features.raw_dim());
    let degrees = in_degrees(edges, nodes);
    for &(source, destination) in edges {
        let share = &features.index_axis(ndarray::Axis(0), source as usize) / degrees[destination as usize];
        let mut row = means.index_axis_mut(ndarray::Axis(0), destination as usize);
        row += &share;
    }
    means
}

/// What `means` does, the other way: a message's gradient is shared out to those who sent it.
pub(super) fn shared_out(cotangent: &Array, edges: &[Edge]) -> Array {
    let degrees = in_degrees(edges, cotangent.shape()[0]);
    let mut gradient = Array::zeros(cotangent.raw_dim());
    for &(source, destination) in edges {
        let share = &cotangent.index_axis(ndarray::Axis(0), destination as usize) / degrees[destination as usize];
        let mut row = gradient.index_axis_mut(ndarray::Axis(0), source as usize);
        row += &share;
    }
    gradient
}

/// `x W^T`
pub(super) fn projected(values: &Array, weight: &Tensor) -> Array {
    product(values, &array(weight).t().to_owned())
}

/// `m W^T + x B^T`
pub(super) fn updated(given: &Tensors, features: &Array, messages: &Array) -> Array {
    projected(messages, &given["neighbour_weight"]) + projected(features, &given["self_weight"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mean_has_as_many_terms_as_edges_enter() {
        let features = ndarray::arr2(&[[1.0], [5.0], [7.0]]).into_dyn();
        let expected = ndarray::arr2(&[[0.0], [0.0], [3.0]]).into_dyn();
        assert_eq!(means(&features, &[(0, 2), (1, 2)]), expected);
        let expected = ndarray::arr2(&[[3.5], [3.5], [0.0]]).into_dyn();
        assert_eq!(shared_out(&features, &[(0, 2), (1, 2)]), expected);
    }
}
