//! Right and wrong graph attention layers in plain Rust: the properties accept the right ones and reject the wrong ones.

use judge::checks::probe::Probe;
use judge::checks::property::{property_seed, try_property};
use judge::contract::arguments::{Array, arguments, array, tensor, vector};
use judge::contract::random::{edge_index, floats, integers};
use judge::contract::subject::{Call, Subject};
use judge::findings::fault::Fault;
use wire::message::Group;
use wire::{DType, Observed, Outcome, Tensor, Tensors};

use super::by_destination;
use super::inputs::{edges_of, with_self_loops};
use crate::graphs::inputs::{Edge, flipped, product};
use crate::graphs::tests::matrices::inferred;
use crate::testing::{EFFORT, failed_properties, telling_cases};

fn nothing() -> Vec<&'static str> {
    Vec::new()
}

/// What a graph attention layer is made of, to be spoiled piece by piece.
#[derive(Clone, Copy)]
struct Attention {
    slope: f64,
    /// Which node's half comes first: the destination's, as it should.
    destination_first: bool,
    subtract: Subtract,
    /// Groups the edges of the softmax.
    group: fn(Edge) -> i64,
    /// Whose features are summed.
    summed: fn(Edge) -> i64,
    edges: fn(&[Edge], usize) -> Vec<Edge>,
    score: fn(&[f64], &[f64], f64) -> f64,
    activation: fn(f64) -> f64,
}

#[derive(Clone, Copy)]
enum Subtract {
    MaximumOfNode,
    MaximumOfAll,
    Nothing,
}

const RIGHT: Attention = Attention {
    slope: 0.2,
    destination_first: true,
    subtract: Subtract::MaximumOfNode,
    group: |edge| edge.1,
    summed: |edge| edge.0,
    edges: with_self_loops,
    score: |attention, ends, slope| rectified(dot(attention, ends), slope),
    activation: |value| value,
};

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

fn rectified(value: f64, slope: f64) -> f64 {
    if value > 0.0 { value } else { slope * value }
}

impl Attention {
    fn outputs(self, call: &Call) -> Tensors {
        let given = &call.arguments;
        let projected = product(&array(&given["features"]), &array(&given["weight"]));
        let (nodes, width) = (projected.shape()[0], projected.shape()[1]);
        let row = |node: i64| -> Vec<f64> { (0..width).map(|channel| projected[[node as usize, channel]]).collect() };
        let edges = (self.edges)(&edges_of(&given["edge_index"]), nodes);
        let halves = given["attention"].to_f64();
        let score = |edge: &Edge| {
            let ends = if self.destination_first {
                [row(edge.1), row(edge.0)]
            } else {
                [row(edge.0), row(edge.1)]
            };
            (self.score)(&halves, &ends.concat(), self.slope)
        };
        // Exponentials are rounded as in an f32 submission, so that overflow and underflow show.
        let single = given["features"].dtype() == DType::F32;
        let weights = self.softmax(&edges, &edges.iter().map(score).collect::<Vec<f64>>(), single);
        let mut output = Array::zeros(vec![nodes, width]);
        for (edge, weight) in edges.iter().zip(&weights) {
            for (channel, value) in row((self.summed)(*edge)).into_iter().enumerate() {
                output[[edge.1 as usize, channel]] += weight * value;
            }
        }
        let weights = vector(weights);
        let dtype = given["features"].dtype();
        arguments([
            ("output", tensor(&output.mapv(self.activation)).to_float(dtype)),
            ("attention", tensor(&weights).to_float(dtype)),
            ("edge_index", edge_index(&edges)),
        ])
    }

    fn softmax(self, edges: &[Edge], scores: &[f64], single: bool) -> Vec<f64> {
        let group = |edge: usize| (self.group)(edges[edge]);
        let members = |edge: usize| (0..edges.len()).filter(move |&other| group(other) == group(edge));
        let power = |edge: usize, reference: usize| {
            let among = |subtracted: f64| {
                let power = (scores[edge] - subtracted).exp();
                if single { f64::from(power as f32) } else { power }
            };
            match self.subtract {
                Subtract::Nothing => among(0.0),
                Subtract::MaximumOfAll => among(scores.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
                Subtract::MaximumOfNode => among(
                    members(reference)
                        .map(|other| scores[other])
                        .fold(f64::NEG_INFINITY, f64::max),
                ),
            }
        };
        (0..edges.len())
            .map(|edge| power(edge, edge) / members(edge).map(|other| power(other, edge)).sum::<f64>())
            .collect()
    }
}

#[test]
fn a_right_layer_fails_no_property() {
    assert_eq!(
        failed_properties(&super::TASK, |call| Ok(RIGHT.outputs(call))),
        nothing()
    );
    let backwards = Attention {
        edges: |edges, nodes| with_self_loops(edges, nodes).into_iter().rev().collect(),
        ..RIGHT
    };
    assert_eq!(
        failed_properties(&super::TASK, |call| Ok(backwards.outputs(call))),
        nothing()
    );
    let telling = telling_cases(
        &super::TASK,
        |call| Ok(RIGHT.outputs(call)),
        |call| Ok(backwards.outputs(call)),
    );
    assert_eq!(telling, nothing());
}

#[test]
fn the_maximum_over_all_edges_fails_only_where_it_underflows() {
    let over_all = Attention {
        subtract: Subtract::MaximumOfAll,
        ..RIGHT
    };
    assert_eq!(
        failed_properties(&super::TASK, |call| Ok(over_all.outputs(call))),
        ["finite-for-large-scores"]
    );
}

fn doubled_loops(edges: &[Edge], nodes: usize) -> Vec<Edge> {
    edges
        .iter()
        .copied()
        .chain((0..nodes as i64).map(|node| (node, node)))
        .collect()
}

fn loops_up_to_the_last_mentioned(edges: &[Edge], _: usize) -> Vec<Edge> {
    with_self_loops(edges, inferred(edges))
}

fn reversed_edges(edges: &[Edge], nodes: usize) -> Vec<Edge> {
    with_self_loops(&flipped(edges), nodes)
}

fn attend_before_product(attention: &[f64], ends: &[f64], slope: f64) -> f64 {
    let rectified: Vec<f64> = ends.iter().map(|&value| rectified(value, slope)).collect();
    dot(attention, &rectified)
}

/// Known mistakes with a property that each breaks.
const WRONG_LAYERS: &[(&str, Attention, &str)] = &[
    ("slope 0.01", Attention { slope: 0.01, ..RIGHT }, "slope"),
    ("no rectifier", Attention { slope: 1.0, ..RIGHT }, "slope"),
    (
        "concatenated the other way",
        Attention {
            destination_first: false,
            ..RIGHT
        },
        "destination-half",
    ),
    (
        "no maximum subtracted",
        Attention {
            subtract: Subtract::Nothing,
            ..RIGHT
        },
        "finite-for-large-scores",
    ),
    (
        "softmax over sources",
        Attention {
            group: |edge| edge.0,
            ..RIGHT
        },
        "weights-sum-to-one",
    ),
    (
        "softmax over all edges",
        Attention { group: |_| 0, ..RIGHT },
        "weights-sum-to-one",
    ),
    (
        "destination's features summed",
        Attention {
            summed: |edge| edge.1,
            ..RIGHT
        },
        "weighted-sum",
    ),
    (
        "edges reversed",
        Attention {
            edges: reversed_edges,
            ..RIGHT
        },
        "edges-and-self-loops",
    ),
    (
        "self loops doubled",
        Attention {
            edges: doubled_loops,
            ..RIGHT
        },
        "self-loops-not-doubled",
    ),
    (
        "no self loops",
        Attention {
            edges: |edges, _| edges.to_vec(),
            ..RIGHT
        },
        "edges-and-self-loops",
    ),
    (
        "trailing isolated node forgotten",
        Attention {
            edges: loops_up_to_the_last_mentioned,
            ..RIGHT
        },
        "isolated-nodes",
    ),
    (
        "rectified before the product",
        Attention {
            score: attend_before_product,
            ..RIGHT
        },
        "slope",
    ),
    (
        "activation on the output",
        Attention {
            activation: |value| value.max(0.0),
            ..RIGHT
        },
        "weighted-sum",
    ),
    (
        "softer activation on the output",
        Attention {
            activation: |value| if value > 0.0 { value } else { value.exp() - 1.0 },
            ..RIGHT
        },
        "weighted-sum",
    ),
];

#[test]
fn graph_attention_properties_and_cases_reject_what_goes_wrong() {
    for &(mistake, wrong, property) in WRONG_LAYERS {
        let broken = failed_properties(&super::TASK, |call| Ok(wrong.outputs(call)));
        assert!(
            broken.contains(&property),
            "{mistake} breaks {broken:?}, not {property}"
        );
        let telling = telling_cases(
            &super::TASK,
            |call| Ok(RIGHT.outputs(call)),
            |call| Ok(wrong.outputs(call)),
        );
        assert!(!telling.is_empty(), "no golden case tells {mistake}");
    }
}

#[test]
fn the_halves_of_the_attention_vector_are_told_apart_by_the_slope_too() {
    let swapped = Attention {
        destination_first: false,
        ..RIGHT
    };
    let broken = failed_properties(&super::TASK, |call| Ok(swapped.outputs(call)));
    assert!(
        broken.contains(&"source-half") && broken.contains(&"slope"),
        "{broken:?}"
    );
}

/// Gradients are zero: everything was computed without tracking.
struct Detached;
impl Subject for Detached {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        let mut tensors = Tensors::new();
        Group::Output.insert(&mut tensors, RIGHT.outputs(call));
        let by = call.gradient.iter().flat_map(|gradient| gradient.by.clone());
        let zero = |name: String| {
            let zeros = Array::zeros(call.arguments[&name].shape());
            (name, tensor(&zeros))
        };
        Group::Gradient.insert(&mut tensors, by.map(zero).collect());
        Ok(Observed::Answered {
            outcome: Outcome::Returned,
            tensors,
        })
    }
    fn respawn(&mut self) {}
    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }
    fn substituted(&self) -> u64 {
        0
    }
}

#[test]
fn a_gradient_that_misses_an_argument_is_seen() {
    let task = &super::TASK;
    let property = task
        .properties
        .iter()
        .find(|property| property.name == "gradient")
        .expect("the property is there");
    let mut detached = Detached;
    let found = try_property(
        property,
        &mut Probe::new(&mut detached, task.canonical),
        EFFORT,
        property_seed(1, task.id, property.name),
    );
    assert!(found.is_ok_and(|found| found.is_some()));
}

fn outputs(edge_index: Tensor, attention: Tensor) -> Tensors {
    arguments([("edge_index", edge_index), ("attention", attention)])
}

#[test]
fn weights_move_with_their_edges() {
    let given = outputs(
        integers(&[2, 3], vec![1, 0, 0, 0, 1, 0]),
        floats(&[3], vec![0.25, 1.0, 0.75]),
    );
    let expected = outputs(
        integers(&[2, 3], vec![0, 1, 0, 0, 0, 1]),
        floats(&[3], vec![0.75, 0.25, 1.0]),
    );
    assert_eq!(by_destination(given), expected);
}

#[test]
fn outputs_that_do_not_fit_are_left_alone() {
    for given in [
        outputs(integers(&[2, 2], vec![1, 0, 0, 0]), floats(&[3], vec![0.25, 1.0, 0.75])),
        outputs(integers(&[4], vec![1, 0, 0, 0]), floats(&[4], vec![0.0; 4])),
        outputs(floats(&[2, 1], vec![1.0, 0.0]), floats(&[1], vec![1.0])),
        outputs(integers(&[2, 1], vec![1, 0]), integers(&[1], vec![1])),
        outputs(integers(&[2, 1], vec![1, 0]), floats(&[1, 1], vec![1.0])),
    ] {
        assert_eq!(by_destination(given.clone()), given);
    }
}
