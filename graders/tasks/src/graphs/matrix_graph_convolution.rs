//! `matrix_graph_convolution`: message and update in one formula.

use judge::checks::assertions::{equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::Random;
use judge::contract::scenario::Scenario;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::Holds;
use wire::Tensors;

use super::convolution_inputs::{
    ANY_SIZES, CLOSELY, SIZES, UNTOUCHED, drawn_layer, layer_case, layer_weights, means, projected, shared_out, updated,
};
use super::convolution_properties::{self as shared, Convolution, keep, with_edges, with_features};
use super::domain::{ANY_GRAPH, HUB, beside, on_any_graph, on_hub};
use super::inputs::{Edge, irregular, product, shuffled};

const ID: &str = "matrix_graph_convolution";

const LAYER: Convolution = Convolution {
    task: ID,
    output: "output",
    width: "out",
    sees_itself: true,
    drawn: drawn_layer,
};

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "graph_convolution.rs",
    signature: "fn matrix_graph_convolution(features: &Tensor, edge_index: &Tensor, weights: &GraphConvolutionWeights) -> Tensor",
    functions: &["matrix_graph_convolution"],
    definition: "A graph convolution layer in matrix form: the mean over in-neighbours and the node itself, each with a weight of its own.",
    formula: "H = D^-1 A X W^T + X B^T, W = neighbour_weight and B = self_weight, both [out, in]",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 3.3 (b)",
    conventions: &[
        "A[destination, source] and in-degrees: rows of D^-1 A are means over in-neighbours",
        "a node that no edge enters gets x B^T",
        "no self loops are added; there is no bias and no activation",
    ],
    misreadings: &[
        "A D^-1 divides by the degree of the sender; D^-1/2 A D^-1/2 is another normalisation",
        "a weight that is not transposed goes unnoticed only where in equals out",
        "the inverse of a degree of zero must not reach the product as infinity",
    ],
    parts: &["adjacency_matrix", "inverted_degree_matrix"],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["output"],
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
            layer_case(random, &edges, [7, 4, 3])
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "larger",
        portion: "all",
        arguments: |random| {
            let edges = irregular(random, 12);
            layer_case(random, &edges, [12, 3, 5])
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "square_weight",
        portion: "all",
        arguments: |random| {
            let edges = irregular(random, 6);
            layer_case(random, &edges, [6, 3, 3])
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "one_way_chain",
        portion: "all",
        arguments: |random| layer_case(random, &[(0, 1), (1, 2), (2, 3)], [5, 2, 3]),
        expect: Expect::Outputs,
    },
    Case {
        name: "listed_self_loops",
        portion: "all",
        arguments: listed_self_loops,
        expect: Expect::Outputs,
    },
    Case {
        name: "no_edges",
        portion: "all",
        arguments: |random| layer_case(random, &[], [4, 3, 2]),
        expect: Expect::Outputs,
    },
];

const DOMAIN: &[Domain] = &[
    Domain {
        name: ANY_GRAPH,
        sizes: &[
            ("N", 1, 40),
            ("density", 0, 3),
            ("loops", 0, 1),
            ("in", 1, 9),
            ("out", 1, 8),
        ],
        arguments: |scenario| {
            let widths = [scenario.size("in"), scenario.size("out")];
            let weights = layer_weights(&mut scenario.random("weights"), widths);
            beside(on_any_graph(scenario, widths[0]), weights)
        },
    },
    Domain {
        name: HUB,
        sizes: &[("leaves", 0, 270)],
        arguments: |scenario| {
            beside(
                on_hub(scenario, 2),
                layer_weights(&mut scenario.random("weights"), [2, 3]),
            )
        },
    },
];

const PROPERTIES: &[Property] = &[
    Property::new(
        "message-layer",
        "the matrix form gives what messages along edges and their update give",
        SIZES,
        message_layer,
    ),
    Property::new(
        "isolated-nodes",
        "a node that no edge enters gets x B^T, never NaN, whichever node it is",
        SIZES,
        isolated_nodes,
    ),
    Property::new(
        "constant-features",
        "equal features give W x + B x where edges enter, however many",
        SIZES,
        constant_features,
    ),
    Property::new(
        "linear",
        "the layer is linear in the features: no activation",
        SIZES,
        |scenario, probe| shared::linear(&LAYER, scenario, probe),
    ),
    Property::new(
        "one-hop",
        "changing a node's features changes only its own output and those of its out-neighbours",
        SIZES,
        |scenario, probe| shared::one_hop(&LAYER, scenario, probe),
    ),
    Property::new(
        "layers-are-hops",
        "through k layers a change travels at most k hops along the edges",
        &[("N", 4, 7), ("in", 1, 3), ("out", 1, 1), ("k", 1, 3)],
        layers_are_hops,
    ),
    Property::new(
        "permutation-equivariant",
        "renaming the nodes renames the rows",
        SIZES,
        |scenario, probe| shared::permutation_equivariant(&LAYER, scenario, probe),
    ),
    Property::new(
        "edge-order-irrelevant",
        "listing the edges in another order changes nothing",
        SIZES,
        |scenario, probe| shared::edge_order_irrelevant(&LAYER, scenario, probe),
    ),
    Property::new("no-edges", "without edges the output is x B^T", ANY_SIZES, no_edges).few(),
    Property::new(
        "gradient",
        "gradients reach features and both weights, and are those of the formula",
        SIZES,
        gradient,
    )
    .few()
    .differentiating(),
];

/// Some nodes hear themselves, the otherwise isolated last one too.
fn listed_self_loops(random: &mut Random) -> Tensors {
    let mut edges = irregular(random, 6);
    edges.extend([(1, 1), (3, 3), (5, 5)]);
    let edges = shuffled(random, &edges);
    layer_case(random, &edges, [6, 4, 2])
}

fn message_layer(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = drawn_layer(scenario);
    let features = array(&given["features"]);
    let expected = updated(&given, &features, &means(&features, &edges));
    let output = LAYER.of(scenario, probe, &given)?;
    equal(
        "the output",
        "the mean over in-neighbours times W^T plus x B^T, node by node",
        &expected,
        &output,
        CLOSELY,
    )
}

fn isolated_nodes(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, mut edges) = drawn_layer(scenario);
    let node = scenario.random("isolated").integer(0, scenario.integer("N"));
    // It may still send: only edges that enter count.
    edges.retain(|edge| edge.1 != node);
    let row = |values: &Array| values.index_axis(ndarray::Axis(0), node as usize).to_owned();
    let output = LAYER.of(scenario, probe, &with_edges(&given, &edges))?;
    let expected = projected(&array(&given["features"]), &given["self_weight"]);
    let what = format!("the output of node {node}, which no edge enters");
    equal(&what, "x B^T", &row(&expected), &row(&output), CLOSELY)
}

fn constant_features(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = drawn_layer(scenario);
    let shape = given["features"].shape().to_vec();
    let value = array(&scenario.normal("value", &shape[1..]));
    let constant = Array::from_shape_fn(shape, |place| value[[place[1]]]);
    let mut output = LAYER.of(scenario, probe, &with_features(&given, &constant))?;
    let expected = updated(&given, &constant, &constant);
    // Nodes that no edge enters have a property of their own.
    let entered = |node: i64| edges.iter().any(|edge| edge.1 == node);
    for node in (0..scenario.integer("N")).filter(|&node| !entered(node)) {
        keep(&mut output, &expected, node);
    }
    equal(
        "the output of nodes that edges enter, where all features are equal",
        "x W^T + x B^T",
        &expected,
        &output,
        CLOSELY,
    )
}

/// The layer with square weights, applied k times.
fn layers_are_hops(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (mut given, edges) = drawn_layer(scenario);
    let (width, layers) = (scenario.size("in"), scenario.size("k"));
    for name in ["neighbour_weight", "self_weight"] {
        given.insert(name.to_owned(), scenario.normal(name, &[width, width]));
    }
    let node = scenario.random("changed").integer(0, scenario.integer("N"));
    let mut changed = array(&given["features"]);
    changed
        .index_axis_mut(ndarray::Axis(0), node as usize)
        .mapv_inplace(|value| 2.0 - 1.5 * value);
    let mut through = |mut features: Array| {
        for _ in 0..layers {
            let shape = features.shape().to_vec();
            features = probe.array(ID, &with_features(&given, &features), "output", &shape)?;
        }
        Ok::<_, judge::findings::stop::Broken>(features)
    };
    let before = through(array(&given["features"]))?;
    let mut after = through(changed)?;
    for reached in within(&edges, node, layers) {
        keep(&mut after, &before, reached);
    }
    unchanged(
        &format!("changing the features of node {node}"),
        &format!("the output after {layers} layers of every node more than {layers} hops away"),
        &before,
        &after,
        UNTOUCHED,
    )
}

/// The nodes that walks of at most `hops` edges reach.
fn within(edges: &[Edge], node: i64, hops: usize) -> Vec<i64> {
    let mut reached = vec![node];
    for _ in 0..hops {
        let next = edges.iter().filter(|edge| reached.contains(&edge.0)).map(|edge| edge.1);
        let next: Vec<i64> = next.filter(|node| !reached.contains(node)).collect();
        reached.extend(next);
    }
    reached
}

fn no_edges(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, _) = drawn_layer(scenario);
    let output = LAYER.of(scenario, probe, &with_edges(&given, &[]))?;
    let expected = projected(&array(&given["features"]), &given["self_weight"]);
    equal("the output without edges", "x B^T", &expected, &output, CLOSELY)
}

fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = drawn_layer(scenario);
    let cotangent = scenario.normal("cotangent", &[scenario.size("N"), scenario.size("out")]);
    let (values, turned) = (array(&cotangent), array(&cotangent).t().to_owned());
    let features = array(&given["features"]);
    let to_senders = shared_out(&product(&values, &array(&given["neighbour_weight"])), &edges);
    for (name, expected) in [
        ("features", to_senders + product(&values, &array(&given["self_weight"]))),
        ("self_weight", product(&turned, &features)),
        ("neighbour_weight", product(&turned, &means(&features, &edges))),
    ] {
        let gradient = probe.gradient(ID, &given, name, arguments([("output", cotangent.clone())]))?;
        let what = format!("the gradient by {name}");
        equal(&what, "that of D^-1 A X W^T + X B^T", &expected, &gradient, CLOSELY)?;
    }
    Ok(())
}
