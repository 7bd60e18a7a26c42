//! `tokens`, `end`, `count`, for sampling `temperature` and `uniforms` (without them it is greedy), the tensors of
//! `LanguageModelWeights` (those of the blocks stacked) and the settings of `SequenceConfig` to `new`.

use student::sequence_generation::generate_sequence;
use student::sequence_types::{Choice, Generation, LanguageModelWeights, SequenceConfig};
use student::types::InvalidInput;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Generation, &LanguageModelWeights, &SequenceConfig) -> Result<Tensor, InvalidInput> =
    generate_sequence;

/// The adapter of `generate_sequence`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "generate_sequence",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = LanguageModelWeights::from_named(&|name: &str| arguments.tensor(name).map(Tensor::shallow_clone))?;
    let config = SequenceConfig {
        heads: arguments.integer("heads")?,
        epsilon: arguments.real("epsilon")?,
    };
    let choice = match arguments.optional_tensor("uniforms") {
        None => Choice::Greedy,
        Some(uniforms) => Choice::Sampled {
            temperature: arguments.real("temperature")?,
            uniforms: uniforms.shallow_clone(),
        },
    };
    let generation = Generation {
        end: arguments.integer("end")?,
        count: arguments.integer("count")?,
        choice,
    };
    let new = generate_sequence(arguments.tensor("tokens")?, &generation, &weights, &config);
    Ok(Returned::one("new", new.map_err(Problem::refused)?))
}
