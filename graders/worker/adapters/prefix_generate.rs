//! `prefix`, `start`, `end`, `count`, for sampling `temperature` and `uniforms` (without them it is greedy), the
//! tensors of `EncoderDecoderWeights` (those of the blocks stacked) and the settings of `SequenceConfig` to `new`.

use student::sequence_generation::prefix_generate;
use student::sequence_types::{Choice, EncoderDecoderWeights, Generation, SequenceConfig};
use student::types::InvalidInput;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, i64, &Generation, &EncoderDecoderWeights, &SequenceConfig) -> Result<Tensor, InvalidInput> =
    prefix_generate;

/// The adapter of `prefix_generate`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "prefix_generate",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = EncoderDecoderWeights::from_named(&|name: &str| arguments.tensor(name).map(Tensor::shallow_clone))?;
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
    let (prefix, start) = (arguments.tensor("prefix")?, arguments.integer("start")?);
    let new = prefix_generate(prefix, start, &generation, &weights, &config);
    Ok(Returned::one("new", new.map_err(Problem::refused)?))
}
