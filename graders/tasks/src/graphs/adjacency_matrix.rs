//! `adjacency_matrix`: which node hears which.

use judge::checks::assertions::equal;
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, scalar, vector};
use judge::contract::domain::Contract;
use judge::contract::random::Random;
use judge::contract::scenario::Scenario;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use ndarray::Ix2;
use wire::{DType, Tensors};

use super::domain::MATRICES;
use super::inputs::{Edge, adjacency, flipped, irregular, matrix_arguments, product, shuffled};
use super::properties::{self as shared, SIZES, graph};

const ID: &str = "adjacency_matrix";

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "graph.rs",
    signature: "fn adjacency_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor",
    functions: &["adjacency_matrix"],
    definition: "Writes an edge list as an [N, N] matrix: 1 in row i, column j where an edge goes from j to i, else 0.",
    formula: "A[destination, source] = 1 for every edge (source, destination), 0 elsewhere",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, parts 3.1 (a) and 3.3 (b)",
    conventions: &[
        "row 0 of edge_index holds the sources, row 1 the destinations",
        "rows of the matrix are destinations: A times the features sums over the sources of each node",
        "the number of nodes is given, never inferred from the edges",
        "dtype and device are those of the parameters, not those of the edge list",
        "the matrix is as directed as the edge list; the diagonal is 0 but for self loops in the list",
    ],
    misreadings: &[
        "A[source, destination] is the transpose; it shows as soon as an edge has no reverse",
        "the largest index plus one misses isolated nodes at the end",
        "self loops are a matter of the layers that want them",
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
        name: "chain",
        portion: "all",
        arguments: |_| matrix_arguments(&[(0, 1), (1, 2), (2, 3)], 5, DType::F32),
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
        "entries",
        "the entry in row i, column j is 1 where an edge goes from j to i, and 0 everywhere else",
        SIZES,
        entries,
    ),
    Property::new(
        "flipped-edges-transpose",
        "reversing every edge transposes the matrix",
        SIZES,
        flipped_edges_transpose,
    ),
    Property::new(
        "one-way",
        "a single edge gives a single 1, and none in the place of its reverse",
        &[("N", 2, 8)],
        one_way,
    ),
    Property::new(
        "edge-order-irrelevant",
        "listing the edges in another order changes nothing",
        SIZES,
        |scenario, probe| shared::edge_order_irrelevant(ID, scenario, probe),
    ),
    Property::new(
        "relabelling",
        "renaming the nodes permutes rows and columns: A' = P A P^T",
        SIZES,
        |scenario, probe| shared::relabelling(ID, scenario, probe),
    ),
    Property::new(
        "zero-diagonal",
        "the diagonal is 0 but for self loops that the list holds",
        SIZES,
        zero_diagonal,
    ),
    Property::new(
        "unmentioned-nodes",
        "nodes that no edge mentions have a row and a column of zeros: num_nodes decides",
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
    Property::new(
        "closed-walks",
        "for an undirected graph trace(A^2) is twice the number of edges and trace(A^3) six times that of triangles",
        &[("N", 4, 8)],
        closed_walks,
    ),
    Property::new(
        "row-sums",
        "the row sums are the in-degrees, the column sums the out-degrees",
        SIZES,
        row_sums,
    ),
];

/// Some nodes listen to themselves, the isolated last one too.
fn listed_self_loops(random: &mut Random) -> Tensors {
    let mut edges = irregular(random, 6);
    edges.extend([(1, 1), (3, 3), (5, 5)]);
    matrix_arguments(&shuffled(random, &edges), 6, DType::F32)
}

fn matrix(scenario: &Scenario, probe: &mut Probe<'_>, edges: &[Edge], nodes: usize) -> Result<Array, Broken> {
    shared::matrix(ID, scenario, probe, edges, nodes)
}

fn entries(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let given = matrix(scenario, probe, &edges, nodes)?;
    equal(
        "the matrix",
        "1 at [destination, source] of every edge, else 0",
        &adjacency(&edges, nodes),
        &given,
        0.0,
    )
}

fn flipped_edges_transpose(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let before = matrix(scenario, probe, &edges, nodes)?;
    let after = matrix(scenario, probe, &flipped(&edges), nodes)?;
    let transposed = before.t().to_owned();
    equal(
        "the matrix of the reversed edges",
        "the transposed matrix",
        &transposed,
        &after,
        0.0,
    )
}

fn one_way(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let nodes = scenario.size("N");
    let names = scenario.random("ends").permutation(nodes);
    let edges = [(names[0] as i64, names[1] as i64)];
    let given = matrix(scenario, probe, &edges, nodes)?;
    equal(
        &format!("the matrix of the one edge from {} to {}", names[0], names[1]),
        &format!("a single 1 in row {}, column {}", names[1], names[0]),
        &adjacency(&edges, nodes),
        &given,
        0.0,
    )
}

fn zero_diagonal(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (mut edges, nodes) = graph(scenario);
    let diagonal = |matrix: &Array| vector((0..nodes).map(|node| matrix[[node, node]]).collect());
    let without = matrix(scenario, probe, &edges, nodes)?;
    equal(
        "the diagonal without self loops",
        "0",
        &Array::zeros(vec![nodes]),
        &diagonal(&without),
        0.0,
    )?;
    let node = scenario.random("loop").integer(0, nodes as i64);
    edges.insert(0, (node, node));
    let with = matrix(scenario, probe, &edges, nodes)?;
    let mut expected = Array::zeros(vec![nodes]);
    expected[[node as usize]] = 1.0;
    equal(
        &format!("the diagonal where node {node} alone has a self loop"),
        "1 for that node, else 0",
        &expected,
        &diagonal(&with),
        0.0,
    )
}

fn closed_walks(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    // With the triangle 0, 1, 2 there is always something to count.
    let has = |one: i64, other: i64| {
        edges.contains(&(one, other)) || edges.contains(&(other, one)) || (one < 3 && other < 3 && one != other)
    };
    let nodes_before = |node: i64| 0..node;
    let pairs: Vec<Edge> = (0..nodes as i64)
        .flat_map(|larger| nodes_before(larger).map(move |smaller| (smaller, larger)))
        .filter(|&(smaller, larger)| has(smaller, larger))
        .collect();
    let triangles = pairs
        .iter()
        .flat_map(|&(smaller, larger)| nodes_before(smaller).map(move |least| (least, smaller, larger)))
        .filter(|&(least, smaller, larger)| has(least, smaller) && has(least, larger))
        .count();
    let both_ways: Vec<Edge> = pairs.iter().copied().chain(flipped(&pairs)).collect();
    let once = matrix(scenario, probe, &both_ways, nodes)?;
    let twice = product(&once, &once);
    let thrice = product(&twice, &once);
    let expected = scalar(2.0 * pairs.len() as f64);
    equal(
        "trace(A^2)",
        "twice the number of undirected edges",
        &expected,
        &trace(&twice),
        0.0,
    )?;
    let expected = scalar(6.0 * triangles as f64);
    equal(
        "trace(A^3)",
        "six times the number of triangles",
        &expected,
        &trace(&thrice),
        0.0,
    )
}

fn trace(matrix: &Array) -> Array {
    let square = matrix
        .view()
        .into_dimensionality::<Ix2>()
        .expect("a matrix has two axes");
    scalar(square.diag().sum())
}

fn row_sums(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let given = matrix(scenario, probe, &edges, nodes)?;
    let degrees = |edges: &[Edge]| vector(super::inputs::in_degrees(edges, nodes));
    let sums = |axis: usize| given.sum_axis(ndarray::Axis(axis));
    equal(
        "the list of row sums",
        "the number of edges into each node",
        &degrees(&edges),
        &sums(1),
        0.0,
    )?;
    equal(
        "the list of column sums",
        "the number of edges out of each node",
        &degrees(&flipped(&edges)),
        &sums(0),
        0.0,
    )
}
