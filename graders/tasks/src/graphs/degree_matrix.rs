//! `degree_matrix`: how many edges enter each node.

use judge::checks::assertions::equal;
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, scalar, vector};
use judge::contract::domain::Contract;
use judge::contract::random::Random;
use judge::contract::scenario::Scenario;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use wire::{DType, Tensors};

use super::domain::MATRICES;
use super::inputs::{Edge, adjacency, diagonal, in_degrees, irregular, matrix_arguments, shuffled};
use super::properties::{self as shared, SIZES, graph};

const ID: &str = "degree_matrix";

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "graph.rs",
    signature: "fn degree_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor",
    functions: &["degree_matrix"],
    definition: "Puts the number of edges that enter each node on the diagonal of an [N, N] matrix.",
    formula: "D[i, i] = number of edges with destination i, 0 elsewhere",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, parts 3.1 (c) and 3.3 (b)",
    conventions: &[
        "degrees are in-degrees: the row sums of the adjacency matrix",
        "a node that no edge enters has degree 0",
        "a self loop in the list counts once; none is added",
        "the number of nodes, the dtype and the device are those of the parameters",
    ],
    misreadings: &[
        "counting the first row of edge_index gives out-degrees",
        "the degree is not that of a graph to which self loops were added",
        "a count over the edges ends at the largest index that occurs, not at num_nodes",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        domain: MATRICES,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "irregular",
        portion: "all",
        arguments: |random| matrix_arguments(&irregular(random, 7), 7, DType::F32),
        expect: Expect::Outputs,
    },
    Case {
        name: "larger",
        portion: "all",
        arguments: |random| matrix_arguments(&irregular(random, 12), 12, DType::F32),
        expect: Expect::Outputs,
    },
    Case {
        name: "unmentioned_nodes",
        portion: "all",
        arguments: |random| matrix_arguments(&irregular(random, 6), 9, DType::F32),
        expect: Expect::Outputs,
    },
    Case {
        name: "hub",
        portion: "all",
        arguments: hub,
        expect: Expect::Outputs,
    },
    Case {
        name: "listed_self_loops",
        portion: "all",
        arguments: listed_self_loops,
        expect: Expect::Outputs,
    },
    Case {
        name: "integers",
        portion: "all",
        arguments: |random| matrix_arguments(&irregular(random, 7), 7, DType::I64),
        expect: Expect::Outputs,
    },
];

const PROPERTIES: &[Property] = &[
    Property::new(
        "row-sums",
        "the diagonal holds the row sums of the adjacency matrix",
        SIZES,
        row_sums,
    ),
    Property::new(
        "only-the-diagonal",
        "everything off the diagonal is 0",
        SIZES,
        only_the_diagonal,
    ),
    Property::new(
        "flipped-edges",
        "reversing every edge gives the out-degrees",
        SIZES,
        flipped_edges,
    ),
    Property::new(
        "isolated-nodes",
        "a node without edges has degree 0, also the last one",
        SIZES,
        isolated_nodes,
    ),
    Property::new("trace", "the degrees add up to the number of edges", SIZES, trace),
    Property::new(
        "self-loop-counts-once",
        "a self loop in the list raises the degree of its node by 1",
        SIZES,
        self_loop_counts_once,
    ),
    Property::new(
        "edge-order-irrelevant",
        "listing the edges in another order changes nothing",
        SIZES,
        |scenario, probe| shared::edge_order_irrelevant(ID, scenario, probe),
    ),
    Property::new(
        "relabelling",
        "renaming the nodes renames their degrees",
        SIZES,
        |scenario, probe| shared::relabelling(ID, scenario, probe),
    ),
    Property::new(
        "unmentioned-nodes",
        "nodes that no edge mentions have degree 0: num_nodes decides",
        SIZES,
        |scenario, probe| shared::unmentioned_nodes(ID, 0.0, scenario, probe),
    ),
    Property::new(
        "no-edges",
        "a graph without edges has a matrix of zeros",
        &[("N", 1, 6)],
        |scenario, probe| shared::no_edges(ID, 0.0, scenario, probe),
    )
    .few(),
    Property::new(
        "dtype",
        "the dtype is the one that is asked for: f32, f64 or int64",
        SIZES,
        |scenario, probe| shared::dtypes(ID, &[DType::F32, DType::F64, DType::I64], scenario, probe),
    )
    .few(),
];

/// Four nodes speak to node 2, which speaks to one of them; nobody speaks to the others.
pub(super) fn hub(random: &mut Random) -> Tensors {
    let edges = [(0, 2), (1, 2), (3, 2), (4, 2), (2, 4)];
    matrix_arguments(&shuffled(random, &edges), 6, DType::F32)
}

/// Some nodes listen to themselves, the otherwise isolated last one too.
pub(super) fn listed_self_loops(random: &mut Random) -> Tensors {
    let mut edges = irregular(random, 6);
    edges.extend([(1, 1), (2, 2), (5, 5)]);
    matrix_arguments(&shuffled(random, &edges), 6, DType::F32)
}

fn matrix(scenario: &Scenario, probe: &mut Probe<'_>, edges: &[Edge], nodes: usize) -> Result<Array, Broken> {
    shared::matrix(ID, scenario, probe, edges, nodes)
}

/// The diagonal of a square matrix.
pub(super) fn diagonal_of(matrix: &Array) -> Array {
    vector((0..matrix.shape()[0]).map(|node| matrix[[node, node]]).collect())
}

fn row_sums(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let given = matrix(scenario, probe, &edges, nodes)?;
    let sums = adjacency(&edges, nodes).sum_axis(ndarray::Axis(1));
    equal(
        "the diagonal",
        "the row sums of the adjacency matrix",
        &sums,
        &diagonal_of(&given),
        0.0,
    )
}

fn only_the_diagonal(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let mut off = matrix(scenario, probe, &edges, nodes)?;
    for node in 0..nodes {
        off[[node, node]] = 0.0;
    }
    equal(
        "the matrix without its diagonal",
        "0",
        &Array::zeros(off.raw_dim()),
        &off,
        0.0,
    )
}

fn flipped_edges(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, reversed, nodes) = shared::of_flipped(ID, scenario, probe)?;
    let out = diagonal(&in_degrees(&reversed, nodes));
    equal(
        "the matrix of the reversed edges",
        "the out-degrees of the graph",
        &out,
        &given,
        0.0,
    )
}

fn isolated_nodes(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (mut edges, nodes) = graph(scenario);
    let isolated = scenario.random("isolated").integer(0, nodes as i64);
    edges.retain(|edge| edge.0 != isolated && edge.1 != isolated);
    let given = matrix(scenario, probe, &edges, nodes)?;
    let of = |node: usize| scalar(given[[node, node]]);
    equal(
        &format!("the degree of the isolated node {isolated}"),
        "0",
        &scalar(0.0),
        &of(isolated as usize),
        0.0,
    )?;
    equal(
        "the degree of the isolated last node",
        "0",
        &scalar(0.0),
        &of(nodes - 1),
        0.0,
    )
}

fn trace(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let given = matrix(scenario, probe, &edges, nodes)?;
    let sum = scalar(diagonal_of(&given).sum());
    equal(
        "the sum of all degrees",
        "the number of edges",
        &scalar(edges.len() as f64),
        &sum,
        0.0,
    )
}

fn self_loop_counts_once(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (mut edges, nodes) = graph(scenario);
    let mut expected = matrix(scenario, probe, &edges, nodes)?;
    let node = scenario.random("loop").integer(0, nodes as i64);
    edges.push((node, node));
    expected[[node as usize, node as usize]] += 1.0;
    let given = matrix(scenario, probe, &edges, nodes)?;
    equal(
        &format!("the matrix with a self loop at node {node}"),
        "the matrix before, with 1 added at that node",
        &expected,
        &given,
        0.0,
    )
}
