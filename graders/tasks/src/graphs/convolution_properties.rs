//! Properties that hold for a message as for a whole layer: who hears whom, and in which order.

use judge::checks::assertions::{equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, array, tensor_like, with};
use judge::contract::random::edge_index;
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use wire::Tensors;

use super::convolution_inputs::{CLOSELY, UNTOUCHED};
use super::inputs::{Edge, relabelled, shuffled};

/// A task that maps node features along edges.
pub(super) struct Convolution {
    pub(super) task: &'static str,
    pub(super) output: &'static str,
    /// The size that is the width of the output.
    pub(super) width: &'static str,
    /// Whether a node's own features count.
    pub(super) sees_itself: bool,
    /// Arguments of order one, and their edges.
    pub(super) drawn: fn(&Scenario) -> (Tensors, Vec<Edge>),
}

impl Convolution {
    /// The output.
    pub(super) fn of(&self, scenario: &Scenario, probe: &mut Probe<'_>, given: &Tensors) -> Result<Array, Broken> {
        let shape = [given["features"].shape()[0], scenario.size(self.width)];
        probe.typed(
            &Call::new(self.task, given.clone()),
            self.output,
            scenario.dtype(),
            &shape,
        )
    }
}

/// The same arguments with other features.
pub(super) fn with_features(given: &Tensors, features: &Array) -> Tensors {
    with(given, "features", tensor_like(&given["features"], features))
}

/// The same arguments with other edges.
pub(super) fn with_edges(given: &Tensors, edges: &[Edge]) -> Tensors {
    with(given, "edge_index", edge_index(edges))
}

/// Both linear in the features and without an activation.
pub(super) fn linear(convolution: &Convolution, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, _) = (convolution.drawn)(scenario);
    let features = array(&given["features"]);
    let other = array(&scenario.normal("other features", given["features"].shape()));
    let mut of = |features: &Array| convolution.of(scenario, probe, &with_features(&given, features));
    let expected = of(&features)? * -2.0 + of(&other)?;
    let given = of(&(&features * -2.0 + &other))?;
    equal(
        "the output for -2 u + v",
        "-2 times the output for u plus that for v",
        &expected,
        &given,
        CLOSELY,
    )
}

/// A change at one node is seen one hop away and nowhere else.
pub(super) fn one_hop(convolution: &Convolution, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = (convolution.drawn)(scenario);
    let node = scenario.random("changed").integer(0, scenario.integer("N"));
    let mut features = array(&given["features"]);
    features
        .index_axis_mut(ndarray::Axis(0), node as usize)
        .mapv_inplace(|value| 2.0 - 1.5 * value);
    let before = convolution.of(scenario, probe, &given)?;
    let mut after = convolution.of(scenario, probe, &with_features(&given, &features))?;
    let itself = convolution.sees_itself.then_some(node);
    let reached = edges
        .iter()
        .filter(|edge| edge.0 == node)
        .map(|edge| edge.1)
        .chain(itself);
    for reached in reached {
        keep(&mut after, &before, reached);
    }
    unchanged(
        &format!("changing the features of node {node}"),
        "the output of every node that does not hear it",
        &before,
        &after,
        UNTOUCHED,
    )
}

/// Takes a row that may differ from before.
pub(super) fn keep(after: &mut Array, before: &Array, node: i64) {
    let row = ndarray::Axis(0);
    after
        .index_axis_mut(row, node as usize)
        .assign(&before.index_axis(row, node as usize));
}

/// Node i becomes `names[i]`, in the features, in the edges and in the output.
pub(super) fn permutation_equivariant(convolution: &Convolution, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = (convolution.drawn)(scenario);
    let names = scenario.random("names").permutation(scenario.size("N"));
    let renamed = |values: &Array| {
        let mut renamed = values.clone();
        for (node, &name) in names.iter().enumerate() {
            let row = ndarray::Axis(0);
            renamed.index_axis_mut(row, name).assign(&values.index_axis(row, node));
        }
        renamed
    };
    let expected = renamed(&convolution.of(scenario, probe, &given)?);
    let moved = with_features(&given, &renamed(&array(&given["features"])));
    let after = convolution.of(scenario, probe, &with_edges(&moved, &relabelled(&edges, &names)))?;
    equal(
        &format!("the output after node i is renamed to {names:?}[i]"),
        "the output before, rows renamed in the same way",
        &expected,
        &after,
        CLOSELY,
    )
}

/// The order in which edges are listed says nothing.
pub(super) fn edge_order_irrelevant(convolution: &Convolution, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (given, edges) = (convolution.drawn)(scenario);
    let before = convolution.of(scenario, probe, &given)?;
    let backwards: Vec<Edge> = edges.iter().rev().copied().collect();
    for edges in [backwards, shuffled(&mut scenario.random("order"), &edges)] {
        let after = convolution.of(scenario, probe, &with_edges(&given, &edges))?;
        unchanged("reordering the edges", "the output", &before, &after, CLOSELY)?;
    }
    Ok(())
}
