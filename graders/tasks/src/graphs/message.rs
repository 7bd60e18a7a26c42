//! `message`: what a node hears.

use judge::checks::assertions::equal;
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::Random;
use judge::contract::scenario::Scenario;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::Holds;
use wire::Tensors;

use super::convolution_inputs::{ANY_SIZES, CLOSELY, SIZES, drawn_message, means, message_case, shared_out};
use super::convolution_properties::{self as shared, Convolution, with_edges, with_features};
use super::domain::{ANY_GRAPH, HUB, on_any_graph, on_hub};
use super::inputs::{in_degrees, irregular, shuffled};

const ID: &str = "message";

const MESSAGE: Convolution = Convolution {
    task: ID,
    output: "messages",
    width: "in",
    sees_itself: false,
    drawn: drawn_message,
};

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "graph_convolution.rs",
    signature: "fn message(features: &Tensor, edge_index: &Tensor) -> Tensor",
    functions: &["message"],
    definition: "The mean of the features of each node's in-neighbours; zeros where no edge enters.",
    formula: "m_i = (1 / number of edges into i) sum of x_j over the edges from j to i; 0 where none enters",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 3.2 (b)",
    conventions: &[
        "row 0 of edge_index holds the sources, row 1 the destinations: features travel from row 0 to row 1",
        "the message of a node that no edge enters is zero",
        "a node hears itself only where the list holds that self loop",
    ],
    misreadings: &[
        "the mean, not the sum: it divides by the number of edges that enter the node",
        "assigning to destinations keeps only one of several messages",
        "dividing by the number of nodes or of edges is no mean over neighbours",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["messages"],
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "irregular",
        portion: "all",
        arguments: |random| {
            let edges = irregular(random, 7);
            message_case(random, &edges, [7, 4])
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "larger",
        portion: "all",
        arguments: |random| {
            let edges = irregular(random, 12);
            message_case(random, &edges, [12, 3])
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "two_neighbours",
        portion: "all",
        arguments: |random| message_case(random, &[(0, 2), (1, 2)], [4, 3]),
        expect: Expect::Outputs,
    },
    Case {
        name: "one_way_chain",
        portion: "all",
        arguments: |random| message_case(random, &[(0, 1), (1, 2), (2, 3)], [5, 2]),
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
        "mean",
        "the message of a node is the mean over the sources of the edges into it",
        SIZES,
        mean,
    ),
    Property::new(
        "constant-features",
        "equal features give those features as message where edges enter, and 0 where none does",
        SIZES,
        constant_features,
    ),
    Property::new(
        "isolated-nodes",
        "a node that no edge enters gets zeros, never NaN, whichever node it is",
        SIZES,
        isolated_nodes,
    ),
    Property::new(
        "linear",
        "messages are linear in the features",
        SIZES,
        |scenario, probe| shared::linear(&MESSAGE, scenario, probe),
    ),
    Property::new(
        "one-hop",
        "changing a node's features changes only the messages of its out-neighbours",
        SIZES,
        |scenario, probe| shared::one_hop(&MESSAGE, scenario, probe),
    ),
    Property::new(
        "permutation-equivariant",
        "renaming the nodes renames the rows",
        SIZES,
        |scenario, probe| shared::permutation_equivariant(&MESSAGE, scenario, probe),
    ),
    Property::new(
        "edge-order-irrelevant",
        "listing the edges in another order changes nothing",
        SIZES,
        |scenario, probe| shared::edge_order_irrelevant(&MESSAGE, scenario, probe),
    ),
    Property::new("no-edges", "without edges all messages are zero", ANY_SIZES, no_edges).few(),
    Property::new(
        "gradient",
        "the gradient of a message is shared out equally to the nodes that it is the mean of",
        SIZES,
        gradient,
    )
    .few()
    .differentiating(),
];

const DOMAIN: &[Domain] = &[
    Domain {
        name: ANY_GRAPH,
        sizes: &[("N", 1, 40), ("density", 0, 3), ("loops", 0, 1), ("in", 1, 9)],
        arguments: |scenario| on_any_graph(scenario, scenario.size("in")),
    },
    Domain {
        name: HUB,
        sizes: &[("leaves", 0, 270)],
        arguments: |scenario| on_hub(scenario, 3),
    },
];

/// Some nodes hear themselves, the otherwise isolated last one too.
fn listed_self_loops(random: &mut Random) -> Tensors {
    let mut edges = irregular(random, 6);
    edges.extend([(1, 1), (3, 3), (5, 5)]);
    let edges = shuffled(random, &edges);
    message_case(random, &edges, [6, 3])
}

fn mean(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = drawn_message(scenario);
    let messages = MESSAGE.of(scenario, probe, &given)?;
    let expected = means(&array(&given["features"]), &edges);
    equal(
        "the messages",
        "the means over the in-neighbours",
        &expected,
        &messages,
        CLOSELY,
    )
}

fn constant_features(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = drawn_message(scenario);
    let shape = given["features"].shape().to_vec();
    let value = array(&scenario.uniform("value", &shape[1..], 0.5, 2.0));
    let constant = Array::from_shape_fn(shape.clone(), |place| value[[place[1]]]);
    let messages = MESSAGE.of(scenario, probe, &with_features(&given, &constant))?;
    let degrees = in_degrees(&edges, shape[0]);
    let expected = Array::from_shape_fn(shape, |place| {
        if degrees[place[0]] > 0.0 {
            value[[place[1]]]
        } else {
            0.0
        }
    });
    equal(
        "the messages where all nodes have the same features",
        "those features where edges enter, else 0",
        &expected,
        &messages,
        CLOSELY,
    )
}

fn isolated_nodes(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, mut edges) = drawn_message(scenario);
    let node = scenario.random("isolated").integer(0, scenario.integer("N"));
    // It may still send: only edges that enter count.
    edges.retain(|edge| edge.1 != node);
    let messages = MESSAGE.of(scenario, probe, &with_edges(&given, &edges))?;
    let row = messages.index_axis(ndarray::Axis(0), node as usize).to_owned();
    let what = format!("the message of node {node}, which no edge enters");
    equal(&what, "0", &Array::zeros(row.raw_dim()), &row, 0.0)
}

fn no_edges(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, _) = drawn_message(scenario);
    let messages = MESSAGE.of(scenario, probe, &with_edges(&given, &[]))?;
    equal(
        "the messages without edges",
        "0",
        &Array::zeros(messages.raw_dim()),
        &messages,
        0.0,
    )
}

fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = drawn_message(scenario);
    let cotangent = scenario.normal("cotangent", given["features"].shape());
    let expected = shared_out(&array(&cotangent), &edges);
    let gradient = probe.gradient(ID, &given, "features", arguments([("messages", cotangent)]))?;
    equal(
        "the gradient by the features",
        "the cotangents of the messages, shared out to their senders",
        &expected,
        &gradient,
        CLOSELY,
    )
}
