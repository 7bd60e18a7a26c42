//! `tokens`, `count`, the tensors of `GptWeights` (those of the blocks stacked), the settings of `GptConfig`, and for
//! sampling `p` and `temperature` (without them it is greedy), to `tokens`.

use student::generation::generate;
use student::types::{AttentionConfig, BlockConfig, GptConfig, GptWeights, InvalidInput, Sampling};
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, i64, &GptWeights, &GptConfig, &Sampling) -> Result<Tensor, InvalidInput> = generate;

/// The adapter of `generate`.
pub(crate) const ADAPTER: Adapter = Adapter { task: "generate", call };

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
    let sampling = match arguments.optional_tensor("p") {
        None => Sampling::Greedy,
        Some(_) => Sampling::TopP {
            p: arguments.real("p")?,
            temperature: arguments.real("temperature")?,
        },
    };
    let (tokens, count) = (arguments.tensor("tokens")?, arguments.integer("count")?);
    let tokens = generate(tokens, count, &weights, &config, &sampling).map_err(Problem::refused)?;
    Ok(Returned::one("tokens", tokens))
}
