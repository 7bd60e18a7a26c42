//! `input`, `mask`, the tensors of `SelfAttentionWeights` and `heads` to `output`.

use student::sequence_attention::generic_self_attention;
use student::sequence_types::SelfAttentionWeights;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, &SelfAttentionWeights, i64) -> Tensor = generic_self_attention;

/// The adapter of `generic_self_attention`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "generic_self_attention",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = SelfAttentionWeights::from_named(&|name: &str| arguments.tensor(name).map(Tensor::shallow_clone))?;
    let (input, mask) = (arguments.tensor("input")?, arguments.tensor("mask")?);
    let output = generic_self_attention(input, mask, &weights, arguments.integer("heads")?);
    Ok(Returned::one("output", output))
}
