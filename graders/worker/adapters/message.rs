//! `features`, `edge_index` to `messages`.

use student::graph_convolution::message;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor) -> Tensor = message;

/// The adapter of `message`.
pub(crate) const ADAPTER: Adapter = Adapter { task: "message", call };

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let messages = message(arguments.tensor("features")?, arguments.tensor("edge_index")?);
    Ok(Returned::one("messages", messages))
}
