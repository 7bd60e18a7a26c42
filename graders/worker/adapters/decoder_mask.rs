//! `num_tokens` and `length` to `mask`.

use student::sequence_masks::decoder_mask;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, i64) -> Tensor = decoder_mask;

/// The adapter of `decoder_mask`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "decoder_mask",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let mask = decoder_mask(arguments.tensor("num_tokens")?, arguments.integer("length")?);
    Ok(Returned::one("mask", mask))
}
