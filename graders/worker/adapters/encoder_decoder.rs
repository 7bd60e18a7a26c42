//! `source`, `target`, the tensors of `EncoderDecoderWeights` (those of the blocks stacked) and the settings of
//! `SequenceConfig` to `logits`.

use student::encoder_decoder::encoder_decoder;
use student::sequence_types::{EncoderDecoderWeights, SequenceConfig};
use student::types::InvalidInput;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, &EncoderDecoderWeights, &SequenceConfig) -> Result<Tensor, InvalidInput> =
    encoder_decoder;

/// The adapter of `encoder_decoder`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "encoder_decoder",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = EncoderDecoderWeights::from_named(&|name: &str| arguments.tensor(name).map(Tensor::shallow_clone))?;
    let config = SequenceConfig {
        heads: arguments.integer("heads")?,
        epsilon: arguments.real("epsilon")?,
    };
    let (source, target) = (arguments.tensor("source")?, arguments.tensor("target")?);
    let logits = encoder_decoder(source, target, &weights, &config).map_err(Problem::refused)?;
    Ok(Returned::one("logits", logits))
}
