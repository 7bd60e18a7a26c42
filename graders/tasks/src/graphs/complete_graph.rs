//! `complete_graph`: every token hears from every other.

use judge::checks::assertions::broken_rule;
use judge::checks::probe::{Probe, typed};
use judge::contract::arguments::arguments;
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::edge_index;
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::Holds;
use wire::{DType, Data, Tensor, Tensors};

const ID: &str = "complete_graph";

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "attention_graph.rs",
    signature: "fn complete_graph(nodes: i64, self_loops: bool) -> Tensor",
    functions: &["complete_graph"],
    definition: "The edge list of the complete directed graph on some nodes, with or without self loops.",
    formula: "all (source, destination) with source != destination, and source = destination where loops are asked for",
    source: "Georgia Tech, CS 4644/7643, Problem Set 3, question 6",
    conventions: &[
        "[2, E] int64, row 0 = source, row 1 = destination, each edge once, in any order",
        "four tokens: 12 edges without self loops, 16 with them",
    ],
    misreadings: &[
        "an edge in one direction is no edge in the other: both are listed",
        "without self loops no token hears from itself",
    ],
    cases: &[
        Case {
            name: "four_tokens",
            portion: "without_loops",
            arguments: |_| given(4, false),
            expect: Expect::Outputs,
        },
        Case {
            name: "five_tokens",
            portion: "without_loops",
            arguments: |_| given(5, false),
            expect: Expect::Outputs,
        },
        Case {
            name: "four_tokens_and_loops",
            portion: "with_loops",
            arguments: |_| given(4, true),
            expect: Expect::Outputs,
        },
        Case {
            name: "three_tokens_and_loops",
            portion: "with_loops",
            arguments: |_| given(3, true),
            expect: Expect::Outputs,
        },
    ],
    properties: PROPERTIES,
    canonical: Some(sorted),
    contract: Contract {
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const PROPERTIES: &[Property] = &[Property::new(
    "every-pair-once",
    "N (N - 1) edges without self loops and N^2 with them, each ordered pair once",
    &[("N", 1, 7), ("loops", 0, 1)],
    every_pair_once,
)];

const DOMAIN: &[Domain] = &[Domain {
    name: "any number of nodes",
    sizes: &[("N", 1, 130), ("loops", 0, 1)],
    arguments: |scenario| given(scenario.integer("N"), scenario.integer("loops") == 1),
}];

fn given(nodes: i64, self_loops: bool) -> Tensors {
    arguments([
        ("nodes", Tensor::integer(nodes)),
        ("self_loops", Tensor::flag(self_loops)),
    ])
}

/// Self loops first, then edges in order of source and destination: the list may have them in any.
///
/// In plain order, every edge moved on by one place would be the complete graph with self loops again.
fn sorted(mut outputs: Tensors) -> Tensors {
    if let Some(edges) = outputs.get("edge_index").and_then(edges) {
        outputs.insert("edge_index".to_owned(), edge_index(&edges));
    }
    outputs
}

fn edges(tensor: &Tensor) -> Option<Vec<(i64, i64)>> {
    let Data::I64(values) = tensor.data() else { return None };
    if tensor.shape().len() != 2 || tensor.shape()[0] != 2 {
        return None;
    }
    let (sources, destinations) = values.split_at(values.len() / 2);
    let mut edges: Vec<(i64, i64)> = sources.iter().copied().zip(destinations.iter().copied()).collect();
    edges.sort_unstable_by_key(|&(source, destination)| (source != destination, source, destination));
    Some(edges)
}

fn every_pair_once(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (nodes, loops) = (scenario.integer("N"), scenario.integer("loops") == 1);
    let call = Call::new(ID, given(nodes, loops));
    let outputs = probe.call(&call)?.outputs;
    let count = if loops { nodes * nodes } else { nodes * (nodes - 1) };
    typed(&outputs, "edge_index", DType::I64, &[2, count as usize])?;
    let pairs = (0..nodes).flat_map(|source| (0..nodes).map(move |destination| (source, destination)));
    let wanted: Vec<(i64, i64)> = pairs.filter(|(one, other)| loops || one != other).collect();
    let found = outputs.get("edge_index").and_then(edges).unwrap_or_default();
    match wanted.iter().find(|edge| !found.contains(edge)) {
        None => Ok(()),
        Some((source, destination)) => {
            let what = format!("the edge from {source} to {destination}");
            Err(broken_rule(&what, &[], "missing", "in the list"))
        }
    }
}
