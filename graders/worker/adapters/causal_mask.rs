//! `length` to `mask`.

use student::attention::causal_mask;
use tch::{Device, Tensor};
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(i64, Device) -> Tensor = causal_mask;

/// The adapter of `causal_mask`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "causal_mask",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let mask = causal_mask(arguments.integer("length")?, arguments.device());
    Ok(Returned::one("mask", mask))
}
