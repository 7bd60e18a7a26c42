//! `laplacian`: degrees minus neighbours.

use judge::checks::assertions::equal;
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, array, scalar, vector};
use judge::contract::domain::Contract;
use judge::contract::random::Random;
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use wire::{DType, Tensors};

use super::domain::MATRICES;
use super::inputs::{Edge, adjacency, flipped, in_degrees, irregular, matrix_arguments, product, shuffled};
use super::properties::{self as shared, SIZES, graph};

const ID: &str = "laplacian";
/// Bound on what agrees but for rounding, wide enough for a step in f32: that costs the check of precision only.
const CLOSELY: f64 = 1e-5;
/// Sizes of an undirected graph.
const PAIRS: Sizes = &[("N", 2, 8)];

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "graph_algebra.rs",
    signature: "fn laplacian(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor",
    functions: &["laplacian"],
    definition: "The degree matrix of an edge list minus its adjacency matrix.",
    formula: "L = D - A with in-degrees in D and A[destination, source] = 1",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 3.1 (c)",
    conventions: &[
        "degrees are in-degrees, the row sums of the adjacency matrix: every row of L sums to 0",
        "a listed self loop counts in D and in A and cancels",
        "the Laplacian is not normalised",
        "number of nodes, dtype and device are those of the parameters",
    ],
    misreadings: &[
        "A - D has every sign the other way",
        "with out-degrees the columns sum to 0 and the rows of a directed graph do not",
        "the normalised Laplacian has ones on the diagonal",
    ],
    parts: &["adjacency_matrix", "degree_matrix"],
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
        name: "undirected",
        portion: "all",
        arguments: |_| matrix_arguments(&both_ways(&[(0, 1), (1, 2), (0, 2), (3, 2), (5, 6)]), 8, DType::F32),
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
        "rows-sum-to-zero",
        "every row sums to 0, of a directed graph too",
        SIZES,
        rows_sum_to_zero,
    ),
    Property::new(
        "differences",
        "row i times x is the sum of x_i - x_j over the edges from j to i",
        SIZES,
        differences,
    ),
    Property::new(
        "symmetric",
        "the Laplacian of an undirected graph is symmetric",
        PAIRS,
        symmetric,
    ),
    Property::new(
        "quadratic-form",
        "for an undirected graph x^T L x is the sum of (x_u - x_v)^2 over its edges",
        PAIRS,
        quadratic_form,
    ),
    Property::new(
        "components",
        "an undirected graph has as many components as its Laplacian has eigenvalues 0",
        &[("N", 1, 8)],
        components,
    ),
    Property::new(
        "self-loops-cancel",
        "self loops in the list change nothing",
        SIZES,
        self_loops_cancel,
    ),
    Property::new(
        "edge-order-irrelevant",
        "listing the edges in another order changes nothing",
        SIZES,
        |scenario, probe| shared::edge_order_irrelevant(ID, scenario, probe),
    ),
    Property::new(
        "relabelling",
        "renaming the nodes permutes rows and columns",
        SIZES,
        |scenario, probe| shared::relabelling(ID, scenario, probe),
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
];

/// Each edge and its reverse.
fn both_ways(pairs: &[Edge]) -> Vec<Edge> {
    [pairs, &flipped(pairs)].concat()
}

fn listed_self_loops(random: &mut Random) -> Tensors {
    let mut edges = irregular(random, 6);
    edges.extend([(1, 1), (3, 3), (5, 5)]);
    matrix_arguments(&shuffled(random, &edges), 6, DType::F32)
}

/// Some pairs of nodes, few enough to leave several components.
fn pairs(scenario: &Scenario) -> (Vec<Edge>, usize) {
    let nodes = scenario.size("N");
    let mut random = scenario.random("pairs");
    let all = (0..nodes as i64).flat_map(|larger| (0..larger).map(move |smaller| (smaller, larger)));
    (all.filter(|_| random.unit() < 0.3).collect(), nodes)
}

fn matrix(scenario: &Scenario, probe: &mut Probe<'_>, edges: &[Edge], nodes: usize) -> Result<Array, Broken> {
    shared::matrix(ID, scenario, probe, edges, nodes)
}

fn rows_sum_to_zero(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let sums = matrix(scenario, probe, &edges, nodes)?.sum_axis(ndarray::Axis(1));
    equal("the row sums", "0", &Array::zeros(vec![nodes]), &sums, CLOSELY)
}

fn differences(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let given = matrix(scenario, probe, &edges, nodes)?;
    let values = array(&scenario.normal("values", &[nodes]));
    let mut sums = vec![0.0; nodes];
    for &(source, destination) in &edges {
        sums[destination as usize] += values[[destination as usize]] - values[[source as usize]];
    }
    equal(
        "the Laplacian times x",
        "the sum of x_i - x_j over the edges from j to i",
        &vector(sums),
        &product(&given, &values),
        CLOSELY,
    )
}

fn symmetric(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (pairs, nodes) = pairs(scenario);
    let given = matrix(scenario, probe, &both_ways(&pairs), nodes)?;
    let transposed = given.t().to_owned();
    equal(
        "the transposed Laplacian of an undirected graph",
        "itself",
        &given,
        &transposed,
        CLOSELY,
    )
}

fn quadratic_form(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (pairs, nodes) = pairs(scenario);
    let given = matrix(scenario, probe, &both_ways(&pairs), nodes)?;
    let values = array(&scenario.normal("values", &[nodes]));
    let along = |&(one, other): &Edge| (values[[one as usize]] - values[[other as usize]]).powi(2);
    let expected = scalar(pairs.iter().map(along).sum());
    let form = scalar((&values * &product(&given, &values)).sum());
    equal(
        "x^T L x",
        "the sum of (x_u - x_v)^2 over the undirected edges",
        &expected,
        &form,
        CLOSELY,
    )
}

fn components(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (pairs, nodes) = pairs(scenario);
    let given = matrix(scenario, probe, &both_ways(&pairs), nodes)?;
    let kernel = scalar((nodes - rank(given)) as f64);
    equal(
        "the multiplicity of the eigenvalue 0",
        "the number of components",
        &scalar(number_of_components(&pairs, nodes) as f64),
        &kernel,
        0.0,
    )
}

/// Components, counted by merging the two ends of every edge.
fn number_of_components(pairs: &[Edge], nodes: usize) -> usize {
    let mut component: Vec<usize> = (0..nodes).collect();
    for &(one, other) in pairs {
        let (kept, merged) = (component[one as usize], component[other as usize]);
        component
            .iter_mut()
            .filter(|label| **label == merged)
            .for_each(|label| *label = kept);
    }
    component.sort_unstable();
    component.dedup();
    component.len()
}

/// The rank, by elimination with the largest pivot. A symmetric matrix has as many eigenvalues 0 as it lacks in rank.
fn rank(mut matrix: Array) -> usize {
    let (rows, columns) = (matrix.shape()[0], matrix.shape()[1]);
    let mut rank = 0;
    for column in 0..columns {
        let size = |row: &usize| matrix[[*row, column]].abs();
        let Some(pivot) = (rank..rows).max_by(|one, other| size(one).total_cmp(&size(other))) else {
            break;
        };
        if size(&pivot) < 1e-9 {
            continue;
        }
        for place in 0..columns {
            matrix.swap([rank, place], [pivot, place]);
        }
        for row in rank + 1..rows {
            let factor = matrix[[row, column]] / matrix[[rank, column]];
            for place in 0..columns {
                matrix[[row, place]] -= factor * matrix[[rank, place]];
            }
        }
        rank += 1;
    }
    rank
}

fn self_loops_cancel(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (mut edges, nodes) = graph(scenario);
    let node = scenario.random("loop").integer(0, nodes as i64);
    edges.insert(0, (node, node));
    let given = matrix(scenario, probe, &edges, nodes)?;
    let mut expected = -adjacency(&edges[1..], nodes);
    for (node, degree) in in_degrees(&edges[1..], nodes).into_iter().enumerate() {
        expected[[node, node]] = degree;
    }
    equal(
        &format!("the Laplacian with a self loop at node {node}"),
        "in-degrees on the diagonal, -1 for every edge to another node, both without the loop",
        &expected,
        &given,
        CLOSELY,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_and_rank_are_counted_apart_and_agree() {
        let pairs = [(0, 1), (1, 2), (4, 5)];
        assert_eq!(number_of_components(&pairs, 7), 4);
        let path = ndarray::arr2(&[[1.0, -1.0, 0.0], [-1.0, 2.0, -1.0], [0.0, -1.0, 1.0]]).into_dyn();
        assert_eq!(rank(path), 2);
        assert_eq!(rank(Array::zeros(vec![3, 3])), 0);
        assert_eq!(rank(ndarray::arr2(&[[0.0, 2.0], [1.0, 0.0]]).into_dyn()), 2);
    }
}
