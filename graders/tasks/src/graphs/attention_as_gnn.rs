//! `attention_as_gnn`: attention as messages along edges.

use judge::checks::assertions::equal;
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, tensor, with};
use judge::contract::domain::{Contract, Domain};
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::Holds;
use ndarray::Axis;
use wire::{DType, Tensor, Tensors};

use super::domain::{ANY_GRAPH, AS_MANY, HUB, beside, on_any_graph, on_as_many, on_hub};
use super::inputs::{Edge, irregular, product};
use super::message_passing::{
    CLOSELY, Layer, attention_arguments, attention_weights, complete, plain_attention, plain_weights, with_edges,
};

const ID: &str = "attention_as_gnn";
/// Bound between messages and matrices.
const MATRIX_FORM: f64 = 1e-6;
const SIZES: Sizes = &[("N", 2, 6)];
/// With fewer nodes there is no edge, and nothing that a gradient could go through.
const WITH_EDGES: Sizes = &[("N", 3, 6)];
const LAYER: Layer = Layer {
    task: ID,
    drawn: attention_arguments,
    plain: plain_attention,
};

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "attention_graph.rs",
    signature: "fn attention_as_gnn(features: &Tensor, edge_index: &Tensor, weights: &MessageAttentionWeights) -> Tensor",
    functions: &["attention_as_gnn"],
    definition: "Single-head attention as messages: each node weighs the values of its neighbours by a softmax of its query times their keys.",
    formula: "h_i' = sum over the edges from j to i of softmax_j(q_i . k_j) v_j; on the complete graph with self loops softmax(Q K^T) V",
    source: "Georgia Tech, CS 4644/7643, Problem Set 3, question 6",
    conventions: &[
        "no division by the square root of the width: the equation of the text has none",
        "the softmax runs over the edges into a node; its largest score is subtracted first",
        "row 0 of edge_index holds the sources (keys, values), row 1 the destinations (queries)",
        "a node without neighbours becomes zeros; it hears itself only over a self loop",
    ],
    misreadings: &[
        "the softmax is over the neighbours of each node, not over all edges",
        "the receiver asks: the query is the destination's",
    ],
    cases: &[
        Case {
            name: "four_tokens",
            portion: "complete",
            arguments: |random| with_edges(&attention_arguments(random, 4), &complete(4)),
            expect: Expect::Outputs,
        },
        Case {
            name: "six_tokens",
            portion: "complete",
            arguments: |random| with_edges(&attention_arguments(random, 6), &complete(6)),
            expect: Expect::Outputs,
        },
        Case {
            name: "irregular",
            portion: "any_graph",
            arguments: |random| {
                let edges = irregular(random, 7);
                with_edges(&attention_arguments(random, 7), &edges)
            },
            expect: Expect::Outputs,
        },
        Case {
            name: "four_tokens_without_loops",
            portion: "any_graph",
            arguments: |random| {
                let edges: Vec<_> = complete(4).into_iter().filter(|(one, other)| one != other).collect();
                with_edges(&attention_arguments(random, 4), &edges)
            },
            expect: Expect::Outputs,
        },
    ],
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["output"],
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const PROPERTIES: &[Property] = &[
    Property::new(
        "matrix-form",
        "on the complete graph with self loops it is softmax(Q K^T) V",
        &[("N", 1, 6)],
        matrix_form,
    ),
    Property::new(
        "by-hand",
        "the output is what the definition gives, node by node",
        SIZES,
        |scenario, probe| LAYER.by_hand(scenario, probe),
    ),
    Property::new(
        "edge-order",
        "the order in which edges are listed says nothing",
        SIZES,
        |scenario, probe| LAYER.edge_order(scenario, probe),
    ),
    Property::new(
        "relabelling",
        "renaming the nodes renames the rows of the output",
        SIZES,
        |scenario, probe| LAYER.relabelling(scenario, probe),
    ),
    Property::new(
        "one-hop",
        "a node's features reach itself and the nodes that hear from it, no others",
        SIZES,
        |scenario, probe| LAYER.local(scenario, probe),
    ),
    Property::new(
        "no-edges",
        "without edges every node becomes zeros",
        SIZES,
        |scenario, probe| LAYER.no_edges(scenario, probe),
    )
    .few(),
    Property::new(
        "large-scores",
        "scores of 1000 and more give the same as their differences",
        SIZES,
        large_scores,
    ),
    Property::new(
        "gradient",
        "gradients reach the weights of query, key and value",
        WITH_EDGES,
        gradient,
    )
    .differentiating(),
];

const DOMAIN: &[Domain] = &[
    Domain {
        name: ANY_GRAPH,
        sizes: &[
            ("N", 1, 40),
            ("density", 0, 3),
            ("loops", 0, 1),
            ("in", 1, 9),
            ("keys", 1, 8),
            ("values", 1, 7),
        ],
        arguments: |scenario| {
            let widths = ["in", "keys", "values"].map(|name| scenario.size(name));
            let weights = attention_weights(&mut scenario.random("weights"), widths);
            beside(on_any_graph(scenario, widths[0]), weights)
        },
    },
    Domain {
        name: HUB,
        sizes: &[("leaves", 0, 270)],
        arguments: |scenario| {
            beside(
                on_hub(scenario, 2),
                attention_weights(&mut scenario.random("weights"), [2, 3, 4]),
            )
        },
    },
    Domain {
        name: AS_MANY,
        sizes: &[("N", 2, 6)],
        arguments: |scenario| {
            beside(
                on_as_many(scenario, 2),
                attention_weights(&mut scenario.random("weights"), [2, 3, 4]),
            )
        },
    },
    Domain {
        name: "scores of exactly zero among others",
        sizes: &[("N", 2, 9), ("density", 2, 3), ("loops", 0, 1), ("zero rows", 1, 3)],
        arguments: |scenario| {
            let weights = attention_weights(&mut scenario.random("weights"), [3, 2, 2]);
            let given = beside(on_any_graph(scenario, 3), weights);
            let mut features = array(&given["features"]);
            for row in 0..scenario.size("N").min(scenario.size("zero rows")) {
                features.index_axis_mut(Axis(0), row).fill(0.0);
            }
            with(&given, "features", tensor(&features))
        },
    },
    Domain {
        name: "scores of any size",
        sizes: &[
            ("N", 2, 9),
            ("density", 1, 2),
            ("loops", 0, 1),
            ("digits of the scores", 0, 20),
        ],
        arguments: |scenario| {
            let weights = attention_weights(&mut scenario.random("weights"), [3, 2, 2]);
            let factor = 10.0_f64.powi(scenario.integer("digits of the scores") as i32);
            let query = tensor(&(array(&weights["query"]) * factor));
            with(&beside(on_any_graph(scenario, 3), weights), "query", query)
        },
    },
];

fn in_f64(scenario: &Scenario, nodes: usize) -> Tensors {
    let drawn = attention_arguments(&mut scenario.random("layer"), nodes);
    let wide = |(name, tensor): (String, Tensor)| (name, tensor.to_float(DType::F64));
    drawn.into_iter().map(wide).collect()
}

fn matrix_form(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let nodes = scenario.size("N");
    let given = in_f64(scenario, nodes);
    let found = LAYER.output(probe, &given, &complete(nodes))?;
    let wanted = in_matrices(&given);
    equal(
        "the output on the complete graph",
        "softmax(Q K^T) V",
        &wanted,
        &found,
        MATRIX_FORM,
    )
}

/// `softmax(Q K^T) V` without any edge.
fn in_matrices(given: &Tensors) -> Array {
    let features = array(&given["features"]);
    let projected = |name: &str| product(&features, &array(&given[name]).t().to_owned());
    let mut weights = product(&projected("query"), &projected("key").t().to_owned());
    for mut row in weights.axis_iter_mut(ndarray::Axis(0)) {
        let largest = row.fold(f64::NEG_INFINITY, |largest, score| largest.max(*score));
        row.mapv_inplace(|score| (score - largest).exp());
        let total = row.sum();
        row.mapv_inplace(|share| share / total);
    }
    product(&weights, &projected("value"))
}

fn large_scores(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let nodes = scenario.size("N");
    let given = in_f64(scenario, nodes);
    let grown = array(&given["query"]) * 2000.0;
    let given = with(&given, "query", tensor(&grown));
    let edges = scenario.edges("edges", nodes);
    let found = LAYER.output(probe, &given, &edges)?;
    equal(
        "the output",
        "what the definition gives",
        &plain_attention(&given, &edges),
        &found,
        CLOSELY,
    )
}

fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let nodes = scenario.size("N");
    let (given, edges) = (in_f64(scenario, nodes), scenario.edges("edges", nodes));
    let output = plain_attention(&given, &edges);
    let ones = tensor(&Array::ones(output.raw_dim()));
    let cotangents = arguments([("output", ones)]);
    let by = ["query", "key", "value"];
    let found = probe.gradients(ID, &with_edges(&given, &edges), by, cotangents)?;
    for ((name, wanted), found) in by.iter().zip(gradients(&given, &edges)).zip(found) {
        let what = format!("the gradient of the sum of the output by the {name} weights");
        equal(&what, "what the definition gives", &wanted, &found, CLOSELY)?;
    }
    Ok(())
}

/// The gradients of the sum of all outputs by the weights of query, key and value.
fn gradients(given: &Tensors, edges: &[Edge]) -> [Array; 3] {
    let features = array(&given["features"]);
    let projected = |name: &str| product(&features, &array(&given[name]).t().to_owned());
    let weights = plain_weights(given, edges);
    // What a node's value adds to the sum, and how far that is above what a node hears on the whole.
    let worth = projected("value").sum_axis(ndarray::Axis(1));
    let heard = product(&weights, &worth).insert_axis(ndarray::Axis(1));
    let by_score = &weights * &(&worth - &heard);
    let by_query = product(&by_score, &projected("key"));
    let by_key = product(&by_score.t().to_owned(), &projected("query"));
    let by_value =
        weights.sum_axis(ndarray::Axis(0)).insert_axis(ndarray::Axis(1)) * Array::ones(projected("value").raw_dim());
    [by_query, by_key, by_value].map(|by_rows| product(&by_rows.t().to_owned(), &features))
}
