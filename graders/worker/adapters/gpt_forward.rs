//! `tokens`, the tensors of `GptWeights` (those of the blocks stacked), the settings of `GptConfig` and `train` to
//! `logits`.

use student::transformer::gpt_forward;
use student::types::{AttentionConfig, BlockConfig, GptConfig, GptWeights, InvalidInput};
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &GptWeights, &GptConfig, bool) -> Result<Tensor, InvalidInput> = gpt_forward;

/// The adapter of `gpt_forward`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "gpt_forward",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = GptWeights::from_named(&|name: &str| arguments.tensor(name).map(Tensor::shallow_clone))?;
    let attention = AttentionConfig {
        heads: arguments.integer("heads")?,
        block_size: arguments.integer("block_size")?,
        rotary: arguments.flag("rotary")?,
        attention_dropout: arguments.real("attention_dropout")?,
        residual_dropout: arguments.real("residual_dropout")?,
    };
    let epsilon = arguments.real("epsilon")?;
    let config = GptConfig {
        block: BlockConfig { attention, epsilon },
        embedding_dropout: arguments.real("embedding_dropout")?,
    };
    let (tokens, train) = (arguments.tensor("tokens")?, arguments.flag("train")?);
    let logits = gpt_forward(tokens, &weights, &config, train).map_err(Problem::refused)?;
    Ok(Returned::one("logits", logits))
}
