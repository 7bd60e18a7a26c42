//! `weights`, `initial` and `steps` to `state`.

use student::hidden_states::hidden_state;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, i64) -> Tensor = hidden_state;

/// The adapter of `hidden_state`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "hidden_state",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let (weights, initial) = (arguments.tensor("weights")?, arguments.tensor("initial")?);
    let state = hidden_state(weights, initial, arguments.integer("steps")?);
    Ok(Returned::one("state", state))
}
