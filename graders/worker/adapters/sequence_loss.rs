//! `logits` and `tokens` of several batches, stacked, to `loss`, one number per batch.

use student::encoder_decoder::sequence_loss;
use student::types::InvalidInput;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor) -> Result<Tensor, InvalidInput> = sequence_loss;

/// The adapter of `sequence_loss`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "sequence_loss",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let (logits, tokens) = (arguments.tensor("logits")?, arguments.tensor("tokens")?);
    let of_batch = |batch| sequence_loss(&logits.get(batch), &tokens.get(batch));
    let losses: Result<Vec<Tensor>, InvalidInput> = (0..logits.size()[0]).map(of_batch).collect();
    let losses = losses.map_err(Problem::refused)?;
    let stacked = Tensor::f_stack(&losses, 0).map_err(|error| Problem::unusable("loss", error.to_string()))?;
    Ok(Returned::one("loss", stacked))
}
