//! Right and wrong powers, Laplacians and graph convolutions in plain Rust: the properties accept the right ones and reject
//! the wrong ones.

#![expect(
    clippy::unnecessary_wraps,
    reason = "functions that refuse and functions that do not have one type"
)]

use judge::contract::Task;
use judge::contract::arguments::{Array, arguments, array, tensor, tensor_like, with};
use judge::contract::random::integers;
use judge::contract::subject::Call;
use wire::{DType, Data, Outcome, Tensor, Tensors};

use crate::graphs::convolution_inputs::{means, updated};
use crate::graphs::graph_attention::inputs::edges_of;
use crate::graphs::inputs::{Edge, adjacency, diagonal, flipped, in_degrees, product};
use crate::graphs::{adjacency_power, figure_6, laplacian, matrix_graph_convolution, message, update};
use crate::testing::{failed_properties, telling_cases, trivial_cases};

type Answer = Result<Tensors, Outcome>;
type Function = fn(&Call) -> Answer;

fn reject(task: &Task, right: Function, mistakes: &[(&str, Function, &str)]) {
    assert_eq!(failed_properties(task, right), Vec::<&str>::new());
    assert_eq!(trivial_cases(task, right), Vec::<&str>::new());
    for &(mistake, wrong, property) in mistakes {
        let broken = failed_properties(task, wrong);
        assert!(
            broken.contains(&property),
            "{mistake} breaks {broken:?}, not {property}"
        );
        let telling = telling_cases(task, right, wrong);
        assert!(!telling.is_empty(), "no golden case tells {mistake}");
    }
}

fn power(call: &Call, power: fn(&Array, i64) -> Array) -> Answer {
    let adjacency = &call.arguments["adjacency"];
    let n = call.arguments["n"].item().expect("a single number") as i64;
    Ok(arguments([(
        "power",
        tensor_like(adjacency, &power(&array(adjacency), n)),
    )]))
}

fn multiplied(matrix: &Array, n: i64) -> Array {
    let identity = diagonal(&vec![1.0; matrix.shape()[0]]);
    (0..n).fold(identity, |power, _| product(&power, matrix))
}

#[test]
fn power_properties_and_cases_reject_what_goes_wrong() {
    reject(
        &adjacency_power::TASK,
        |call| power(call, multiplied),
        &[
            (
                "powers of the entries",
                |call| power(call, |matrix, n| matrix.mapv(|value| value.powi(n as i32))),
                "walks",
            ),
            (
                "one factor too many",
                |call| power(call, |matrix, n| multiplied(matrix, n + 1)),
                "zero-and-one",
            ),
            (
                "whether instead of how many",
                |call| {
                    power(call, |matrix, n| {
                        multiplied(matrix, n).mapv(|count| count.clamp(0.0, 1.0))
                    })
                },
                "walks",
            ),
            (
                "at most n edges",
                |call| {
                    power(call, |matrix, n| {
                        (1..=n).fold(multiplied(matrix, 0), |sum, n| sum + multiplied(matrix, n))
                    })
                },
                "ring",
            ),
            (
                "round trips left out",
                |call| {
                    power(call, |matrix, n| {
                        let power = multiplied(matrix, n);
                        let sides: Vec<f64> = (0..matrix.shape()[0]).map(|node| power[[node, node]]).collect();
                        power - diagonal(&sides)
                    })
                },
                "walks",
            ),
        ],
    );
}

fn laplacian_by(call: &Call, matrix: fn(&[Edge], usize) -> Array) -> Answer {
    let nodes = call.arguments["num_nodes"].item().expect("a single number") as usize;
    let matrix = matrix(&edges_of(&call.arguments["edge_index"]), nodes);
    let integers = || matrix.iter().map(|&value| value as i64).collect();
    let matrix = match call.arguments["like"].dtype() {
        DType::I64 => Tensor::new(matrix.shape().to_vec(), Data::I64(integers())).expect("the same shape"),
        dtype => tensor(&matrix).to_float(dtype),
    };
    Ok(arguments([("matrix", matrix)]))
}

fn degrees(edges: &[Edge], nodes: usize) -> Array {
    diagonal(&in_degrees(edges, nodes))
}

#[test]
fn laplacian_properties_and_cases_reject_what_goes_wrong() {
    let mistakes: [(&str, Function, &str); 5] = [
        (
            "out-degrees",
            |call| {
                laplacian_by(call, |edges, nodes| {
                    degrees(&flipped(edges), nodes) - adjacency(edges, nodes)
                })
            },
            "rows-sum-to-zero",
        ),
        (
            "sign turned",
            |call| laplacian_by(call, |edges, nodes| adjacency(edges, nodes) - degrees(edges, nodes)),
            "quadratic-form",
        ),
        (
            "degrees added",
            |call| laplacian_by(call, |edges, nodes| degrees(edges, nodes) + adjacency(edges, nodes)),
            "components",
        ),
        (
            "edges reversed",
            |call| {
                laplacian_by(call, |edges, nodes| {
                    degrees(edges, nodes) - adjacency(&flipped(edges), nodes)
                })
            },
            "differences",
        ),
        (
            "normalised by the degree",
            |call| {
                laplacian_by(call, |edges, nodes| {
                    let inverted: Vec<f64> = in_degrees(edges, nodes)
                        .iter()
                        .map(|degree| 1.0 / degree.max(1.0))
                        .collect();
                    diagonal(&vec![1.0; nodes]) - product(&diagonal(&inverted), &adjacency(edges, nodes))
                })
            },
            "differences",
        ),
    ];
    let right: Function = |call| laplacian_by(call, |edges, nodes| degrees(edges, nodes) - adjacency(edges, nodes));
    reject(&laplacian::TASK, right, &mistakes);
}

/// The output that `function` makes of features and edges.
fn mapped(call: &Call, output: &'static str, function: fn(&Call, &Array, &[Edge]) -> Array) -> Answer {
    let features = &call.arguments["features"];
    let made = function(call, &array(features), &edges_of(&call.arguments["edge_index"]));
    Ok(arguments([(output, tensor_like(features, &made))]))
}

fn sums(features: &Array, edges: &[Edge]) -> Array {
    product(&adjacency(edges, features.shape()[0]), features)
}

/// The last message of several.
fn assigned(features: &Array, edges: &[Edge]) -> Array {
    let mut messages = Array::zeros(features.raw_dim());
    for &(source, destination) in edges {
        let row = |node: i64| (ndarray::Axis(0), node as usize);
        let (axis, to) = row(destination);
        messages
            .index_axis_mut(axis, to)
            .assign(&features.index_axis(axis, row(source).1));
    }
    messages
}

#[test]
fn message_properties_and_cases_reject_what_goes_wrong() {
    reject(
        &message::TASK,
        |call| mapped(call, "messages", |_, features, edges| means(features, edges)),
        &[
            (
                "sum",
                |call| mapped(call, "messages", |_, features, edges| sums(features, edges)),
                "constant-features",
            ),
            (
                "edges reversed",
                |call| mapped(call, "messages", |_, features, edges| means(features, &flipped(edges))),
                "one-hop",
            ),
            (
                "assigned",
                |call| mapped(call, "messages", |_, features, edges| assigned(features, edges)),
                "mean",
            ),
            (
                "own features where none enters",
                |call| {
                    mapped(call, "messages", |_, features, edges| {
                        let missing = in_degrees(edges, features.shape()[0])
                            .into_iter()
                            .map(|degree| f64::from(degree == 0.0));
                        means(features, edges) + product(&diagonal(&missing.collect::<Vec<_>>()), features)
                    })
                },
                "isolated-nodes",
            ),
            (
                "activation",
                |call| {
                    mapped(call, "messages", |_, features, edges| {
                        means(features, edges).mapv(|value| value.max(0.0))
                    })
                },
                "linear",
            ),
        ],
    );
}

fn layer(call: &Call, features: &Array, edges: &[Edge]) -> Array {
    updated(&call.arguments, features, &means(features, edges))
}

/// The call with its weights exchanged.
fn exchanged(call: &Call) -> Call {
    let [neighbour, own] = ["neighbour_weight", "self_weight"].map(|name| call.arguments[name].clone());
    let swapped = with(
        &with(&call.arguments, "neighbour_weight", own),
        "self_weight",
        neighbour,
    );
    Call {
        arguments: swapped,
        ..call.clone()
    }
}

fn right_layer(call: &Call) -> Answer {
    mapped(call, "output", layer)
}

#[test]
fn layer_properties_and_cases_reject_what_goes_wrong() {
    reject(
        &matrix_graph_convolution::TASK,
        right_layer,
        &[
            (
                "edges reversed",
                |call| {
                    mapped(call, "output", |call, features, edges| {
                        layer(call, features, &flipped(edges))
                    })
                },
                "layers-are-hops",
            ),
            (
                "columns normalised",
                |call| {
                    mapped(call, "output", |call, features, edges| {
                        let out: Vec<f64> = in_degrees(&flipped(edges), features.shape()[0])
                            .iter()
                            .map(|degree| 1.0 / degree.max(1.0))
                            .collect();
                        updated(
                            &call.arguments,
                            features,
                            &sums(&product(&diagonal(&out), features), edges),
                        )
                    })
                },
                "constant-features",
            ),
            (
                "sum",
                |call| {
                    mapped(call, "output", |call, features, edges| {
                        updated(&call.arguments, features, &sums(features, edges))
                    })
                },
                "message-layer",
            ),
            (
                "weights exchanged",
                |call| right_layer(&exchanged(call)),
                "isolated-nodes",
            ),
            (
                "activation",
                |call| {
                    mapped(call, "output", |call, features, edges| {
                        layer(call, features, edges).mapv(|value| value.max(0.0))
                    })
                },
                "linear",
            ),
        ],
    );
}

fn right_update(call: &Call) -> Answer {
    let given = &call.arguments;
    let output = updated(given, &array(&given["features"]), &array(&given["messages"]));
    Ok(arguments([("output", tensor_like(&given["features"], &output))]))
}

#[test]
fn update_properties_and_cases_reject_what_goes_wrong() {
    reject(
        &update::TASK,
        right_update,
        &[
            ("weights exchanged", |call| right_update(&exchanged(call)), "own-part"),
            (
                "activation",
                |call| {
                    let output = array(&right_update(call)?["output"]).mapv(|value| value.max(0.0));
                    Ok(arguments([(
                        "output",
                        tensor_like(&call.arguments["features"], &output),
                    )]))
                },
                "no-activation",
            ),
            (
                "own features left out",
                |call| {
                    let zeros = tensor(&Array::zeros(call.arguments["features"].shape().to_vec()));
                    let arguments = with(
                        &call.arguments,
                        "features",
                        zeros.to_float(call.arguments["features"].dtype()),
                    );
                    right_update(&Call {
                        arguments,
                        ..call.clone()
                    })
                },
                "own-part",
            ),
        ],
    );
}

/// The four answers.
fn drawn(matrix: i64) -> Tensor {
    match matrix {
        0 => integers(
            &[5, 5],
            vec![
                0, 1, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0,
            ],
        ),
        1 => integers(&[4, 4], vec![0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0]),
        2 => integers(
            &[5, 5],
            vec![
                3, 1, 1, 1, 0, 1, 2, 1, 1, 1, 1, 1, 3, 0, 1, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1,
            ],
        ),
        _ => integers(&[4, 4], vec![3, -1, -1, -1, -1, 2, -1, 0, -1, -1, 3, -1, -1, 0, -1, 2]),
    }
}

fn number(call: &Call) -> i64 {
    call.arguments["matrix"].item().expect("a single number") as i64
}

#[test]
fn the_figures_properties_and_cases_reject_what_goes_wrong() {
    reject(
        &figure_6::TASK,
        |call| Ok(arguments([("matrix", drawn(number(call)))])),
        &[
            (
                "an edge in one direction only",
                |call| {
                    let mut matrix = drawn(number(call));
                    if let Data::I64(values) = matrix.data_mut() {
                        values[1] = 0;
                    }
                    Ok(arguments([("matrix", matrix)]))
                },
                "symmetric",
            ),
            (
                "the adjacency matrix for the Laplacian",
                |call| Ok(arguments([("matrix", drawn(number(call).min(1)))])),
                "rows-sum-to-zero",
            ),
        ],
    );
}

/// A property holds only where every call was answered that it made: otherwise a `todo!()` would be paid more than a
/// mistake.
#[test]
fn no_property_holds_over_a_matrix_that_is_missing() {
    let one_missing = |call: &Call| match number(call) {
        3 => Err(Outcome::NotAttempted),
        matrix => Ok(arguments([("matrix", drawn(matrix))])),
    };
    assert_eq!(
        failed_properties(&figure_6::TASK, one_missing),
        ["symmetric", "rows-sum-to-zero"]
    );
}
