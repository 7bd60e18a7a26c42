//! Right and wrong graph matrices in plain Rust: the properties accept the right ones and reject the wrong ones.

use judge::contract::Task;
use judge::contract::arguments::{Array, arguments, tensor};
use judge::contract::subject::Call;
use wire::{DType, Data, Outcome, Tensor, Tensors};

use crate::graphs::graph_attention::inputs::edges_of;
use crate::graphs::inputs::{Edge, adjacency, diagonal, flipped, in_degrees, product};
use crate::graphs::{adjacency_matrix, degree_matrix, inverted_degree_matrix};
use crate::testing::{failed_properties, telling_cases};

type Answer = Result<Tensors, Outcome>;
/// From edges and number of nodes to a matrix.
type Matrix = fn(&[Edge], usize) -> Array;

/// A function that gives this matrix in the dtype that is asked for.
fn gives(matrix: Matrix) -> impl Fn(&Call) -> Answer {
    move |call| {
        let nodes = call.arguments["num_nodes"].item().expect("a single number") as usize;
        let matrix = matrix(&edges_of(&call.arguments["edge_index"]), nodes);
        Ok(arguments([(
            "matrix",
            in_dtype(&matrix, call.arguments["like"].dtype()),
        )]))
    }
}

fn in_dtype(matrix: &Array, dtype: DType) -> Tensor {
    let integers = || matrix.iter().map(|&value| value as i64).collect();
    match dtype {
        DType::I64 => Tensor::new(matrix.shape().to_vec(), Data::I64(integers())).expect("the same shape"),
        dtype => tensor(matrix).to_float(dtype),
    }
}

fn reject(task: &Task, right: Matrix, mistakes: &[(&str, Matrix, &str)]) {
    assert_eq!(failed_properties(task, gives(right)), Vec::<&str>::new());
    for &(mistake, wrong, property) in mistakes {
        let broken = failed_properties(task, gives(wrong));
        assert!(
            broken.contains(&property),
            "{mistake} breaks {broken:?}, not {property}"
        );
        let telling = telling_cases(task, gives(right), gives(wrong));
        assert!(!telling.is_empty(), "no golden case tells {mistake}");
    }
}

/// As many nodes as the largest index says.
pub(crate) fn inferred(edges: &[Edge]) -> usize {
    edges
        .iter()
        .flat_map(|edge| [edge.0, edge.1])
        .max()
        .map_or(0, |largest| largest as usize + 1)
}

#[test]
fn adjacency_properties_and_cases_reject_what_goes_wrong() {
    reject(
        &adjacency_matrix::TASK,
        adjacency,
        &[
            (
                "every edge reversed",
                |edges, nodes| adjacency(&flipped(edges), nodes),
                "entries",
            ),
            (
                "symmetrised",
                |edges, nodes| adjacency(&[edges, &flipped(edges)].concat(), nodes),
                "one-way",
            ),
            (
                "self loops added",
                |edges, nodes| adjacency(edges, nodes) + diagonal(&vec![1.0; nodes]),
                "zero-diagonal",
            ),
            (
                "node count inferred",
                |edges, _| adjacency(edges, inferred(edges)),
                "unmentioned-nodes",
            ),
            (
                "listed self loops dropped",
                |edges, nodes| {
                    let proper: Vec<Edge> = edges.iter().copied().filter(|edge| edge.0 != edge.1).collect();
                    adjacency(&proper, nodes)
                },
                "zero-diagonal",
            ),
            (
                "normalised by the degree",
                |edges, nodes| product(&inverted(edges, nodes), &adjacency(edges, nodes)),
                "row-sums",
            ),
            ("identity", |_, nodes| diagonal(&vec![1.0; nodes]), "no-edges"),
            (
                "only the first edge of a destination",
                |edges, nodes| {
                    let mut seen = Vec::new();
                    let first = edges.iter().copied().filter(|edge| {
                        let new = !seen.contains(&edge.1);
                        seen.push(edge.1);
                        new
                    });
                    adjacency(&first.collect::<Vec<Edge>>(), nodes)
                },
                "closed-walks",
            ),
        ],
    );
}

#[test]
fn the_dtype_that_is_asked_for_is_the_one_that_counts() {
    let always = |dtype: DType| {
        move |call: &Call| {
            let nodes = call.arguments["num_nodes"].item().expect("a single number") as usize;
            let matrix = adjacency(&edges_of(&call.arguments["edge_index"]), nodes);
            Ok(arguments([("matrix", in_dtype(&matrix, dtype))]))
        }
    };
    for dtype in [DType::F32, DType::F64, DType::I64] {
        assert!(failed_properties(&adjacency_matrix::TASK, always(dtype)).contains(&"dtype"));
    }
}

fn degrees(edges: &[Edge], nodes: usize) -> Array {
    diagonal(&in_degrees(edges, nodes))
}

/// A matrix with a function of the in-degree on its diagonal.
fn of_degrees(edges: &[Edge], nodes: usize, value: fn(f64) -> f64) -> Array {
    diagonal(&in_degrees(edges, nodes).into_iter().map(value).collect::<Vec<f64>>())
}

fn inverted(edges: &[Edge], nodes: usize) -> Array {
    of_degrees(edges, nodes, |degree| 1.0 / degree.max(1.0))
}

#[test]
fn degree_properties_and_cases_reject_what_goes_wrong() {
    reject(
        &degree_matrix::TASK,
        degrees,
        &[
            ("out-degree", |edges, nodes| degrees(&flipped(edges), nodes), "row-sums"),
            (
                "degree plus one",
                |edges, nodes| of_degrees(edges, nodes, |degree| degree + 1.0),
                "isolated-nodes",
            ),
            (
                "isolated as one",
                |edges, nodes| of_degrees(edges, nodes, |degree| degree.max(1.0)),
                "isolated-nodes",
            ),
            (
                "both directions",
                |edges, nodes| degrees(edges, nodes) + degrees(&flipped(edges), nodes),
                "trace",
            ),
            (
                "node count inferred",
                |edges, _| degrees(edges, inferred(edges)),
                "unmentioned-nodes",
            ),
            (
                "duplicate destinations lost",
                |edges, nodes| of_degrees(edges, nodes, |degree| degree.min(1.0)),
                "trace",
            ),
            (
                "adjacency left in",
                |edges, nodes| degrees(edges, nodes) - adjacency(edges, nodes),
                "only-the-diagonal",
            ),
            (
                "self loops ignored",
                |edges, nodes| {
                    let proper: Vec<Edge> = edges.iter().copied().filter(|edge| edge.0 != edge.1).collect();
                    degrees(&proper, nodes)
                },
                "self-loop-counts-once",
            ),
        ],
    );
}

#[test]
fn inverted_degree_properties_and_cases_reject_what_goes_wrong() {
    reject(
        &inverted_degree_matrix::TASK,
        inverted,
        &[
            (
                "infinite",
                |edges, nodes| of_degrees(edges, nodes, |degree| 1.0 / degree),
                "isolated-nodes",
            ),
            (
                "isolated as zero",
                |edges, nodes| of_degrees(edges, nodes, |degree| if degree > 0.0 { 1.0 / degree } else { 0.0 }),
                "isolated-nodes",
            ),
            (
                "degree plus one",
                |edges, nodes| of_degrees(edges, nodes, |degree| 1.0 / (degree + 1.0)),
                "inverse",
            ),
            (
                "with an epsilon",
                |edges, nodes| of_degrees(edges, nodes, |degree| 1.0 / (degree + 1e-3)),
                "inverse",
            ),
            (
                "out-degree",
                |edges, nodes| inverted(&flipped(edges), nodes),
                "rows-become-means",
            ),
            (
                "square root",
                |edges, nodes| of_degrees(edges, nodes, |degree| degree.max(1.0).powf(-0.5)),
                "inverse",
            ),
            (
                "not inverted",
                |edges, nodes| of_degrees(edges, nodes, |degree| degree.max(1.0)),
                "rows-become-means",
            ),
            (
                "node count inferred",
                |edges, _| inverted(edges, inferred(edges)),
                "unmentioned-nodes",
            ),
            (
                "inverse of every entry",
                |edges, nodes| degrees(edges, nodes).mapv(|value| 1.0 / value.max(1.0)),
                "only-the-diagonal",
            ),
        ],
    );
}
