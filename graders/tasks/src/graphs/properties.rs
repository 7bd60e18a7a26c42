//! Properties that hold for every matrix of a graph: which numbering, which order, which size, which dtype.

use judge::checks::assertions::{equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, with};
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use wire::{DType, Tensor};

use super::inputs::{Edge, flipped, matrix_arguments, relabelled, shuffled};

/// Bound on a relation between matrices. A step in f32 keeps it: the check of precision asks for more, once.
pub(super) const CLOSELY: f64 = 1e-5;

/// Sizes of a graph that has at least one edge.
pub(super) const SIZES: Sizes = &[("N", 3, 8)];

/// The graph of a case: its last node is isolated.
pub(super) fn graph(scenario: &Scenario) -> (Vec<Edge>, usize) {
    let nodes = scenario.size("N");
    (scenario.edges("edges", nodes), nodes)
}

/// The task's matrix of a graph.
pub(super) fn matrix(
    task: &'static str,
    scenario: &Scenario,
    probe: &mut Probe<'_>,
    edges: &[Edge],
    nodes: usize,
) -> Result<Array, Broken> {
    let call = Call::new(task, matrix_arguments(edges, nodes, scenario.dtype()));
    probe.typed(&call, "matrix", scenario.dtype(), &[nodes, nodes])
}

/// The order in which edges are listed says nothing.
pub(super) fn edge_order_irrelevant(task: &'static str, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let before = matrix(task, scenario, probe, &edges, nodes)?;
    let backwards: Vec<Edge> = edges.iter().rev().copied().collect();
    for edges in [backwards, shuffled(&mut scenario.random("order"), &edges)] {
        let after = matrix(task, scenario, probe, &edges, nodes)?;
        unchanged("reordering the edges", "the matrix", &before, &after, CLOSELY)?;
    }
    Ok(())
}

/// Renaming the nodes permutes rows and columns.
pub(super) fn relabelling(task: &'static str, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let names = scenario.random("names").permutation(nodes);
    let before = matrix(task, scenario, probe, &edges, nodes)?;
    let after = matrix(task, scenario, probe, &relabelled(&edges, &names), nodes)?;
    let mut expected = Array::zeros(vec![nodes, nodes]);
    for ((row, column), value) in (0..nodes)
        .flat_map(|row| (0..nodes).map(move |column| (row, column)))
        .zip(&before)
    {
        expected[[names[row], names[column]]] = *value;
    }
    equal(
        &format!("the matrix after node i is renamed to {names:?}[i]"),
        "the matrix before, rows and columns renamed in the same way",
        &expected,
        &after,
        CLOSELY,
    )
}

/// Nodes that the edge list does not mention count: each adds a row and a column with `lonely` on the diagonal.
pub(super) fn unmentioned_nodes(task: &'static str, lonely: f64, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let before = matrix(task, scenario, probe, &edges, nodes)?;
    let more = nodes + scenario.random("more").integer(1, 4) as usize;
    let after = matrix(task, scenario, probe, &edges, more)?;
    let mut expected = Array::zeros(vec![more, more]);
    expected.slice_mut(ndarray::s![..nodes, ..nodes]).assign(&before);
    for node in nodes..more {
        expected[[node, node]] = lonely;
    }
    equal(
        &format!("the matrix for num_nodes = {more}"),
        &format!("that for {nodes}, with {} isolated nodes more", more - nodes),
        &expected,
        &after,
        CLOSELY,
    )
}

/// A graph without edges has `lonely` on the whole diagonal.
pub(super) fn no_edges(task: &'static str, lonely: f64, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let nodes = scenario.size("N");
    let given = matrix(task, scenario, probe, &[], nodes)?;
    let expected = super::inputs::diagonal(&vec![lonely; nodes]);
    let name = if lonely == 0.0 { "zeros" } else { "the identity" };
    equal("the matrix of a graph without edges", name, &expected, &given, CLOSELY)
}

/// The dtype that is asked for is the dtype that comes, with the same values.
pub(super) fn dtypes(task: &'static str, wanted: &[DType], scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (edges, nodes) = graph(scenario);
    let given = matrix_arguments(&edges, nodes, DType::F64);
    let before = probe.typed(&Call::new(task, given.clone()), "matrix", DType::F64, &[nodes, nodes])?;
    for &dtype in wanted {
        let asked: Tensor = super::inputs::like(dtype);
        let call = Call::new(task, with(&given, "like", asked));
        let after = probe.typed(&call, "matrix", dtype, &[nodes, nodes])?;
        unchanged(
            &format!("asking for {dtype}"),
            "the values of the matrix",
            &before,
            &after,
            CLOSELY,
        )?;
    }
    Ok(())
}

/// The task's matrix of the graph with every edge reversed, beside that graph.
pub(super) fn of_flipped(
    task: &'static str,
    scenario: &Scenario,
    probe: &mut Probe<'_>,
) -> Result<(Array, Vec<Edge>, usize), Broken> {
    let (edges, nodes) = graph(scenario);
    let reversed = flipped(&edges);
    Ok((matrix(task, scenario, probe, &reversed, nodes)?, reversed, nodes))
}
