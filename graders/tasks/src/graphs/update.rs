//! `update`: from what a node hears and what it is to what it becomes.

use judge::checks::assertions::{equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, tensor, tensor_like, with};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::Random;
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::subject::Call;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use wire::{Tensor, Tensors};

use super::convolution_inputs::{CLOSELY, UNTOUCHED, drawn_weights, projected, updated};
use super::convolution_properties::keep;
use super::inputs::product;

const ID: &str = "update";
const SIZES: Sizes = &[("N", 1, 4), ("in", 1, 4), ("out", 1, 4)];

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "graph_convolution.rs",
    signature: "fn update(features: &Tensor, messages: &Tensor, weights: &GraphConvolutionWeights) -> Tensor",
    functions: &["update"],
    definition: "Projects messages and own features with a weight each and adds them.",
    formula: "h = m W^T + x B^T, W = neighbour_weight and B = self_weight, both [out, in]",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 3.2 (b)",
    conventions: &[
        "W meets the message, B the node's own features",
        "weights are [out, in] and are transposed in the product",
        "there is no bias and no activation",
    ],
    misreadings: &[
        "a weight that is not transposed goes unnoticed only where in equals out",
        "the activation stands between layers, not in the layer",
        "without B x a node forgets itself",
    ],
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
        name: "narrowing",
        portion: "all",
        arguments: |random| case(random, [6, 4, 3]),
        expect: Expect::Outputs,
    },
    Case {
        name: "widening",
        portion: "all",
        arguments: |random| case(random, [4, 2, 5]),
        expect: Expect::Outputs,
    },
    Case {
        name: "square_weight",
        portion: "all",
        arguments: |random| case(random, [5, 3, 3]),
        expect: Expect::Outputs,
    },
    Case {
        name: "one_node",
        portion: "all",
        arguments: |random| case(random, [1, 3, 4]),
        expect: Expect::Outputs,
    },
];

const PROPERTIES: &[Property] = &[
    Property::new("definition", "the output is m W^T + x B^T", SIZES, definition),
    Property::new(
        "own-part",
        "where messages are zero the output is x B^T, and W has no say",
        SIZES,
        own_part,
    ),
    Property::new(
        "neighbours-part",
        "where own features are zero the output is m W^T, and B has no say",
        SIZES,
        neighbours_part,
    ),
    Property::new(
        "no-activation",
        "negating features and messages negates the output",
        SIZES,
        no_activation,
    ),
    Property::new(
        "node-wise",
        "changing one node's features and message leaves all other rows as they are",
        SIZES,
        node_wise,
    ),
    Property::new(
        "gradient",
        "gradients reach features, messages and both weights, and are those of two products",
        SIZES,
        gradient,
    )
    .few()
    .differentiating(),
];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "any number of nodes, any widths",
        sizes: &[("N", 1, 60), ("in", 1, 20), ("out", 1, 17)],
        arguments: |scenario| {
            let sizes = ["N", "in", "out"].map(|name| scenario.size(name));
            case(&mut scenario.random("values"), sizes)
        },
    },
    Domain {
        name: "more nodes than usual graphs have",
        sizes: &[("N", 2800, 2800)],
        arguments: |scenario| case(&mut scenario.random("values"), [scenario.size("N"), 2, 2]),
    },
    Domain {
        name: "nodes that hear nothing, or nothing but zeros",
        sizes: &[("N", 2, 9), ("zero rows", 1, 2)],
        arguments: |scenario| {
            let given = case(&mut scenario.random("values"), [scenario.size("N"), 3, 2]);
            let mut messages = array(&given["messages"]);
            for row in 0..scenario.size("zero rows") {
                messages.index_axis_mut(ndarray::Axis(0), row).fill(0.0);
            }
            with(&given, "messages", tensor(&messages))
        },
    },
];

fn case(random: &mut Random, [nodes, inputs, outputs]: [usize; 3]) -> Tensors {
    arguments([
        ("features", random.normal(&[nodes, inputs])),
        ("messages", random.normal(&[nodes, inputs])),
        ("neighbour_weight", random.scaled(&[outputs, inputs], 0.8)),
        ("self_weight", random.scaled(&[outputs, inputs], 0.8)),
    ])
}

fn drawn(scenario: &Scenario) -> Tensors {
    let shape = [scenario.size("N"), scenario.size("in")];
    let mut given = drawn_weights(scenario);
    for name in ["features", "messages"] {
        given.insert(name.to_owned(), scenario.normal(name, &shape));
    }
    given
}

fn output(scenario: &Scenario, probe: &mut Probe<'_>, given: &Tensors) -> Result<Array, Broken> {
    let shape = [scenario.size("N"), scenario.size("out")];
    probe.typed(&Call::new(ID, given.clone()), "output", scenario.dtype(), &shape)
}

/// The same arguments with one of them changed value by value.
fn mapped(given: &Tensors, name: &str, map: impl Fn(f64) -> f64) -> Tensors {
    let tensor: &Tensor = &given[name];
    with(given, name, tensor_like(tensor, &array(tensor).mapv(map)))
}

fn definition(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = drawn(scenario);
    let expected = updated(&given, &array(&given["features"]), &array(&given["messages"]));
    let output = output(scenario, probe, &given)?;
    equal("the output", "m W^T + x B^T", &expected, &output, CLOSELY)
}

fn own_part(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = mapped(&drawn(scenario), "messages", |_| 0.0);
    let expected = projected(&array(&given["features"]), &given["self_weight"]);
    let output = output(scenario, probe, &given)?;
    equal(
        "the output where messages are zero",
        "x B^T",
        &expected,
        &output,
        CLOSELY,
    )
}

fn neighbours_part(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = mapped(&drawn(scenario), "features", |_| 0.0);
    let expected = projected(&array(&given["messages"]), &given["neighbour_weight"]);
    let output = output(scenario, probe, &given)?;
    equal(
        "the output where own features are zero",
        "m W^T",
        &expected,
        &output,
        CLOSELY,
    )
}

fn no_activation(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = drawn(scenario);
    let negated = mapped(&mapped(&given, "features", |value| -value), "messages", |value| -value);
    let expected = -output(scenario, probe, &given)?;
    let output = output(scenario, probe, &negated)?;
    equal(
        "the output for negated features and messages",
        "the negated output",
        &expected,
        &output,
        UNTOUCHED,
    )
}

fn node_wise(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = drawn(scenario);
    let node = scenario.random("changed").integer(0, scenario.integer("N"));
    let mut changed = given.clone();
    for name in ["features", "messages"] {
        let mut values = array(&given[name]);
        values
            .index_axis_mut(ndarray::Axis(0), node as usize)
            .mapv_inplace(|value| 2.0 - 1.5 * value);
        changed = with(&changed, name, tensor_like(&given[name], &values));
    }
    let before = output(scenario, probe, &given)?;
    let mut after = output(scenario, probe, &changed)?;
    keep(&mut after, &before, node);
    unchanged(
        &format!("changing features and message of node {node}"),
        "every other row of the output",
        &before,
        &after,
        UNTOUCHED,
    )
}

fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = drawn(scenario);
    let cotangent = scenario.normal("cotangent", &[scenario.size("N"), scenario.size("out")]);
    let (values, turned) = (array(&cotangent), array(&cotangent).t().to_owned());
    for (name, expected) in [
        ("features", product(&values, &array(&given["self_weight"]))),
        ("messages", product(&values, &array(&given["neighbour_weight"]))),
        ("self_weight", product(&turned, &array(&given["features"]))),
        ("neighbour_weight", product(&turned, &array(&given["messages"]))),
    ] {
        let gradient = probe.gradient(ID, &given, name, arguments([("output", cotangent.clone())]))?;
        let what = format!("the gradient by {name}");
        equal(&what, "that of m W^T + x B^T", &expected, &gradient, CLOSELY)?;
    }
    Ok(())
}
