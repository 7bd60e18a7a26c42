//! `tokens`, the tensors of `SequenceTransformerWeights` (those of the blocks stacked), the settings of `SequenceConfig`,
//! `decoder`, and for a cache `cache` and `cache_tokens`, to `hidden`.

use student::sequence_transformer::generic_transformer;
use student::sequence_types::{HiddenCache, Role, SequenceConfig, SequenceTransformerWeights};
use student::types::InvalidInput;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

type Function = fn(
    &Tensor,
    &SequenceTransformerWeights,
    &SequenceConfig,
    Role,
    Option<&HiddenCache>,
) -> Result<Tensor, InvalidInput>;

const _: Function = generic_transformer;

/// The adapter of `generic_transformer`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "generic_transformer",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let read = |name: &str| arguments.tensor(name).map(Tensor::shallow_clone);
    let weights = SequenceTransformerWeights::from_named(&read)?;
    let config = SequenceConfig {
        heads: arguments.integer("heads")?,
        epsilon: arguments.real("epsilon")?,
    };
    let role = if arguments.flag("decoder")? {
        Role::Decoder
    } else {
        Role::Encoder
    };
    let cache = match arguments.optional_tensor("cache") {
        None => None,
        Some(hidden) => Some(HiddenCache {
            hidden: hidden.shallow_clone(),
            num_tokens: read("cache_tokens")?,
        }),
    };
    let hidden = generic_transformer(arguments.tensor("tokens")?, &weights, &config, role, cache.as_ref());
    Ok(Returned::one("hidden", hidden.map_err(Problem::refused)?))
}
