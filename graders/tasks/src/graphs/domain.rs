//! The graphs that the graph tasks are for: from one node without an edge to every edge there can be.

use judge::contract::arguments::arguments;
use judge::contract::domain::Domain;
use judge::contract::random::{Random, edge_index};
use judge::contract::scenario::Scenario;
use wire::{DType, Tensors};

use super::inputs::{Edge, matrix_arguments, shuffled};

/// Edges that are drawn with a probability of 0, a tenth, a half and 1, in any order; beside them self loops where they
/// are asked for.
fn edges(scenario: &Scenario, nodes: usize) -> Vec<Edge> {
    let density = [0.0, 0.1, 0.5, 1.0][scenario.size("density")];
    any(
        &mut scenario.random("edges"),
        nodes,
        density,
        scenario.size("loops") == 1,
    )
}

fn any(random: &mut Random, nodes: usize, density: f64, loops: bool) -> Vec<Edge> {
    let all = 0..nodes as i64;
    let pairs = all
        .clone()
        .flat_map(|source| all.clone().map(move |destination| (source, destination)));
    let edges: Vec<Edge> = pairs
        .filter(|(source, destination)| (loops || source != destination) && random.unit() < density)
        .collect();
    shuffled(random, &edges)
}

/// So many nodes that speak to node 1, and one that nobody mentions.
fn hub(scenario: &Scenario) -> (Vec<Edge>, usize) {
    let leaves = scenario.integer("leaves");
    let edges: Vec<Edge> = (2..leaves + 2).map(|leaf| (leaf, 1)).chain([(1, 0)]).collect();
    (shuffled(&mut scenario.random("edges"), &edges), leaves as usize + 3)
}

/// A list with as many edges as the complete graph has, some of them self loops.
fn as_many_as_complete(scenario: &Scenario) -> Vec<Edge> {
    let nodes = scenario.integer("N");
    let all: Vec<Edge> = (0..nodes * nodes).map(|pair| (pair / nodes, pair % nodes)).collect();
    let mut edges = shuffled(&mut scenario.random("edges"), &all);
    // A self loop stays in any case.
    edges.sort_by_key(|(source, destination)| source != destination || *source > 0);
    edges.truncate((nodes * (nodes - 1)) as usize);
    edges
}

/// Sizes of a graph of any kind.
pub(super) const ANY_GRAPH: &str = "graphs from one node without edges to every edge there can be";
/// A node with more in-edges than a byte can count.
pub(super) const HUB: &str = "a node that very many edges enter";

/// As many edges as nodes, all into one node: one more than a byte can count.
const STAR: &str = "256 nodes, all of whose edges enter the first";
/// A list that is not what its length suggests.
pub(super) const AS_MANY: &str = "as many edges as the complete graph has, with self loops among them";

/// Matrices of a graph in f64 and int64.
pub(super) const MATRICES: &[Domain] = &[
    Domain {
        name: ANY_GRAPH,
        sizes: &[
            ("N", 1, 40),
            ("density", 0, 3),
            ("loops", 0, 1),
            ("unmentioned", 0, 3),
            ("floats", 0, 1),
        ],
        arguments: |scenario| matrix_of(scenario, scenario.size("floats") == 1),
    },
    Domain {
        name: HUB,
        sizes: &[("leaves", 0, 270), ("floats", 0, 1)],
        arguments: |scenario| matrix_of_hub(scenario, scenario.size("floats") == 1),
    },
    Domain {
        name: STAR,
        sizes: &[("floats", 0, 1)],
        arguments: |scenario| star(scenario.size("floats") == 1),
    },
];

/// Matrices of a graph in f64 only.
pub(super) const MATRICES_OF_FLOATS: &[Domain] = &[
    Domain {
        name: ANY_GRAPH,
        sizes: &[("N", 1, 40), ("density", 0, 3), ("loops", 0, 1), ("unmentioned", 0, 3)],
        arguments: |scenario| matrix_of(scenario, true),
    },
    Domain {
        name: HUB,
        sizes: &[("leaves", 0, 270)],
        arguments: |scenario| matrix_of_hub(scenario, true),
    },
    Domain {
        name: STAR,
        sizes: &[],
        arguments: |_| star(true),
    },
];

fn dtype(floats: bool) -> DType {
    if floats { DType::F64 } else { DType::I64 }
}

fn matrix_of(scenario: &Scenario, floats: bool) -> Tensors {
    let nodes = scenario.size("N");
    let edges = edges(scenario, nodes);
    matrix_arguments(&edges, nodes + scenario.size("unmentioned"), dtype(floats))
}

fn matrix_of_hub(scenario: &Scenario, floats: bool) -> Tensors {
    let (edges, nodes) = hub(scenario);
    matrix_arguments(&edges, nodes, dtype(floats))
}

fn star(floats: bool) -> Tensors {
    let edges: Vec<Edge> = (0..256).map(|node| (node, 0)).collect();
    matrix_arguments(&edges, 256, dtype(floats))
}

/// Features `[N, width]` over as many edges as the complete graph has.
pub(super) fn on_as_many(scenario: &Scenario, width: usize) -> Tensors {
    on(scenario, &as_many_as_complete(scenario), [scenario.size("N"), width])
}

/// Features `[N, width]` over a graph of any kind.
pub(super) fn on_any_graph(scenario: &Scenario, width: usize) -> Tensors {
    let nodes = scenario.size("N");
    on(scenario, &edges(scenario, nodes), [nodes, width])
}

/// Features `[N, width]` over a hub.
pub(super) fn on_hub(scenario: &Scenario, width: usize) -> Tensors {
    let (edges, nodes) = hub(scenario);
    on(scenario, &edges, [nodes, width])
}

fn on(scenario: &Scenario, edges: &[Edge], shape: [usize; 2]) -> Tensors {
    arguments([
        ("features", scenario.random("features").normal(&shape)),
        ("edge_index", edge_index(edges)),
    ])
}

/// The same arguments with others beside them.
pub(super) fn beside(mut given: Tensors, others: Tensors) -> Tensors {
    given.extend(others);
    given
}
