//! `adjacency_power`: powers of the adjacency matrix count walks.

use judge::checks::assertions::{equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, tensor};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::Random;
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::subject::Call;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use wire::{Tensor, Tensors};

use super::inputs::{Edge, adjacency, flipped, irregular, product, relabelled};
use super::properties::graph;

const ID: &str = "adjacency_power";
/// Bound on what agrees but for rounding, wide enough for a step in f32: that costs the check of precision only.
const CLOSELY: f64 = 1e-5;
const SIZES: Sizes = &[("N", 3, 6), ("n", 0, 5)];

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "graph_algebra.rs",
    signature: "fn adjacency_power(adjacency: &Tensor, n: i64) -> Tensor",
    functions: &["adjacency_power"],
    definition: "The n-th power of an adjacency matrix, whose entries count the walks of n edges between two nodes.",
    formula: "A^n = A A ... A, n factors; A^0 is the identity",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 3.1 (b)",
    conventions: &[
        "the power is that of matrices",
        "A[destination, source], so that row i, column j of the power counts walks from j to i",
        "a walk may pass nodes and edges repeatedly",
        "n is 0 or more; the dtype is that of the matrix",
    ],
    misreadings: &[
        "powers of the single entries leave a matrix of zeros and ones as it is",
        "entries are numbers of walks, not whether there is one",
        "walks of exactly n edges, not of at most n",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["power"],
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "squared",
        portion: "all",
        arguments: |random| case(&adjacency(&irregular(random, 7), 7), 2),
        expect: Expect::Outputs,
    },
    Case {
        name: "cubed",
        portion: "all",
        arguments: |random| case(&adjacency(&irregular(random, 8), 8), 3),
        expect: Expect::Outputs,
    },
    Case {
        name: "fifth",
        portion: "all",
        arguments: |random| case(&adjacency(&irregular(random, 6), 6), 5),
        expect: Expect::Outputs,
    },
    Case {
        name: "zeroth",
        portion: "all",
        arguments: |random| case(&adjacency(&irregular(random, 6), 6), 0),
        expect: Expect::Outputs,
    },
    Case {
        name: "weighted_edges",
        portion: "all",
        arguments: weighted_edges,
        expect: Expect::Outputs,
    },
];

const PROPERTIES: &[Property] = &[
    Property::new(
        "walks",
        "the entry in row i, column j is the number of walks of n edges from j to i, counted one by one",
        SIZES,
        walks,
    ),
    Property::new(
        "zero-and-one",
        "the power 0 is the identity, the power 1 the matrix itself",
        &[("N", 1, 6)],
        zero_and_one,
    ),
    Property::new(
        "steps-add",
        "A^(m + n) = A^m A^n, for any square matrix",
        &[("N", 1, 5), ("m", 0, 3), ("n", 0, 3)],
        steps_add,
    ),
    Property::new(
        "flipped-edges-transpose",
        "reversing every edge transposes the power",
        SIZES,
        flipped_edges_transpose,
    ),
    Property::new(
        "relabelling",
        "renaming the nodes permutes rows and columns of the power",
        SIZES,
        relabelling,
    ),
    Property::new(
        "no-way-round",
        "where all edges lead from smaller to larger nodes, no walk has as many edges as there are nodes",
        &[("N", 2, 6)],
        no_way_round,
    ),
    Property::new(
        "ring",
        "around a directed ring of N nodes, N steps lead back and fewer do not",
        &[("N", 2, 6)],
        ring,
    ),
];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "matrices of any entries and powers from 0 on",
        sizes: &[("N", 1, 20), ("n", 0, 12)],
        arguments: |scenario| {
            let nodes = scenario.size("N");
            // About as large after each factor as before it.
            let deviation = 1.0 / (nodes as f64).sqrt();
            let matrix = scenario.random("matrix").scaled(&[nodes, nodes], deviation);
            case(&array(&matrix), scenario.integer("n"))
        },
    },
    Domain {
        name: "adjacency matrices, also of graphs without edges and of complete ones",
        sizes: &[("N", 1, 20), ("tenths of edges", 0, 10), ("n", 0, 9)],
        arguments: |scenario| {
            let (nodes, share) = (scenario.size("N"), scenario.integer("tenths of edges") as f64 / 10.0);
            let mut random = scenario.random("edges");
            let entries = random.fill(&[nodes, nodes], |random| f64::from(u8::from(random.unit() < share)));
            case(&array(&entries), scenario.integer("n"))
        },
    },
    Domain {
        name: "rings and chains, walked far",
        sizes: &[("N", 1, 12), ("n", 0, 130), ("closed", 0, 1)],
        arguments: |scenario| {
            let nodes = scenario.integer("N");
            let steps = nodes - 1 + scenario.integer("closed");
            let edges: Vec<Edge> = (0..steps).map(|node| (node, (node + 1) % nodes)).collect();
            case(&adjacency(&edges, nodes as usize), scenario.integer("n"))
        },
    },
];

fn case(matrix: &Array, n: i64) -> Tensors {
    let matrix = tensor(matrix).to_float(wire::DType::F32);
    arguments([("adjacency", matrix), ("n", Tensor::integer(n))])
}

/// Entries other than 0 and 1: the power is of matrices, whatever they hold.
fn weighted_edges(random: &mut Random) -> Tensors {
    let matrix = array(&random.scaled(&[5, 5], 0.7)) * adjacency(&irregular(random, 5), 5);
    case(&(matrix + array(&random.scaled(&[5, 5], 0.3))), 3)
}

fn power(scenario: &Scenario, probe: &mut Probe<'_>, matrix: &Array, n: i64) -> Result<Array, Broken> {
    let adjacency = tensor(matrix).to_float(scenario.dtype());
    let call = Call::new(ID, arguments([("adjacency", adjacency), ("n", Tensor::integer(n))]));
    probe.typed(&call, "power", scenario.dtype(), matrix.shape())
}

/// The number of walks of n edges, found by walking.
fn count(edges: &[Edge], source: i64, destination: i64, n: i64) -> f64 {
    if n == 0 {
        return f64::from(source == destination);
    }
    let onward = edges.iter().filter(|edge| edge.0 == source);
    onward.map(|edge| count(edges, edge.1, destination, n - 1)).sum()
}

fn walks(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let ((edges, nodes), n) = (graph(scenario), scenario.integer("n"));
    let given = power(scenario, probe, &adjacency(&edges, nodes), n)?;
    let counted = Array::from_shape_fn(vec![nodes, nodes], |place| {
        count(&edges, place[1] as i64, place[0] as i64, n)
    });
    equal(
        &format!("the power {n} of the adjacency matrix"),
        &format!("the number of walks of {n} edges from column to row"),
        &counted,
        &given,
        CLOSELY,
    )
}

fn zero_and_one(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let nodes = scenario.size("N");
    let matrix = array(&scenario.normal("matrix", &[nodes, nodes]));
    let identity = super::inputs::diagonal(&vec![1.0; nodes]);
    let zeroth = power(scenario, probe, &matrix, 0)?;
    equal("the power 0", "the identity", &identity, &zeroth, CLOSELY)?;
    let first = power(scenario, probe, &matrix, 1)?;
    equal("the power 1", "the matrix itself", &matrix, &first, CLOSELY)
}

fn steps_add(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (nodes, m, n) = (scenario.size("N"), scenario.integer("m"), scenario.integer("n"));
    let matrix = array(&scenario.normal("matrix", &[nodes, nodes]));
    let expected = product(
        &power(scenario, probe, &matrix, m)?,
        &power(scenario, probe, &matrix, n)?,
    );
    let given = power(scenario, probe, &matrix, m + n)?;
    equal(
        &format!("the power {}", m + n),
        &format!("the power {m} times the power {n}"),
        &expected,
        &given,
        CLOSELY,
    )
}

fn flipped_edges_transpose(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let ((edges, nodes), n) = (graph(scenario), scenario.integer("n"));
    let before = power(scenario, probe, &adjacency(&edges, nodes), n)?;
    let after = power(scenario, probe, &adjacency(&flipped(&edges), nodes), n)?;
    let transposed = before.t().to_owned();
    equal(
        "the power of the reversed edges",
        "the transposed power",
        &transposed,
        &after,
        CLOSELY,
    )
}

fn relabelling(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let ((edges, nodes), n) = (graph(scenario), scenario.integer("n"));
    let names = scenario.random("names").permutation(nodes);
    let before = power(scenario, probe, &adjacency(&edges, nodes), n)?;
    let after = power(scenario, probe, &adjacency(&relabelled(&edges, &names), nodes), n)?;
    let back = Array::from_shape_fn(vec![nodes, nodes], |place| after[[names[place[0]], names[place[1]]]]);
    unchanged(
        &format!("renaming the nodes to {names:?}"),
        "the power",
        &before,
        &back,
        CLOSELY,
    )
}

fn no_way_round(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let nodes = scenario.size("N");
    let chain = (1..nodes as i64).map(|node| (node - 1, node));
    let short_cuts = scenario
        .edges("edges", nodes)
        .into_iter()
        .filter(|edge| edge.0 + 1 < edge.1);
    let edges: Vec<Edge> = chain.chain(short_cuts).collect();
    let matrix = adjacency(&edges, nodes);
    let longest = power(scenario, probe, &matrix, nodes as i64 - 1)?;
    let mut only = Array::zeros(vec![nodes, nodes]);
    only[[nodes - 1, 0]] = 1.0;
    let what = format!("the power {} of a graph without a way round", nodes - 1);
    equal(
        &what,
        "a single 1, for the walk through all nodes",
        &only,
        &longest,
        CLOSELY,
    )?;
    let beyond = power(scenario, probe, &matrix, nodes as i64)?;
    let what = format!("the power {nodes} of a graph without a way round");
    equal(&what, "0", &Array::zeros(vec![nodes, nodes]), &beyond, CLOSELY)
}

fn ring(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let nodes = scenario.size("N");
    let around: Vec<Edge> = (0..nodes as i64)
        .map(|node| (node, (node + 1) % nodes as i64))
        .collect();
    let steps = scenario.random("steps").integer(1, nodes as i64 + 1);
    let given = power(scenario, probe, &adjacency(&around, nodes), steps)?;
    let moved: Vec<Edge> = (0..nodes as i64)
        .map(|node| (node, (node + steps) % nodes as i64))
        .collect();
    equal(
        &format!("the power {steps} of a directed ring of {nodes} nodes"),
        &format!("every node {steps} steps on"),
        &adjacency(&moved, nodes),
        &given,
        CLOSELY,
    )
}
