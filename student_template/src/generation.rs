//! Generating text: the GPT and a rule for the next token, again and again.
//!
//! Letters in shapes: B batch, T tokens of the prompt.

use tch::Tensor;

use crate::types::{GptConfig, GptWeights, InvalidInput, Sampling};

/// Continues each row of tokens by `count` tokens.
///
/// Each new token in turn: the last `block_size` tokens of what is there so far (all of them where there are fewer) go
/// through `gpt_forward`, not in training mode; the logits at the last position give the next token, by `greedy` or by
/// `sample_top_p` as `sampling` says; it is appended.
///
/// - `tokens`: `[B, T]` int64, all in 0..V; T at least 1. T may be greater than `config.block.attention.block_size`: the
///   tokens before the last `block_size` stay in the result and have no influence.
/// - `count`: at least 0; with 0 the prompt comes back as it is.
/// - Returns `[B, T + count]` int64: the prompt, then the new tokens. Rows do not influence each other in greedy mode.
/// - Dropout is off, whatever the rates: `generate` is not training. Draws come from libtorch's generator, so equal seeds
///   give equal tokens.
/// - Error: whatever `gpt_forward` or `sample_top_p` refuses, such as a `p` outside (0, 1].
///
/// Call the parts through `crate::parts` (`parts::gpt_forward(...)`, `parts::greedy(...)`, `parts::sample_top_p(...)`):
/// then a mistake in a part costs the points of that part only.
///
/// Source: Deep Learning 1, Assignment 2, question 2.8(a).
pub fn generate(
    tokens: &Tensor,
    count: i64,
    weights: &GptWeights,
    config: &GptConfig,
    sampling: &Sampling,
) -> Result<Tensor, InvalidInput> {
    todo!("append one token at a time, each chosen from the logits at the last position")
}
