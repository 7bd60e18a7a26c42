//! `features` and `edge_index` to `output`, with `f(h) = relu(h F^T + b)` and `q(h, s) = relu(h A^T + s B^T + c)` made of
//! `message_weight`, `message_bias`, `own_weight`, `sum_weight` and `combined_bias`.

use student::attention_graph::gnn_update;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

type Message<'a> = &'a dyn Fn(&Tensor) -> Tensor;
type Combine<'a> = &'a dyn Fn(&Tensor, &Tensor) -> Tensor;
const _: fn(&Tensor, &Tensor, Message<'_>, Combine<'_>) -> Tensor = gnn_update;

/// The adapter of `gnn_update`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "gnn_update",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let [features, edge_index] = [arguments.tensor("features")?, arguments.tensor("edge_index")?];
    let [message_weight, message_bias] = [arguments.tensor("message_weight")?, arguments.tensor("message_bias")?];
    let [own_weight, sum_weight] = [arguments.tensor("own_weight")?, arguments.tensor("sum_weight")?];
    let combined_bias = arguments.tensor("combined_bias")?;
    let message = |h: &Tensor| (linear(h, message_weight) + message_bias).relu();
    let combine = |h: &Tensor, sum: &Tensor| (linear(h, own_weight) + linear(sum, sum_weight) + combined_bias).relu();
    let output = gnn_update(features, edge_index, &message, &combine);
    Ok(Returned::one("output", output))
}

fn linear(rows: &Tensor, weight: &Tensor) -> Tensor {
    rows.matmul(&weight.transpose(0, 1))
}
