//! `input`, `heads` to `output`.

use student::attention::split_heads;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, i64) -> Tensor = split_heads;

/// The adapter of `split_heads`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "split_heads",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let output = split_heads(arguments.tensor("input")?, arguments.integer("heads")?);
    Ok(Returned::one("output", output))
}
