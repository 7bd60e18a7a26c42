//! `num_tokens` and `length` to `mask`.

use student::sequence_masks::encoder_mask;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, i64) -> Tensor = encoder_mask;

/// The adapter of `encoder_mask`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "encoder_mask",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let mask = encoder_mask(arguments.tensor("num_tokens")?, arguments.integer("length")?);
    Ok(Returned::one("mask", mask))
}
