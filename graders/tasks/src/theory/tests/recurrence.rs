//! Right and wrong hidden states, radii and graph layers in plain Rust: what cases and properties accept and reject.

use judge::contract::Task;
use judge::contract::arguments::{Array, arguments, array, tensor, vector, with};
use judge::contract::random::{Random, edge_index, integers};
use judge::contract::subject::Call;
use wire::{Outcome, Tensors};

use crate::graphs::graph_attention::inputs::edges_of;
use crate::graphs::inputs::{Edge, flipped, product};
use crate::graphs::message_passing::{plain_attention, plain_update, plain_weights};
use crate::graphs::{attention_as_gnn, complete_graph, gnn_update};
use crate::testing::{failed_properties, telling_cases, trivial_cases};
use crate::theory::spectral::{Block, blocks, radius, sheared};
use crate::theory::{hidden_state, long_run, spectral_radius};

type Answer = Result<Tensors, Outcome>;

fn reject<F: Fn(&Call) -> Answer>(task: &Task, right: impl Fn(&Call) -> Answer, mistakes: Vec<(&str, F, &str)>) {
    assert_eq!(failed_properties(task, &right), Vec::<&str>::new(), "{}", task.id);
    assert_eq!(trivial_cases(task, &right), Vec::<&str>::new(), "{}", task.id);
    for (mistake, wrong, property) in mistakes {
        let broken = failed_properties(task, &wrong);
        assert!(
            broken.contains(&property),
            "{mistake} breaks {broken:?}, not {property}"
        );
        assert!(
            !telling_cases(task, &right, &wrong).is_empty(),
            "no golden case tells {mistake}"
        );
    }
}

/// The limit of |W^n|^(1/n), by squaring.
fn radius_of(matrix: &Array) -> f64 {
    let (mut power, mut logarithm, mut share) = (matrix.clone(), 0.0, 1.0);
    for _ in 0..50 {
        let norm = power.iter().map(|value| value * value).sum::<f64>().sqrt();
        if norm == 0.0 {
            return 0.0;
        }
        power.mapv_inplace(|value| value / norm);
        logarithm += norm.ln() * share;
        power = product(&power, &power);
        share /= 2.0;
    }
    f64::exp(logarithm)
}

fn norm_of(matrix: &Array) -> f64 {
    matrix.iter().map(|value| value * value).sum::<f64>().sqrt()
}

fn largest_entry(matrix: &Array) -> f64 {
    matrix.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()))
}

fn matrices(call: &Call) -> Vec<Array> {
    let stack = array(&call.arguments["weights"]);
    stack
        .axis_iter(ndarray::Axis(0))
        .map(|matrix| matrix.to_owned())
        .collect()
}

fn radii(size: fn(&Array) -> f64) -> impl Fn(&Call) -> Answer {
    move |call| {
        let radii = vector(matrices(call).iter().map(size).collect());
        let dtype = call.arguments["weights"].dtype();
        Ok(arguments([("radius", tensor(&radii).to_float(dtype))]))
    }
}

fn fates(size: fn(&Array) -> f64) -> impl Fn(&Call) -> Answer {
    move |call| {
        let fate = |matrix: &Array| match size(matrix) {
            size if (size - 1.0).abs() <= 1e-4 => 1,
            size => i64::from(size > 1.0) * 2,
        };
        let fates: Vec<i64> = matrices(call).iter().map(fate).collect();
        Ok(arguments([("fate", integers(&[fates.len()], fates))]))
    }
}

#[test]
fn radii_are_told_from_norms() {
    let mistakes = vec![
        ("a norm", radii(norm_of), "known-eigenvalues"),
        ("the largest entry", radii(largest_entry), "squared"),
    ];
    reject(&spectral_radius::TASK, radii(radius_of), mistakes);
    let mistakes = vec![("a norm", fates(norm_of), "by-the-radius")];
    reject(&long_run::TASK, fates(radius_of), mistakes);
}

#[test]
fn a_sheared_matrix_keeps_its_eigenvalues() {
    let set = [Block::Pair(1.2, 1.0), Block::Jordan(-0.7), Block::Real(0.3)];
    for seed in 0..5 {
        let matrix = sheared(&mut Random::new(seed, "shear"), blocks(&set));
        assert!((radius_of(&matrix) - radius(&set)).abs() < 1e-6);
        assert!(norm_of(&matrix) > 1.5);
    }
}

fn states(step: fn(&Array, &Array) -> Array, more: i64) -> impl Fn(&Call) -> Answer {
    move |call| {
        let weights = array(&call.arguments["weights"]);
        let steps = call.arguments["steps"].item().expect("a single number") as i64 + more;
        let initial = array(&call.arguments["initial"]);
        let state = (0..steps.max(0)).fold(initial, |state, _| step(&weights, &state));
        Ok(arguments([(
            "state",
            tensor(&state).to_float(call.arguments["initial"].dtype()),
        )]))
    }
}

fn transposed(weights: &Array, state: &Array) -> Array {
    product(&weights.t().to_owned(), state)
}

#[test]
fn states_are_told_by_their_transpose_and_their_steps() {
    let mistakes = vec![
        ("W in place of its transpose", states(product, 0), "one-step"),
        ("a step too many", states(transposed, 1), "one-step"),
        ("a step too few", states(transposed, -1), "steps-add"),
        (
            "half a step",
            states(|weights, state| transposed(weights, state) * 0.5, 0),
            "growth-rate",
        ),
        (
            "not linear",
            states(|weights, state| transposed(weights, state).mapv(f64::tanh), 0),
            "linear",
        ),
    ];
    reject(&hidden_state::TASK, states(transposed, 0), mistakes);
}

fn pairs(wanted: fn(i64, i64, bool) -> bool) -> impl Fn(&Call) -> Answer {
    move |call| {
        let nodes = call.arguments["nodes"].item().expect("a single number") as i64;
        let loops = call.arguments["self_loops"].item().expect("a single choice") != 0.0;
        let all = (0..nodes).flat_map(|source| (0..nodes).map(move |destination| (source, destination)));
        let edges: Vec<Edge> = all.filter(|&(one, other)| wanted(one, other, loops)).collect();
        Ok(arguments([("edge_index", edge_index(&edges))]))
    }
}

#[test]
fn the_complete_graph_has_every_pair_in_both_directions() {
    let mistakes = vec![
        (
            "one direction",
            pairs(|one, other, loops| one < other || (loops && one == other)),
            "every-pair-once",
        ),
        ("loops always", pairs(|_, _, _| true), "every-pair-once"),
        ("loops never", pairs(|one, other, _| one != other), "every-pair-once"),
    ];
    reject(
        &complete_graph::TASK,
        pairs(|one, other, loops| loops || one != other),
        mistakes,
    );
}

type Layer = fn(&Tensors, &[Edge]) -> Array;

fn layer(plain: Layer) -> impl Fn(&Call) -> Answer {
    move |call| {
        let edges = edges_of(&call.arguments["edge_index"]);
        let output = plain(&call.arguments, &edges);
        Ok(arguments([(
            "output",
            tensor(&output).to_float(call.arguments["features"].dtype()),
        )]))
    }
}

fn with_loops(given: &Tensors) -> Vec<Edge> {
    let nodes = given["features"].shape()[0] as i64;
    (0..nodes).map(|node| (node, node)).collect()
}

#[test]
fn graph_layers_are_told_by_direction_loops_and_duplicates() {
    let reversed: Layer = |given, edges| plain_update(given, &flipped(edges));
    let looped: Layer = |given, edges| plain_update(given, &[edges, &with_loops(given)].concat());
    let deaf: Layer = |given, _| plain_update(given, &[]);
    let wrong = vec![
        ("edges reversed", layer(reversed), "one-hop"),
        ("loops added", layer(looped), "no-edges"),
        ("nothing heard", layer(deaf), "gradient"),
    ];
    reject(&gnn_update::TASK, layer(plain_update), wrong);
}

#[test]
fn attention_is_told_by_direction_loops_and_scale() {
    let reversed: Layer = |given, edges| plain_attention(given, &flipped(edges));
    let looped: Layer = |given, edges| plain_attention(given, &[edges, &with_loops(given)].concat());
    let scaled: Layer = |given, edges| {
        let query = array(&given["query"]) / 5.0_f64.sqrt();
        plain_attention(&with(given, "query", tensor(&query)), edges)
    };
    let mean: Layer = |given, edges| {
        let query = array(&given["query"]) * 0.0;
        plain_attention(&with(given, "query", tensor(&query)), edges)
    };
    let mistakes = vec![
        ("edges reversed", layer(reversed), "one-hop"),
        ("loops added", layer(looped), "no-edges"),
        ("scores scaled", layer(scaled), "matrix-form"),
        ("a mean", layer(mean), "by-hand"),
    ];
    reject(&attention_as_gnn::TASK, layer(plain_attention), mistakes);
}

#[test]
fn attention_weights_add_up_to_one_where_something_is_heard() {
    let given = arguments([
        ("features", Random::new(1, "features").normal(&[3, 4])),
        ("query", Random::new(1, "query").normal(&[5, 4])),
        ("key", Random::new(1, "key").normal(&[5, 4])),
    ]);
    let weights = plain_weights(&given, &[(0, 1), (2, 1), (1, 0)]);
    let sums = weights.sum_axis(ndarray::Axis(1));
    assert!(
        (&sums - &vector(vec![1.0, 1.0, 0.0]))
            .iter()
            .all(|off| off.abs() < 1e-12),
        "{sums}"
    );
}
