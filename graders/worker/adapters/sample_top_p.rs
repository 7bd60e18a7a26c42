//! `logits`, `p`, `temperature` to `token`.

use student::sampling::sample_top_p;
use student::types::InvalidInput;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, f64, f64) -> Result<Tensor, InvalidInput> = sample_top_p;

/// The adapter of `sample_top_p`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "sample_top_p",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let (p, temperature) = (arguments.real("p")?, arguments.real("temperature")?);
    let token = sample_top_p(arguments.tensor("logits")?, p, temperature).map_err(Problem::refused)?;
    Ok(Returned::one("token", token))
}
