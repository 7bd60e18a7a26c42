//! `tokens` and the tensors of `EmbeddingWeights` to `output`.

use student::sequence_embedding::embedding;
use student::sequence_types::EmbeddingWeights;
use student::types::InvalidInput;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &EmbeddingWeights) -> Result<Tensor, InvalidInput> = embedding;

/// The adapter of `embedding`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "embedding",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = EmbeddingWeights::from_named(&|name: &str| arguments.tensor(name).map(Tensor::shallow_clone))?;
    let output = embedding(arguments.tensor("tokens")?, &weights).map_err(Problem::refused)?;
    Ok(Returned::one("output", output))
}
