//! `features`, `messages` and the two tensors of `GraphConvolutionWeights` to `output`.

use student::graph_convolution::update;
use student::types::GraphConvolutionWeights;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, &GraphConvolutionWeights) -> Tensor = update;

/// The adapter of `update`.
pub(crate) const ADAPTER: Adapter = Adapter { task: "update", call };

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = GraphConvolutionWeights {
        neighbour_weight: arguments.tensor("neighbour_weight")?.shallow_clone(),
        self_weight: arguments.tensor("self_weight")?.shallow_clone(),
    };
    let output = update(arguments.tensor("features")?, arguments.tensor("messages")?, &weights);
    Ok(Returned::one("output", output))
}
