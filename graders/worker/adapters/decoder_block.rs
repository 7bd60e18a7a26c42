//! `input`, the tensors of `BlockWeights`, the settings of `BlockConfig` and `train` to `output`.

use student::transformer::decoder_block;
use student::types::{AttentionConfig, BlockConfig, BlockWeights, InvalidInput};
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &BlockWeights, &BlockConfig, bool) -> Result<Tensor, InvalidInput> = decoder_block;

/// The adapter of `decoder_block`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "decoder_block",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = BlockWeights::from_named(&|name: &str| arguments.tensor(name).map(Tensor::shallow_clone))?;
    let attention = AttentionConfig {
        heads: arguments.integer("heads")?,
        block_size: arguments.integer("block_size")?,
        rotary: arguments.flag("rotary")?,
        attention_dropout: arguments.real("attention_dropout")?,
        residual_dropout: arguments.real("residual_dropout")?,
    };
    let epsilon = arguments.real("epsilon")?;
    let config = BlockConfig { attention, epsilon };
    let (input, train) = (arguments.tensor("input")?, arguments.flag("train")?);
    let output = decoder_block(input, &weights, &config, train).map_err(Problem::refused)?;
    Ok(Returned::one("output", output))
}
