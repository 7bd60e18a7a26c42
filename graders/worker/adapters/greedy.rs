//! `logits` to `token`.

use student::sampling::greedy;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor) -> Tensor = greedy;

/// The adapter of `greedy`.
pub(crate) const ADAPTER: Adapter = Adapter { task: "greedy", call };

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let token = greedy(arguments.tensor("logits")?);
    Ok(Returned::one("token", token))
}
