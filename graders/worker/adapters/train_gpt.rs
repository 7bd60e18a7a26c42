//! The tensors of `GptWeights` (those of the blocks stacked), the settings of `GptConfig` and batches of `tokens` to the
//! trained tensors, by the same names.

use student::gpt_training::train_gpt;
use student::types::{AttentionConfig, BlockConfig, GptConfig, GptWeights, InvalidInput};
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

/// What gives the batches.
type Next<'a> = &'a mut dyn FnMut() -> Option<Tensor>;

const _: fn(GptWeights, &GptConfig, Next<'_>) -> Result<GptWeights, InvalidInput> = train_gpt;

/// The adapter of `train_gpt`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "train_gpt",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let initial = GptWeights::from_named(&|name: &str| arguments.tensor(name).map(Tensor::copy))?;
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
    let tokens = |batch: &Arguments| batch.tensor("tokens").map(Tensor::shallow_clone);
    let trained = arguments.serve(tokens, |next_batch| train_gpt(initial, &config, next_batch))?;
    Ok(Returned::named(trained.map_err(Problem::refused)?.named()))
}
