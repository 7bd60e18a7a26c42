//! `graph_attention`: one layer of attention over the edges of a graph.

mod domain;
mod gradient;
pub(crate) mod inputs;
mod properties;

use judge::contract::domain::Contract;
use judge::contract::{Case, Expect, Property, Task};
use wire::{DType, Data, Tensor, Tensors};

use self::gradient::gradient;
use self::inputs::{case, large_features, listed_self_loops, scores_below_zero};
use super::inputs::irregular;

pub(crate) static TASK: Task = Task {
    id: "graph_attention",
    file: "graph_attention.rs",
    signature: "fn graph_attention(features: &Tensor, edge_index: &Tensor, weights: &GraphAttentionWeights) -> GraphAttention",
    functions: &["graph_attention"],
    definition: "Gives every node the mean of the projected features of its in-neighbours and of itself, weighted by \
                 attention: a softmax, over the edges into the node, of scores from both ends of an edge.",
    formula: "z = h W; e_ij = LeakyReLU(a . [z_i, z_j]) with slope 0.2, for the edge from j to i; alpha_ij = softmax of \
              e_ij over j; output_i = sum over j of alpha_ij z_j",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 3.4 (d); Velickovic et al., Graph Attention \
             Networks, Eq. 1 to 4 (without the nonlinearity of Eq. 4)",
    conventions: &[
        "every node has one self loop, isolated nodes and the last one too; a self loop in the list is not doubled",
        "the weight is [in, out]; the first half of the attention vector meets the destination, the second the source",
        "the slope below zero is 0.2; no activation follows on the output",
        "the edges are returned with their attention weights, self loops included, in any order",
        "scores of any size give finite results, whatever the scores of other nodes are",
    ],
    misreadings: &[
        "tch's leaky_relu has a slope of 0.01 that cannot be changed",
        "the softmax runs over the edges that share a destination, not over all edges, nor over those of a source",
        "the features that are summed are those of the sources",
        "exponentials of large scores overflow unless a maximum is subtracted first",
        "LeakyReLU comes after the dot product with the attention vector",
    ],
    cases: CASES,
    properties: PROPERTIES,
    canonical: Some(by_destination),
    contract: Contract {
        smooth: &["attention", "output"],
        domain: domain::DOMAIN,
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
            case(random, &edges, [7, 3, 4])
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "narrowing",
        portion: "all",
        arguments: |random| {
            let edges = irregular(random, 9);
            case(random, &edges, [9, 5, 2])
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "square_weight",
        portion: "all",
        arguments: |random| {
            let edges = irregular(random, 6);
            case(random, &edges, [6, 3, 3])
        },
        expect: Expect::Outputs,
    },
    Case {
        name: "two_neighbours",
        portion: "all",
        arguments: |random| case(random, &[(0, 2), (1, 2)], [4, 2, 3]),
        expect: Expect::Outputs,
    },
    Case {
        name: "listed_self_loops",
        portion: "all",
        arguments: listed_self_loops,
        expect: Expect::Outputs,
    },
    Case {
        name: "scores_below_zero",
        portion: "all",
        arguments: scores_below_zero,
        expect: Expect::Outputs,
    },
    Case {
        name: "large_features",
        portion: "all",
        arguments: large_features,
        expect: Expect::Outputs,
    },
];

const PROPERTIES: &[Property] = &[
    Property::new(
        "weights-sum-to-one",
        "attention weights are not negative, and those into a node sum to 1",
        properties::SIZES,
        properties::weights_sum_to_one,
    ),
    Property::new(
        "edges-and-self-loops",
        "the returned edges are the given ones and one self loop for each node, each once",
        properties::SIZES,
        properties::edges_and_self_loops,
    ),
    Property::new(
        "self-loops-not-doubled",
        "self loops that the list holds already change nothing",
        properties::SIZES,
        properties::self_loops_not_doubled,
    ),
    Property::new(
        "weighted-sum",
        "the output of a node is the sum of attention weight times projected source over the edges into it",
        properties::SIZES,
        properties::weighted_sum,
    ),
    Property::new(
        "zero-attention-is-the-mean",
        "a zero attention vector gives the plain mean over in-neighbours and the node itself",
        properties::SIZES,
        properties::zero_attention_is_the_mean,
    ),
    Property::new(
        "identical-features",
        "where all nodes have the same features, all edges into a node weigh the same",
        properties::SIZES,
        properties::identical_features,
    ),
    Property::new(
        "isolated-nodes",
        "a node that no edge enters gets its own projection, also the last one",
        properties::SIZES,
        properties::isolated_nodes,
    ),
    Property::new(
        "no-edges",
        "without edges the output is the projection of the features",
        properties::ANY_SIZES,
        properties::no_edges,
    )
    .few(),
    Property::new(
        "one-hop",
        "changing a node's features changes only its own output and those of its out-neighbours",
        properties::SIZES,
        properties::one_hop,
    ),
    Property::new(
        "permutation-equivariant",
        "renaming the nodes renames the rows of the output and the edges",
        properties::SIZES,
        properties::permutation_equivariant,
    ),
    Property::new(
        "edge-order-irrelevant",
        "listing the edges in another order changes neither output nor weights",
        properties::SIZES,
        properties::edge_order_irrelevant,
    ),
    Property::new(
        "destination-half",
        "where all pre-activations are positive the destination's half of the attention vector changes no weight",
        properties::SIZES,
        properties::destination_half,
    ),
    Property::new(
        "source-half",
        "where all pre-activations are positive, log-weights into a node differ as the source's half says",
        properties::SIZES,
        properties::source_half,
    ),
    Property::new(
        "slope",
        "below zero the scores have slope 0.2",
        &[("N", 2, 5)],
        properties::slope,
    ),
    Property::new(
        "finite-for-large-scores",
        "scores of 200 and more, and of both signs, give finite outputs and weights that sum to 1 in f32",
        properties::SIZES,
        properties::finite_for_large_scores,
    )
    .in_f32(),
    Property::new(
        "gradient",
        "gradients reach features, weight and attention vector, and agree with differences of the output",
        properties::SIZES,
        gradient,
    )
    .few()
    .differentiating(),
];

/// Sorts the edges by destination and source, and the weights with them.
///
/// Outputs that do not fit each other are left as they are: the comparison says what is wrong with them.
fn by_destination(mut outputs: Tensors) -> Tensors {
    if let Some((edge_index, attention)) = sorted(&outputs) {
        outputs.insert("edge_index".to_owned(), edge_index);
        outputs.insert("attention".to_owned(), attention);
    }
    outputs
}

fn sorted(outputs: &Tensors) -> Option<(Tensor, Tensor)> {
    let (edges, attention) = (outputs.get("edge_index")?, outputs.get("attention")?);
    let &[2, count] = edges.shape() else { return None };
    let Data::I64(ends) = edges.data() else { return None };
    if attention.shape() != [count] {
        return None;
    }
    let (sources, destinations) = ends.split_at(count);
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|&edge| (destinations[edge], sources[edge]));
    let sorted_ends = [sources, destinations]
        .iter()
        .flat_map(|ends| order.iter().map(|&edge| ends[edge]))
        .collect();
    let edge_index = Tensor::new(vec![2, count], Data::I64(sorted_ends))?;
    Some((edge_index, reordered(attention, &order)?))
}

fn reordered(attention: &Tensor, order: &[usize]) -> Option<Tensor> {
    let values = attention.to_f64();
    let values = order.iter().map(|&edge| values[edge]).collect();
    let values = Tensor::new(vec![order.len()], Data::F64(values))?;
    match attention.dtype() {
        dtype @ (DType::F32 | DType::F64) => Some(values.to_float(dtype)),
        DType::I64 | DType::Bool => None,
    }
}

#[cfg(test)]
mod tests;
