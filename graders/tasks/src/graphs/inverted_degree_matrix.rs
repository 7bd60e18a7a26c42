//! `inverted_degree_matrix`: what turns sums over neighbours into means.

use judge::checks::assertions::equal;
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, scalar, vector};
use judge::contract::domain::Contract;
use judge::contract::scenario::Scenario;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use wire::DType;

use super::degree_matrix::{diagonal_of, hub, listed_self_loops};
use super::domain::MATRICES_OF_FLOATS;
use super::inputs::{Edge, adjacency, diagonal, in_degrees, irregular, matrix_arguments, product};
use super::properties::{self as shared, CLOSELY, SIZES, graph};

const ID: &str = "inverted_degree_matrix";

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "graph.rs",
    signature: "fn inverted_degree_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor",
    functions: &["inverted_degree_matrix"],
    definition: "Puts one divided by the number of edges that enter each node on the diagonal of an [N, N] matrix, and \
                 1 where none enters.",
    formula: "M[i, i] = 1 / D[i, i] where D[i, i] > 0, else 1; 0 off the diagonal (D as in degree_matrix)",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 3.3 (b)",
    conventions: &[
        "degrees are in-degrees, as in degree_matrix",
        "where no edge enters a node the inverse does not exist, and the entry is 1",
        "the number of nodes, the dtype and the device are those of the parameters; the dtype is a floating-point one",
    ],
    misreadings: &[
        "1 / 0 is infinity, and infinity times 0 is NaN",
        "adding 1 to every degree avoids the division by zero but changes all other entries",
        "a node that only sends has in-degree 0, though it is not without edges",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        domain: MATRICES_OF_FLOATS,
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
];

const PROPERTIES: &[Property] = &[
    Property::new(
        "inverse",
        "the product with the in-degrees is 1 where edges enter",
        SIZES,
        inverse,
    ),
    Property::new(
        "isolated-nodes",
        "a node that no edge enters has the entry 1, never infinity, NaN or 0",
        SIZES,
        isolated_nodes,
    ),
    Property::new(
        "rows-become-means",
        "D^-1 A 1 is 1 where edges enter and 0 where none does",
        SIZES,
        rows_become_means,
    ),
    Property::new(
        "only-the-diagonal",
        "everything off the diagonal is 0",
        SIZES,
        only_the_diagonal,
    ),
    Property::new(
        "flipped-edges",
        "reversing every edge gives the inverted out-degrees",
        SIZES,
        flipped_edges,
    ),
    Property::new(
        "edge-order-irrelevant",
        "listing the edges in another order changes nothing",
        SIZES,
        |scenario, probe| shared::edge_order_irrelevant(ID, scenario, probe),
    ),
    Property::new(
        "relabelling",
        "renaming the nodes renames their entries",
        SIZES,
        |scenario, probe| shared::relabelling(ID, scenario, probe),
    ),
    Property::new(
        "unmentioned-nodes",
        "nodes that no edge mentions have the entry 1: num_nodes decides",
        SIZES,
        |scenario, probe| shared::unmentioned_nodes(ID, 1.0, scenario, probe),
    ),
    Property::new(
        "no-edges",
        "a graph without edges has the identity",
        &[("N", 1, 6)],
        |scenario, probe| shared::no_edges(ID, 1.0, scenario, probe),
    )
    .few(),
    Property::new(
        "dtype",
        "the dtype is the one that is asked for: f32 or f64",
        SIZES,
        |scenario, probe| shared::dtypes(ID, &[DType::F32, DType::F64], scenario, probe),
    )
    .few(),
];

fn matrix(scenario: &Scenario, probe: &mut Probe<'_>, edges: &[Edge], nodes: usize) -> Result<Array, Broken> {
    shared::matrix(ID, scenario, probe, edges, nodes)
}

fn inverse(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let given = matrix(scenario, probe, &edges, nodes)?;
    let degrees = in_degrees(&edges, nodes);
    let entered = |values: &[f64]| -> Array {
        vector(
            values
                .iter()
                .zip(&degrees)
                .filter(|(_, degree)| **degree > 0.0)
                .map(|(value, _)| *value)
                .collect(),
        )
    };
    let products: Vec<f64> = diagonal_of(&given)
        .iter()
        .zip(&degrees)
        .map(|(inverse, degree)| inverse * degree)
        .collect();
    equal(
        "entry times in-degree, for nodes that edges enter",
        "1",
        &entered(&vec![1.0; nodes]),
        &entered(&products),
        CLOSELY,
    )
}

fn isolated_nodes(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (mut edges, nodes) = graph(scenario);
    let node = scenario.random("isolated").integer(0, nodes as i64);
    // It may still send: only edges that enter count.
    edges.retain(|edge| edge.1 != node);
    let given = matrix(scenario, probe, &edges, nodes)?;
    let of = |node: usize| scalar(given[[node, node]]);
    equal(
        &format!("the entry of node {node}, which no edge enters"),
        "1",
        &scalar(1.0),
        &of(node as usize),
        CLOSELY,
    )?;
    equal(
        "the entry of the isolated last node",
        "1",
        &scalar(1.0),
        &of(nodes - 1),
        CLOSELY,
    )
}

fn rows_become_means(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let given = matrix(scenario, probe, &edges, nodes)?;
    let ones = Array::ones(vec![nodes]);
    let means = product(&given, &product(&adjacency(&edges, nodes), &ones));
    let expected = vector(in_degrees(&edges, nodes)).mapv(|degree| f64::from(degree > 0.0));
    equal(
        "D^-1 A 1",
        "1 where edges enter, 0 where none does",
        &expected,
        &means,
        CLOSELY,
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
        CLOSELY,
    )
}

fn flipped_edges(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, reversed, nodes) = shared::of_flipped(ID, scenario, probe)?;
    let inverted: Vec<f64> = in_degrees(&reversed, nodes)
        .iter()
        .map(|degree| 1.0 / degree.max(1.0))
        .collect();
    equal(
        "the matrix of the reversed edges",
        "one over the out-degrees, 1 where no edge leaves",
        &diagonal(&inverted),
        &given,
        CLOSELY,
    )
}
