//! The numbered tensors of two layers (graph attention where there is an `attention_1`), `features`, `edge_index` and
//! batches of `nodes` and `classes` to the trained tensors, by the same names.

use student::graph_training::train_graph;
use student::types::{GraphNetworkWeights, InvalidInput, NodeBatch};
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

/// What gives the batches.
type Next<'a> = &'a mut dyn FnMut() -> Option<NodeBatch>;

const _: fn(GraphNetworkWeights, &Tensor, &Tensor, Next<'_>) -> Result<GraphNetworkWeights, InvalidInput> = train_graph;

/// The adapter of `train_graph`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "train_graph",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let read = |name: &str| arguments.tensor(name).map(Tensor::copy);
    let initial = match arguments.optional_tensor("attention_1") {
        None => GraphNetworkWeights::convolution_from_named(&read)?,
        Some(_) => GraphNetworkWeights::attention_from_named(&read)?,
    };
    let (features, edge_index) = (arguments.tensor("features")?, arguments.tensor("edge_index")?);
    let batch = |batch: &Arguments| {
        Ok(NodeBatch {
            nodes: batch.tensor("nodes")?.shallow_clone(),
            classes: batch.tensor("classes")?.shallow_clone(),
        })
    };
    let trained = arguments.serve(batch, |next_batch| {
        train_graph(initial, features, edge_index, next_batch)
    })?;
    Ok(Returned::named(trained.map_err(Problem::refused)?.named()))
}
