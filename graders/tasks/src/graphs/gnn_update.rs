//! `gnn_update`: messages are made, summed, combined.

use judge::checks::assertions::equal;
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::floats;
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::Holds;
use wire::{Tensor, Tensors};

use super::domain::{ANY_GRAPH, HUB, beside, on_any_graph, on_hub};
use super::inputs::{Edge, irregular};
use super::message_passing::{CLOSELY, Layer, complete, plain_update, update_arguments, update_weights, with_edges};

const ID: &str = "gnn_update";
const SIZES: Sizes = &[("N", 2, 6)];
/// With fewer nodes there is no edge, and nothing that a gradient could go through.
const WITH_EDGES: Sizes = &[("N", 3, 6)];
const LAYER: Layer = Layer {
    task: ID,
    drawn: update_arguments,
    plain: plain_update,
};

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "attention_graph.rs",
    signature: "fn gnn_update(features: &Tensor, edge_index: &Tensor, message: &dyn Fn(&Tensor) -> Tensor, combine: &dyn Fn(&Tensor, &Tensor) -> Tensor) -> Tensor",
    functions: &["gnn_update"],
    definition: "One layer of a graph network: each node combines its features with the sum of its neighbours' messages.",
    formula: "h_i' = q(h_i, sum over the edges from j to i of f(h_j))",
    source: "Georgia Tech, CS 4644/7643, Problem Set 3, question 6",
    conventions: &[
        "row 0 of edge_index holds the sources, row 1 the destinations; a node hears from the sources of the edges into it",
        "f is applied to each neighbour before the sum; q gets the node's own features first, the sum second",
        "a node without neighbours is combined with a sum of zeros",
        "an edge that is listed twice counts twice; a node hears itself only over a self loop",
    ],
    misreadings: &[
        "f of the sum is not the sum of f",
        "a sum, not a mean",
        "every node is updated, also one that hears nothing",
    ],
    cases: &[
        Case {
            name: "worked_example",
            portion: "worked_example",
            arguments: |_| worked_example(),
            expect: Expect::Outputs,
        },
        Case {
            name: "irregular",
            portion: "graphs",
            arguments: |random| {
                let edges = irregular(random, 7);
                with_edges(&update_arguments(random, 7), &edges)
            },
            expect: Expect::Outputs,
        },
        Case {
            name: "four_tokens",
            portion: "graphs",
            arguments: |random| {
                let edges: Vec<Edge> = complete(4).into_iter().filter(|(one, other)| one != other).collect();
                with_edges(&update_arguments(random, 4), &edges)
            },
            expect: Expect::Outputs,
        },
        Case {
            name: "four_tokens_and_loops",
            portion: "graphs",
            arguments: |random| with_edges(&update_arguments(random, 4), &complete(4)),
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
        "without edges every node is combined with zeros",
        SIZES,
        |scenario, probe| LAYER.no_edges(scenario, probe),
    )
    .few(),
    Property::new(
        "listed-twice",
        "an edge that is listed twice counts twice",
        SIZES,
        listed_twice,
    ),
    Property::new(
        "gradient",
        "gradients go back through the sum to the messages",
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
            ("messages", 1, 8),
            ("out", 1, 7),
        ],
        arguments: |scenario| {
            let widths = ["in", "messages", "out"].map(|name| scenario.size(name));
            let weights = update_weights(&mut scenario.random("weights"), widths);
            beside(on_any_graph(scenario, widths[0]), weights)
        },
    },
    Domain {
        name: HUB,
        sizes: &[("leaves", 0, 270)],
        arguments: |scenario| {
            beside(
                on_hub(scenario, 2),
                update_weights(&mut scenario.random("weights"), [2, 3, 4]),
            )
        },
    },
    Domain {
        name: "edges that are listed several times",
        sizes: &[("times", 1, 5), ("loops", 0, 1)],
        arguments: |scenario| {
            let given = update_arguments(&mut scenario.random("layer"), 3);
            let once: &[Edge] = if scenario.size("loops") == 1 {
                &[(0, 1), (1, 1)]
            } else {
                &[(0, 1), (2, 0)]
            };
            with_edges(&given, &once.repeat(scenario.size("times")))
        },
    },
];

/// `f(h) = relu(h)`, `q(h, s) = relu(h + s)`; node 0 hears from the other three and becomes [0, 0.8].
fn worked_example() -> Tensors {
    let identity = || floats(&[2, 2], vec![1.0, 0.0, 0.0, 1.0]);
    let zeros = || floats(&[2], vec![0.0; 2]);
    let features = vec![-2.0, -0.5, 1.0, 1.0, 0.5, -0.5, 0.2, 0.3];
    let given = arguments([
        ("features", floats(&[4, 2], features)),
        ("message_weight", identity()),
        ("message_bias", zeros()),
        ("own_weight", identity()),
        ("sum_weight", identity()),
        ("combined_bias", zeros()),
    ]);
    with_edges(&given, &[(1, 0), (2, 0), (3, 0), (0, 1)])
}

fn in_f64(scenario: &Scenario, nodes: usize) -> Tensors {
    let drawn = update_arguments(&mut scenario.random("layer"), nodes);
    let wide = |(name, tensor): (String, Tensor)| (name, tensor.to_float(scenario.dtype()));
    drawn.into_iter().map(wide).collect()
}

fn listed_twice(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = in_f64(scenario, scenario.size("N"));
    let edges = [(0, 1), (0, 1), (1, 0)];
    let found = LAYER.output(probe, &given, &edges)?;
    equal(
        "the output",
        "two messages over the edge from 0 to 1",
        &plain_update(&given, &edges),
        &found,
        CLOSELY,
    )
}

fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let nodes = scenario.size("N");
    let (given, edges) = (in_f64(scenario, nodes), scenario.edges("edges", nodes));
    let output = plain_update(&given, &edges);
    let ones = Array::ones(output.raw_dim());
    let cotangents = arguments([("output", judge::contract::arguments::tensor(&ones))]);
    let found = probe.gradient(ID, &with_edges(&given, &edges), "message_bias", cotangents)?;
    let wanted = by_message_bias(&given, &edges, &output);
    equal(
        "the gradient of the sum by the bias of f",
        "what the definition gives",
        &wanted,
        &found,
        CLOSELY,
    )
}

/// Every edge hands each active unit of the output back to each active unit of its message.
fn by_message_bias(given: &Tensors, edges: &[Edge], output: &Array) -> Array {
    let (weight, bias) = (array(&given["message_weight"]), array(&given["message_bias"]));
    let (features, sum_weight) = (array(&given["features"]), array(&given["sum_weight"]));
    let before = super::inputs::product(&features, &weight.t().to_owned()) + &bias;
    let mut gradient = Array::zeros(bias.raw_dim());
    for &(source, destination) in edges {
        for unit in (0..bias.len()).filter(|&unit| before[[source as usize, unit]] > 0.0) {
            for out in (0..output.shape()[1]).filter(|&out| output[[destination as usize, out]] > 0.0) {
                gradient[[unit]] += sum_weight[[out, unit]];
            }
        }
    }
    gradient
}
