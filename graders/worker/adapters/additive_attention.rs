//! `state`, `hidden` and the three tensors of `AdditiveAttentionWeights` to `context` and `weights`.

use student::additive_attention::additive_attention;
use student::types::AdditiveAttentionWeights;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, &AdditiveAttentionWeights) -> (Tensor, Tensor) = additive_attention;

/// The adapter of `additive_attention`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "additive_attention",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weight = |name| arguments.tensor(name).map(Tensor::shallow_clone);
    let weights = AdditiveAttentionWeights {
        state_weight: weight("state_weight")?,
        hidden_weight: weight("hidden_weight")?,
        energy_weight: weight("energy_weight")?,
    };
    let (state, hidden) = (arguments.tensor("state")?, arguments.tensor("hidden")?);
    let (context, weights) = additive_attention(state, hidden, &weights);
    Ok(Returned::many([("context", context), ("weights", weights)]))
}
