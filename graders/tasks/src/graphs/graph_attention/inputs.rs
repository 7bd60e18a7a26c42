//! Arguments and results of a graph attention layer, as arrays and edges.

use judge::checks::assertions::every;
use judge::checks::probe::{Probe, typed};
use judge::contract::arguments::{Array, arguments, array, tensor_like, with};
use judge::contract::random::{Random, edge_index};
use judge::contract::scenario::Scenario;
use judge::findings::stop::Broken;
use wire::{DType, Tensor, Tensors};

use crate::graphs::inputs::{Edge, irregular, product, shuffled};

/// What a layer gave: shapes, dtypes and node numbers have been checked.
pub(crate) struct Layer {
    /// `[N, out]`.
    pub(crate) output: Array,
    /// The edges in the order of destination and source.
    pub(crate) edges: Vec<Edge>,
    /// One attention weight per edge.
    pub(crate) attention: Vec<f64>,
}

impl Layer {
    /// The attention weights as a matrix, destination by source.
    pub(crate) fn matrix(&self) -> Array {
        let nodes = self.output.shape()[0];
        let mut matrix = Array::zeros(vec![nodes, nodes]);
        for (&(source, destination), weight) in self.edges.iter().zip(&self.attention) {
            matrix[[destination as usize, source as usize]] += weight;
        }
        matrix
    }
}

/// Arguments of order one, and their edges; the last node is isolated.
pub(crate) fn drawn(scenario: &Scenario) -> (Tensors, Vec<Edge>) {
    let (nodes, inputs, outputs) = sizes(scenario);
    let edges = scenario.edges("edges", nodes);
    let given = arguments([
        ("features", scenario.normal("features", &[nodes, inputs])),
        ("edge_index", edge_index(&edges)),
        ("weight", scenario.normal("weight", &[inputs, outputs])),
        ("attention", scenario.normal("attention", &[2 * outputs])),
    ]);
    (given, edges)
}

/// The same with positive features, weights and attention, so that every pre-activation is positive.
pub(crate) fn positive(scenario: &Scenario) -> (Tensors, Vec<Edge>) {
    let (mut given, edges) = drawn(scenario);
    for name in ["features", "weight", "attention"] {
        let shape = given[name].shape().to_vec();
        given.insert(name.to_owned(), scenario.uniform(name, &shape, 0.1, 1.0));
    }
    (given, edges)
}

fn sizes(scenario: &Scenario) -> (usize, usize, usize) {
    (scenario.size("N"), scenario.size("in"), scenario.size("out"))
}

/// The same arguments with other edges.
pub(crate) fn with_edges(given: &Tensors, edges: &[Edge]) -> Tensors {
    with(given, "edge_index", edge_index(edges))
}

/// The same arguments with another float argument.
pub(crate) fn with_array(given: &Tensors, name: &str, values: &Array) -> Tensors {
    with(given, name, tensor_like(&given[name], values))
}

/// The given edges without self loops, and one self loop for each node, in the order of destination and source.
pub(crate) fn with_self_loops(edges: &[Edge], nodes: usize) -> Vec<Edge> {
    let proper = edges
        .iter()
        .copied()
        .filter(|(source, destination)| source != destination);
    let mut all: Vec<Edge> = proper.chain((0..nodes as i64).map(|node| (node, node))).collect();
    all.sort_by_key(|&(source, destination)| (destination, source));
    all
}

/// The edges of an edge index.
pub(crate) fn edges_of(edge_index: &Tensor) -> Vec<Edge> {
    let ends: Vec<i64> = edge_index.to_f64().into_iter().map(|node| node as i64).collect();
    let (sources, destinations) = ends.split_at(ends.len() / 2);
    sources.iter().copied().zip(destinations.iter().copied()).collect()
}

/// Calls the layer.
pub(crate) fn layer(probe: &mut Probe<'_>, given: &Tensors) -> Result<Layer, Broken> {
    let dtype = given["features"].dtype();
    let (nodes, width) = (given["features"].shape()[0], given["weight"].shape()[1]);
    let count = with_self_loops(&edges_of(&given["edge_index"]), nodes).len();
    let outputs = probe.outputs("graph_attention", given)?;
    let output = typed(&outputs, "output", dtype, &[nodes, width])?;
    let edges = typed(&outputs, "edge_index", DType::I64, &[2, count])?;
    let attention = typed(&outputs, "attention", dtype, &[count])?;
    every("an end of a returned edge", "a node", &edges, |node| {
        (0.0..nodes as f64).contains(&node)
    })?;
    Ok(Layer {
        output,
        edges: edges_of(&outputs["edge_index"]),
        attention: attention.iter().copied().collect(),
    })
}

/// The projected features `h W`.
pub(crate) fn projected(given: &Tensors) -> Array {
    product(&array(&given["features"]), &array(&given["weight"]))
}

/// The pre-activation of every edge, self loops included, beside the edge.
pub(crate) fn pre_activations(given: &Tensors) -> Vec<(Edge, f64)> {
    let (projected, attention) = (projected(given), given["attention"].to_f64());
    let (nodes, width) = (projected.shape()[0], projected.shape()[1]);
    let dot = |node: i64, half: &[f64]| -> f64 {
        half.iter()
            .enumerate()
            .map(|(channel, value)| projected[[node as usize, channel]] * value)
            .sum()
    };
    let (destination_half, source_half) = attention.split_at(width);
    with_self_loops(&edges_of(&given["edge_index"]), nodes)
        .into_iter()
        .map(|edge| (edge, dot(edge.1, destination_half) + dot(edge.0, source_half)))
        .collect()
}

/// The largest score of any edge.
pub(crate) fn largest_score(given: &Tensors) -> f64 {
    pre_activations(given)
        .into_iter()
        .map(|(_, value)| value)
        .fold(f64::NEG_INFINITY, f64::max)
}

/// The smallest distance between the scores of two edges into the same node.
pub(crate) fn smallest_gap(given: &Tensors) -> f64 {
    let rectified = |value: f64| if value > 0.0 { value } else { 0.2 * value };
    let scores = pre_activations(given);
    let pairs = (0..scores.len()).flat_map(|first| {
        let (edge, score) = scores[first];
        let same_node = scores[first + 1..].iter().filter(move |(other, _)| other.1 == edge.1);
        same_node.map(move |(_, other)| (rectified(score) - rectified(*other)).abs())
    });
    pairs.fold(f64::INFINITY, f64::min)
}

/// Features, weights and attention of order one; `[N, in, out]`.
pub(super) fn case(random: &mut Random, edges: &[Edge], [nodes, inputs, outputs]: [usize; 3]) -> Tensors {
    let mut given = arguments([
        ("features", random.normal(&[nodes, inputs])),
        ("edge_index", edge_index(edges)),
    ]);
    given.extend(weights(random, [inputs, outputs]));
    given
}

/// Weight and attention vector, for `[in, out]`.
pub(super) fn weights(random: &mut Random, [inputs, outputs]: [usize; 2]) -> Tensors {
    arguments([
        ("weight", random.scaled(&[inputs, outputs], 0.7)),
        ("attention", random.scaled(&[2 * outputs], 0.8)),
    ])
}

/// Some nodes, one of them otherwise isolated, are listed with a self loop; the last one is not.
pub(super) fn listed_self_loops(random: &mut Random) -> Tensors {
    let mut edges = irregular(random, 7);
    edges.extend([(1, 1), (3, 3), (4, 4)]);
    let edges = shuffled(random, &edges);
    case(random, &edges, [7, 4, 3])
}

/// Positive projections and a negative attention vector: the slope below zero decides everything.
pub(super) fn scores_below_zero(random: &mut Random) -> Tensors {
    let edges = irregular(random, 8);
    arguments([
        ("features", random.uniform(&[8, 3], 0.1, 2.0)),
        ("edge_index", edge_index(&edges)),
        ("weight", random.uniform(&[3, 2], 0.1, 1.5)),
        ("attention", random.uniform(&[4], -2.0, -0.2)),
    ])
}

/// Features of about 300: the exponentials of the scores overflow, in f64 too.
///
/// Scores into a node are at least 40 apart, so that in f32 as in f64 each node hears one source alone.
pub(super) fn large_features(random: &mut Random) -> Tensors {
    let edges = irregular(random, 7);
    let mut drawn = Tensors::new();
    for _ in 0..1000 {
        drawn = case(random, &edges, [7, 3, 2]);
        drawn.insert("features".to_owned(), random.scaled(&[7, 3], 300.0));
        if smallest_gap(&drawn) > 40.0 && largest_score(&drawn) > 800.0 {
            break;
        }
    }
    drawn
}
