//! The properties of `graph_attention`.

use judge::checks::assertions::{equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, scalar, vector};
use judge::contract::random::{edge_index, floats};
use judge::contract::scenario::{Scenario, Sizes};
use judge::findings::stop::Holds;
use wire::Tensors;

use super::inputs::{drawn, layer, positive, pre_activations, projected, with_array, with_edges, with_self_loops};
use crate::graphs::inputs::{Edge, in_degrees, product, relabelled, shuffled};

/// Bound on a relation between values of order one. A step in f32 keeps it: the check of precision asks for more, once.
/// It holds for what must not change, too: where the maximum over all edges is subtracted, another node's scores change
/// the rounding.
const CLOSELY: f64 = 1e-5;

/// Sizes of a graph that has at least one edge.
pub(super) const SIZES: Sizes = &[("N", 3, 6), ("in", 1, 3), ("out", 1, 3)];
/// Sizes of any graph.
pub(super) const ANY_SIZES: Sizes = &[("N", 1, 5), ("in", 1, 3), ("out", 1, 3)];

pub(super) fn weights_sum_to_one(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, _) = drawn(scenario);
    let layer = layer(probe, &given)?;
    every(
        "an attention weight",
        "not negative",
        &vector(layer.attention.clone()),
        |weight| weight >= 0.0,
    )?;
    let sums = layer.matrix().sum_axis(ndarray::Axis(1));
    equal(
        "the sum of the weights into each node",
        "1",
        &Array::ones(sums.raw_dim()),
        &sums,
        CLOSELY,
    )
}

pub(super) fn edges_and_self_loops(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = drawn(scenario);
    let returned = layer(probe, &given)?.edges;
    let expected = with_self_loops(&edges, scenario.size("N"));
    equal(
        "the list of returned edges, sorted by destination and source,",
        "the given edges and one self loop for each node, sorted in the same way",
        &array(&edge_index(&expected)),
        &array(&edge_index(&returned)),
        0.0,
    )
}

pub(super) fn self_loops_not_doubled(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, mut edges) = drawn(scenario);
    let without = layer(probe, &given)?;
    let nodes = scenario.integer("N");
    let mut random = scenario.random("loops");
    let first = random.integer(0, nodes);
    let listed: Vec<Edge> = (0..nodes)
        .filter(|&node| node == first || random.unit() < 0.4)
        .map(|node| (node, node))
        .collect();
    edges.extend(&listed);
    let edges = shuffled(&mut random, &edges);
    let with = layer(probe, &with_edges(&given, &edges))?;
    let cause = format!("adding the self loops {listed:?} to the edges");
    unchanged(
        &cause,
        "the attention weights",
        &without.matrix(),
        &with.matrix(),
        CLOSELY,
    )?;
    unchanged(&cause, "the output", &without.output, &with.output, CLOSELY)
}

pub(super) fn weighted_sum(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, _) = drawn(scenario);
    let layer = layer(probe, &given)?;
    let expected = product(&layer.matrix(), &projected(&given));
    equal(
        "the output",
        "the sum of returned weight times projected source over the edges into each node",
        &expected,
        &layer.output,
        CLOSELY,
    )
}

/// The weights of a plain mean over in-neighbours and self, destination by source.
fn uniform(edges: &[Edge], nodes: usize) -> Array {
    let all = with_self_loops(edges, nodes);
    let degrees = in_degrees(&all, nodes);
    let mut matrix = Array::zeros(vec![nodes, nodes]);
    for (source, destination) in all {
        matrix[[destination as usize, source as usize]] = 1.0 / degrees[destination as usize];
    }
    matrix
}

pub(super) fn zero_attention_is_the_mean(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = drawn(scenario);
    let given = with_array(&given, "attention", &Array::zeros(given["attention"].shape()));
    let layer = layer(probe, &given)?;
    let uniform = uniform(&edges, scenario.size("N"));
    let mean = product(&uniform, &projected(&given));
    equal(
        "the matrix of attention weights for a zero attention vector",
        "one over the number of edges into the node",
        &uniform,
        &layer.matrix(),
        CLOSELY,
    )?;
    equal(
        "the output for a zero attention vector",
        "the mean of the projections of in-neighbours and self",
        &mean,
        &layer.output,
        CLOSELY,
    )
}

pub(super) fn identical_features(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = drawn(scenario);
    let mut features = array(&given["features"]);
    let row = features.index_axis(ndarray::Axis(0), 0).to_owned();
    features.outer_iter_mut().for_each(|mut other| other.assign(&row));
    let given = with_array(&given, "features", &features);
    let layer = layer(probe, &given)?;
    equal(
        "the matrix of attention weights for equal features everywhere",
        "one over the number of edges into the node",
        &uniform(&edges, scenario.size("N")),
        &layer.matrix(),
        CLOSELY,
    )?;
    let what = "the output for equal features everywhere";
    equal(
        what,
        "the projected features",
        &projected(&given),
        &layer.output,
        CLOSELY,
    )
}

pub(super) fn isolated_nodes(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, mut edges) = drawn(scenario);
    let node = scenario.random("isolated").integer(0, scenario.integer("N"));
    // It may still send: only edges that enter count.
    edges.retain(|edge| edge.1 != node);
    let layer = layer(probe, &with_edges(&given, &edges))?;
    let projected = projected(&given);
    let row = |matrix: &Array, node: usize| matrix.index_axis(ndarray::Axis(0), node).to_owned();
    for node in [node as usize, scenario.size("N") - 1] {
        equal(
            &format!("the output of node {node}, which no edge enters,"),
            "its own projection",
            &row(&projected, node),
            &row(&layer.output, node),
            CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn no_edges(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, _) = drawn(scenario);
    let layer = layer(probe, &with_edges(&given, &[]))?;
    let nodes = scenario.size("N");
    let identity = crate::graphs::inputs::diagonal(&vec![1.0; nodes]);
    equal(
        "the matrix of attention weights without edges",
        "1 for every self loop",
        &identity,
        &layer.matrix(),
        CLOSELY,
    )?;
    equal(
        "the output without edges",
        "the projected features",
        &projected(&given),
        &layer.output,
        CLOSELY,
    )
}

pub(super) fn one_hop(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = drawn(scenario);
    let node = scenario.random("changed").integer(0, scenario.integer("N") - 1);
    let mut features = array(&given["features"]);
    features
        .index_axis_mut(ndarray::Axis(0), node as usize)
        .mapv_inplace(|value| 2.0 - 1.5 * value);
    let before = layer(probe, &given)?.output;
    let mut after = layer(probe, &with_array(&given, "features", &features))?.output;
    // The node itself and those that hear it may differ.
    let heard_by = edges.iter().filter(|edge| edge.0 == node).map(|edge| edge.1);
    for reached in heard_by.chain([node]) {
        let reached = reached as usize;
        after
            .index_axis_mut(ndarray::Axis(0), reached)
            .assign(&before.index_axis(ndarray::Axis(0), reached));
    }
    unchanged(
        &format!("changing the features of node {node}"),
        "the output of every node to which it has no edge",
        &before,
        &after,
        CLOSELY,
    )
}

pub(super) fn permutation_equivariant(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = drawn(scenario);
    let names = scenario.random("names").permutation(scenario.size("N"));
    let renamed_rows = |matrix: &Array| {
        let mut renamed = matrix.clone();
        for (node, &name) in names.iter().enumerate() {
            renamed
                .index_axis_mut(ndarray::Axis(0), name)
                .assign(&matrix.index_axis(ndarray::Axis(0), node));
        }
        renamed
    };
    let before = layer(probe, &given)?;
    let renamed = with_array(&given, "features", &renamed_rows(&array(&given["features"])));
    let after = layer(probe, &with_edges(&renamed, &relabelled(&edges, &names)))?;
    let what = format!("the output after node i is renamed to {names:?}[i]");
    equal(
        &what,
        "the output before, rows renamed",
        &renamed_rows(&before.output),
        &after.output,
        CLOSELY,
    )?;
    let columns = renamed_rows(&before.matrix().t().to_owned());
    let expected = renamed_rows(&columns.t().to_owned());
    let what = format!("the matrix of attention weights after node i is renamed to {names:?}[i]");
    equal(
        &what,
        "that before, rows and columns renamed",
        &expected,
        &after.matrix(),
        CLOSELY,
    )
}

pub(super) fn edge_order_irrelevant(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = drawn(scenario);
    let before = layer(probe, &given)?;
    let backwards: Vec<Edge> = edges.iter().rev().copied().collect();
    for edges in [backwards, shuffled(&mut scenario.random("order"), &edges)] {
        let after = layer(probe, &with_edges(&given, &edges))?;
        let cause = "reordering the edges";
        unchanged(cause, "the output", &before.output, &after.output, CLOSELY)?;
        unchanged(
            cause,
            "the attention weight of each edge",
            &before.matrix(),
            &after.matrix(),
            CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn destination_half(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, _) = positive(scenario);
    let width = scenario.size("out");
    let mut attention = array(&given["attention"]);
    let other = array(&scenario.uniform("other half", &[width], 0.1, 2.0));
    attention.slice_mut(ndarray::s![..width]).assign(&other);
    let before = layer(probe, &given)?.matrix();
    let after = layer(probe, &with_array(&given, "attention", &attention))?.matrix();
    unchanged(
        "changing the first half of the attention vector (all pre-activations positive)",
        "the attention weights",
        &before,
        &after,
        CLOSELY,
    )
}

/// Where all pre-activations are positive the destination's part cancels: `ln(alpha_ij / alpha_ii)` is
/// `a_source . (z_j - z_i)`.
pub(super) fn source_half(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = positive(scenario);
    let weights = layer(probe, &given)?.matrix();
    let half: Vec<f64> = given["attention"].to_f64().split_off(scenario.size("out"));
    let scores = product(&projected(&given), &vector(half));
    let ends = edges
        .iter()
        .map(|&(source, destination)| (source as usize, destination as usize));
    let of = |value: &dyn Fn((usize, usize)) -> f64| vector(ends.clone().map(value).collect());
    equal(
        "ln(alpha of the edge / alpha of the destination's self loop), all pre-activations being positive,",
        "the source's half of the attention vector times (z of the source - z of the destination)",
        &of(&|(source, destination)| scores[[source]] - scores[[destination]]),
        &of(&|(source, destination)| (weights[[destination, source]] / weights[[destination, destination]]).ln()),
        CLOSELY,
    )
}

/// One edge between two nodes and one channel: the self loop's pre-activation is positive, the edge's negative.
///
/// With `z_i = u`, `z_j = -v` and `a = (b, 1)` they are (b + 1) u and b u - v, so that the ratio of the two weights gives
/// slope (b u - v) - (b + 1) u as its logarithm.
pub(super) fn slope(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let nodes = scenario.size("N");
    let mut random = scenario.random("values");
    let order = random.permutation(nodes);
    let (destination, source) = (order[0], order[1]);
    // Multiples of 1/16, so that the report is easy to read and products are exact.
    let mut sixteenths = |low: i64, high: i64| random.integer(low, high) as f64 / 16.0;
    let (u, v, b) = (sixteenths(8, 17), sixteenths(24, 33), sixteenths(4, 17));
    let mut features = vec![0.0; nodes];
    features[destination] = u as f32;
    features[source] = -v as f32;
    let dtype = scenario.dtype();
    let given: Tensors = arguments([
        ("features", floats(&[nodes, 1], features).to_float(dtype)),
        ("edge_index", edge_index(&[(source as i64, destination as i64)])),
        ("weight", floats(&[1, 1], vec![1.0]).to_float(dtype)),
        ("attention", floats(&[2], vec![b as f32, 1.0]).to_float(dtype)),
    ]);
    let weights = layer(probe, &given)?.matrix();
    let ratio = (weights[[destination, source]] / weights[[destination, destination]]).ln();
    let found = (ratio + (b + 1.0) * u) / (b * u - v);
    equal(
        "the slope of the scores below zero, found from the ratio of two attention weights",
        "0.2",
        &scalar(0.2),
        &scalar(found),
        CLOSELY,
    )
}

pub(super) fn finite_for_large_scores(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, _) = drawn(scenario);
    let largest = pre_activations(&given)
        .iter()
        .fold(0.0_f64, |largest, (_, value)| largest.max(value.abs()));
    if largest == 0.0 {
        // A drawn value was exactly zero and no factor makes a large score of it.
        return Ok(());
    }
    // The exponential of 600 is beyond f32, that of -120 below it.
    let attention = array(&given["attention"]) * (600.0 / largest);
    let layer = layer(probe, &with_array(&given, "attention", &attention))?;
    every(
        "an output where scores reach 600",
        "finite",
        &layer.output,
        f64::is_finite,
    )?;
    let sums = layer.matrix().sum_axis(ndarray::Axis(1));
    equal(
        "the sum of the weights into each node where scores reach 600",
        "1",
        &Array::ones(sums.raw_dim()),
        &sums,
        CLOSELY,
    )
}
