//! Inputs of `gnn_update` and `attention_as_gnn`, and both in plain arithmetic.

use judge::checks::assertions::{ROUNDING, equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, with};
use judge::contract::random::{Random, edge_index};
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use wire::{DType, Tensor, Tensors};

use super::inputs::{Edge, product, relabelled, shuffled};

/// Bound on what agrees but for rounding, wide enough for a step in f32: that costs the check of precision only.
pub(crate) const CLOSELY: f64 = 1e-5;

/// Every pair of nodes, in both directions, and every node with itself.
pub(crate) fn complete(nodes: usize) -> Vec<Edge> {
    let all = 0..nodes as i64;
    all.clone()
        .flat_map(|source| all.clone().map(move |destination| (source, destination)))
        .collect()
}

/// A layer on a graph, as its properties see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layer {
    pub(crate) task: &'static str,
    /// Arguments with everything but the edges, for so many nodes.
    pub(crate) drawn: fn(&mut Random, usize) -> Tensors,
    /// The output in plain arithmetic.
    pub(crate) plain: fn(&Tensors, &[Edge]) -> Array,
}

/// The features, and a width of four that no other size has.
pub(crate) fn features(random: &mut Random, nodes: usize) -> Tensor {
    random.normal(&[nodes, 4])
}

/// A layer's arguments with edges.
pub(crate) fn with_edges(given: &Tensors, edges: &[Edge]) -> Tensors {
    with(given, "edge_index", edge_index(edges))
}

impl Layer {
    fn given(self, scenario: &Scenario) -> (Tensors, Vec<Edge>, usize) {
        let nodes = scenario.size("N");
        let drawn = (self.drawn)(&mut scenario.random("layer"), nodes);
        let in_f64 = drawn
            .into_iter()
            .map(|(name, tensor)| (name, tensor.to_float(DType::F64)));
        let edges = scenario.edges("edges", nodes);
        (in_f64.collect(), edges, nodes)
    }

    /// The output of the submission.
    pub(crate) fn output(self, probe: &mut Probe<'_>, given: &Tensors, edges: &[Edge]) -> Result<Array, Broken> {
        let shape = (self.plain)(given, edges).shape().to_vec();
        probe.typed(
            &Call::new(self.task, with_edges(given, edges)),
            "output",
            DType::F64,
            &shape,
        )
    }

    /// It is what the definition gives, node by node.
    pub(crate) fn by_hand(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let (given, edges, _) = self.given(scenario);
        let found = self.output(probe, &given, &edges)?;
        equal(
            "the output",
            "what the definition gives",
            &(self.plain)(&given, &edges),
            &found,
            CLOSELY,
        )
    }

    /// Edges are a set of messages: their order says nothing.
    pub(crate) fn edge_order(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let (given, edges, _) = self.given(scenario);
        let before = self.output(probe, &given, &edges)?;
        let after = self.output(probe, &given, &shuffled(&mut scenario.random("order"), &edges))?;
        unchanged("reordering the edges", "the output", &before, &after, CLOSELY)
    }

    /// Renaming the nodes renames the rows of the output.
    pub(crate) fn relabelling(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let (given, edges, nodes) = self.given(scenario);
        let names = scenario.random("names").permutation(nodes);
        let before = self.output(probe, &given, &edges)?;
        let renamed = with(
            &given,
            "features",
            judge::contract::arguments::tensor(&moved(&array(&given["features"]), &names)),
        );
        let after = self.output(probe, &renamed, &relabelled(&edges, &names))?;
        let what = "the output after node i is renamed to";
        equal(
            &format!("{what} {names:?}[i]"),
            "the output before, renamed",
            &moved(&before, &names),
            &after,
            CLOSELY,
        )
    }

    /// A node hears from its neighbours only.
    pub(crate) fn local(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let (given, edges, nodes) = self.given(scenario);
        let source = scenario.random("source").integer(0, nodes as i64);
        let before = self.output(probe, &given, &edges)?;
        let mut changed = array(&given["features"]);
        changed.row_mut(source as usize).mapv_inplace(|value| 1.0 - 2.0 * value);
        let changed = with(&given, "features", judge::contract::arguments::tensor(&changed));
        let after = self.output(probe, &changed, &edges)?;
        for node in (0..nodes as i64).filter(|&node| node != source && !edges.contains(&(source, node))) {
            let row = |output: &Array| output.index_axis(ndarray::Axis(0), node as usize).to_owned();
            let (cause, what) = (
                format!("changing node {source}"),
                format!("the output at node {node}, which it does not reach"),
            );
            unchanged(&cause, &what, &row(&before), &row(&after), ROUNDING)?;
        }
        Ok(())
    }

    /// A graph without edges is no error.
    pub(crate) fn no_edges(self, scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
        let (given, _, _) = self.given(scenario);
        let found = self.output(probe, &given, &[])?;
        equal(
            "the output without edges",
            "what the definition gives",
            &(self.plain)(&given, &[]),
            &found,
            CLOSELY,
        )
    }
}

trait Rows {
    /// The row of a matrix, to be changed.
    fn row_mut(&mut self, row: usize) -> ndarray::ArrayViewMutD<'_, f64>;
}

impl Rows for Array {
    fn row_mut(&mut self, row: usize) -> ndarray::ArrayViewMutD<'_, f64> {
        self.index_axis_mut(ndarray::Axis(0), row)
    }
}

/// Row i moved to row `names[i]`.
fn moved(rows: &Array, names: &[usize]) -> Array {
    let mut renamed = rows.clone();
    for (node, &name) in names.iter().enumerate() {
        renamed.row_mut(name).assign(&rows.index_axis(ndarray::Axis(0), node));
    }
    renamed
}

/// The weights of `gnn_update` and its features.
pub(crate) fn update_arguments(random: &mut Random, nodes: usize) -> Tensors {
    let features = features(random, nodes);
    with(&update_weights(random, [4, 5, 3]), "features", features)
}

/// The weights of `gnn_update`, for the widths of features, messages and output.
pub(crate) fn update_weights(random: &mut Random, [inputs, messages, width]: [usize; 3]) -> Tensors {
    arguments([
        ("message_weight", random.scaled(&[messages, inputs], 0.8)),
        ("message_bias", random.scaled(&[messages], 0.5)),
        ("own_weight", random.scaled(&[width, inputs], 0.6)),
        ("sum_weight", random.scaled(&[width, messages], 0.6)),
        ("combined_bias", random.uniform(&[width], 0.2, 1.2)),
    ])
}

/// `rows W^T + bias`.
fn linear(rows: &Array, weight: &Array, bias: Option<&Array>) -> Array {
    let product = product(rows, &weight.t().to_owned());
    bias.map_or(product.clone(), |bias| product + bias)
}

fn relu(values: Array) -> Array {
    values.mapv_into(|value| value.max(0.0))
}

/// `relu(h A^T + s B^T + c)` with s the sum of `relu(h_j F^T + b)` over the edges.
pub(crate) fn plain_update(given: &Tensors, edges: &[Edge]) -> Array {
    let of = |name: &str| array(&given[name]);
    let features = of("features");
    let messages = relu(linear(&features, &of("message_weight"), Some(&of("message_bias"))));
    let mut sums = Array::zeros(messages.raw_dim());
    for &(source, destination) in edges {
        let message = messages.index_axis(ndarray::Axis(0), source as usize);
        let mut sum = sums.row_mut(destination as usize);
        sum += &message;
    }
    let own = linear(&features, &of("own_weight"), Some(&of("combined_bias")));
    relu(own + linear(&sums, &of("sum_weight"), None))
}

/// The weights of `attention_as_gnn` and its features.
pub(crate) fn attention_arguments(random: &mut Random, nodes: usize) -> Tensors {
    let features = features(random, nodes);
    with(&attention_weights(random, [4, 5, 3]), "features", features)
}

/// The weights of `attention_as_gnn`, for the widths of features, keys and values.
pub(crate) fn attention_weights(random: &mut Random, [inputs, keys, values]: [usize; 3]) -> Tensors {
    arguments([
        ("query", random.scaled(&[keys, inputs], 0.6)),
        ("key", random.scaled(&[keys, inputs], 0.6)),
        ("value", random.scaled(&[values, inputs], 0.8)),
    ])
}

/// Attention weights: row i, column j is what node i makes of node j.
pub(crate) fn plain_weights(given: &Tensors, edges: &[Edge]) -> Array {
    let of = |name: &str| array(&given[name]);
    let features = of("features");
    let (queries, keys) = (
        linear(&features, &of("query"), None),
        linear(&features, &of("key"), None),
    );
    let scores = product(&queries, &keys.t().to_owned());
    let nodes = features.shape()[0];
    let mut weights = Array::zeros(vec![nodes, nodes]);
    for node in 0..nodes {
        let heard: Vec<usize> = edges
            .iter()
            .filter(|edge| edge.1 == node as i64)
            .map(|edge| edge.0 as usize)
            .collect();
        let largest = heard
            .iter()
            .map(|&other| scores[[node, other]])
            .fold(f64::NEG_INFINITY, f64::max);
        let share = |other: usize| (scores[[node, other]] - largest).exp();
        let total: f64 = heard.iter().map(|&other| share(other)).sum();
        for other in heard {
            weights[[node, other]] = share(other) / total;
        }
    }
    weights
}

/// The values that a node hears, weighed.
pub(crate) fn plain_attention(given: &Tensors, edges: &[Edge]) -> Array {
    let values = linear(&array(&given["features"]), &array(&given["value"]), None);
    product(&plain_weights(given, edges), &values)
}
