//! `input` to `output`.

use student::attention::merge_heads;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor) -> Tensor = merge_heads;

/// The adapter of `merge_heads`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "merge_heads",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let output = merge_heads(arguments.tensor("input")?);
    Ok(Returned::one("output", output))
}
