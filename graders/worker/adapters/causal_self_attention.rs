//! `input`, the four tensors of `AttentionWeights`, the five settings of `AttentionConfig` and `train` to `output`.

use student::attention::causal_self_attention;
use student::types::{AttentionConfig, AttentionWeights, InvalidInput};
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &AttentionWeights, &AttentionConfig, bool) -> Result<Tensor, InvalidInput> = causal_self_attention;

/// The adapter of `causal_self_attention`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "causal_self_attention",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weight = |name| arguments.tensor(name).map(Tensor::shallow_clone);
    let weights = AttentionWeights {
        c_attn_weight: weight("c_attn_weight")?,
        c_attn_bias: weight("c_attn_bias")?,
        c_proj_weight: weight("c_proj_weight")?,
        c_proj_bias: weight("c_proj_bias")?,
    };
    let config = AttentionConfig {
        heads: arguments.integer("heads")?,
        block_size: arguments.integer("block_size")?,
        rotary: arguments.flag("rotary")?,
        attention_dropout: arguments.real("attention_dropout")?,
        residual_dropout: arguments.real("residual_dropout")?,
    };
    let (input, train) = (arguments.tensor("input")?, arguments.flag("train")?);
    let output = causal_self_attention(input, &weights, &config, train).map_err(Problem::refused)?;
    Ok(Returned::one("output", output))
}
