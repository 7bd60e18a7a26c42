//! The decoder block and the GPT made of it.
//!
//! Letters in shapes: B batch, T positions, C embedding width, V size of the vocabulary.

use tch::Tensor;

use crate::types::{BlockConfig, BlockWeights, GptConfig, GptWeights, InvalidInput};

/// One decoder block: causal self-attention and a multilayer perceptron, each on a normalised copy of the stream and
/// added to it.
///
/// In this order (pre-norm):
/// 1. `x = x + attention(rms_norm(x, norm_1))`, the attention being `causal_self_attention`.
/// 2. `x = x + mlp(rms_norm(x, norm_2))`, where this x is the result of step 1.
///
/// The multilayer perceptron is a linear layer from C to 4C, the GELU, a linear layer from 4C back to C, and dropout with
/// rate `config.attention.residual_dropout` on its result. The GELU is the **tanh** approximation:
/// `gelu(a) = a / 2 (1 + tanh(sqrt(2 / pi) (a + 0.044715 a^3)))`.
///
/// - `input`: `[B, T, C]`, f64 or f32. `weights`: see `BlockWeights`; a linear layer computes `x W^T + b`. Both norms use
///   `config.epsilon`.
/// - `train`: dropout is active only when this is true, also in the attention; survivors are scaled by `1 / (1 - rate)`.
///   When it is false the rates make no difference.
/// - Returns `[B, T, C]` in the dtype and on the device of `input`.
/// - Error: `InvalidInput` when T is greater than `config.attention.block_size` (the attention says so; pass it on).
///
/// Call the parts through `crate::parts` (`parts::rms_norm(...)`, `parts::causal_self_attention(...)`): then a mistake in
/// a part costs the points of that part only. Fused, multi-head and encoder-layer operators of libtorch may not be called
/// here.
///
/// Gradients reach the input and all weights, in training too.
///
/// Source: Deep Learning 1, Assignment 2, question 2.3(b); "Gaussian Error Linear Units", section 2.
pub fn decoder_block(
    input: &Tensor,
    weights: &BlockWeights,
    config: &BlockConfig,
    train: bool,
) -> Result<Tensor, InvalidInput> {
    todo!("add the attention, then the perceptron, each of the normalised stream")
}

/// The GPT: from tokens to the logits of the token that follows each of them.
///
/// In this order:
/// 1. The embedding of each token; where `config.block.attention.rotary` is **not** set, row t of the position embedding
///    is added at position t, from 0. In rotary mode the position embedding is not used.
/// 2. Dropout with rate `config.embedding_dropout` on the sum.
/// 3. The decoder blocks, one after the other.
/// 4. The final norm (`rms_norm` with `final_norm` and `config.block.epsilon`), **once**, after the last block.
/// 5. The head, a linear layer from C to V without bias, whose weight is its own and not the token embedding.
///
/// - `tokens`: `[B, T]` int64, all in 0..V; T at least 1. `weights`: see `GptWeights`.
/// - `train`: dropout is active only when this is true, in the embeddings and in the blocks. When it is false the rates
///   make no difference.
/// - Returns the logits `[B, T, V]`, no softmax taken, in the dtype and on the device of the weights. The logits at
///   position t depend on the tokens up to t only.
/// - Error: `InvalidInput` when T is greater than `config.block.attention.block_size`, checked before anything else.
///   T = `block_size` and T = 1 are fine.
///
/// Call the parts through `crate::parts` (`parts::decoder_block(...)`, `parts::rms_norm(...)`): then a mistake in a part
/// costs the points of that part only. Fused, multi-head and encoder-layer operators of libtorch may not be called here.
///
/// Gradients reach all weights, in training too.
///
/// Source: Deep Learning 1, Assignment 2, question 2.5(a); "Language Models are Unsupervised Multitask Learners",
/// section 2.3.
pub fn gpt_forward(
    tokens: &Tensor,
    weights: &GptWeights,
    config: &GptConfig,
    train: bool,
) -> Result<Tensor, InvalidInput> {
    todo!("embed tokens and positions, run the blocks, normalise once, project to logits")
}
