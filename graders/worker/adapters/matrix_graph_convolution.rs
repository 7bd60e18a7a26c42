//! `features`, `edge_index` and the two tensors of `GraphConvolutionWeights` to `output`.

use student::graph_convolution::matrix_graph_convolution;
use student::types::GraphConvolutionWeights;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, &GraphConvolutionWeights) -> Tensor = matrix_graph_convolution;

/// The adapter of `matrix_graph_convolution`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "matrix_graph_convolution",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = GraphConvolutionWeights {
        neighbour_weight: arguments.tensor("neighbour_weight")?.shallow_clone(),
        self_weight: arguments.tensor("self_weight")?.shallow_clone(),
    };
    let (features, edge_index) = (arguments.tensor("features")?, arguments.tensor("edge_index")?);
    let output = matrix_graph_convolution(features, edge_index, &weights);
    Ok(Returned::one("output", output))
}
