//! Generating text: the GPT and a rule for the next token, again and again.
//!
//! Letters in shapes: B batch, T tokens of the prompt.

use tch::Tensor;

use crate::types::{GptConfig, GptWeights, InvalidInput, Sampling};

// helper:begin
use crate::parts;
// helper:end

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
    // solution:begin append one token at a time, each chosen from the logits at the last position
    let mut sequence = tokens.shallow_clone();
    for _ in 0..count {
        let length = sequence.size()[1];
        let window = length.min(config.block.attention.block_size);
        let context = sequence.narrow(1, length - window, window);
        let logits = parts::gpt_forward(&context, weights, config, false)?.select(1, window - 1);
        let next = match *sampling {
            Sampling::Greedy => parts::greedy(&logits),
            Sampling::TopP { p, temperature } => parts::sample_top_p(&logits, p, temperature)?,
        };
        sequence = Tensor::cat(&[sequence, next.unsqueeze(1)], 1);
    }
    Ok(sequence)
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use tch::{Device, Kind, Tensor};

    use super::generate;
    use crate::types::{AttentionConfig, AttentionWeights, BlockConfig, BlockWeights, GptConfig, GptWeights, Sampling};

    const OPTIONS: (Kind, Device) = (Kind::Double, Device::Cpu);

    fn zeros(shape: &[i64]) -> Tensor {
        Tensor::zeros(shape, OPTIONS)
    }

    /// Four tokens with one-hot embeddings, a block that adds nothing, and a head that prefers the next token: counting
    /// modulo four. The second position adds so much of token 3 that from there on 0 follows.
    fn counting(position_weight: f64) -> (GptWeights, GptConfig) {
        let block = BlockWeights {
            norm_1: zeros(&[4]),
            attention: AttentionWeights {
                c_attn_weight: zeros(&[12, 4]),
                c_attn_bias: zeros(&[12]),
                c_proj_weight: zeros(&[4, 4]),
                c_proj_bias: zeros(&[4]),
            },
            norm_2: zeros(&[4]),
            mlp_fc_weight: zeros(&[16, 4]),
            mlp_fc_bias: zeros(&[16]),
            mlp_proj_weight: zeros(&[4, 16]),
            mlp_proj_bias: zeros(&[4]),
        };
        let positions = Tensor::from_slice2(&[[0.0; 4], [0.0, 0.0, 0.0, 1.0]]) * position_weight;
        let weights = GptWeights {
            token_embedding: Tensor::eye(4, OPTIONS),
            position_embedding: positions,
            blocks: vec![block],
            final_norm: Tensor::ones([4], OPTIONS),
            head: Tensor::eye(4, OPTIONS).roll([1], [0]),
        };
        let attention = AttentionConfig {
            heads: 1,
            block_size: 2,
            rotary: false,
            attention_dropout: 0.5,
            residual_dropout: 0.5,
        };
        let config = GptConfig {
            block: BlockConfig {
                attention,
                epsilon: 1e-5,
            },
            embedding_dropout: 0.5,
        };
        (weights, config)
    }

    #[test]
    fn greedy_generation_appends_the_most_likely_token_and_keeps_the_prompt() {
        let (weights, config) = counting(0.0);
        let prompt = Tensor::from_slice2(&[[3_i64, 1, 0], [2, 2, 2]]);
        let output = generate(&prompt, 5, &weights, &config, &Sampling::Greedy).unwrap();
        let expected = Tensor::from_slice2(&[[3_i64, 1, 0, 1, 2, 3, 0, 1], [2, 2, 2, 3, 0, 1, 2, 3]]);
        assert_eq!(output, expected);
        assert_eq!(
            generate(&prompt, 0, &weights, &config, &Sampling::Greedy).unwrap(),
            prompt
        );
    }

    #[test]
    fn the_last_token_stands_at_the_last_place_of_the_window() {
        // The first token is at position 0 and counts; from then on the last one is at position 1 of the window.
        let (weights, config) = counting(5.0);
        let output = generate(
            &Tensor::from_slice2(&[[1_i64]]),
            3,
            &weights,
            &config,
            &Sampling::Greedy,
        )
        .unwrap();
        assert_eq!(output, Tensor::from_slice2(&[[1_i64, 2, 0, 0]]));
    }

    #[test]
    fn a_cold_draw_is_greedy_and_a_mass_out_of_range_is_refused() {
        let (weights, config) = counting(0.0);
        let prompt = Tensor::from_slice2(&[[2_i64]]);
        let draw = |p, temperature| generate(&prompt, 2, &weights, &config, &Sampling::TopP { p, temperature });
        assert_eq!(draw(1.0, 1e-4).unwrap(), Tensor::from_slice2(&[[2_i64, 3, 0]]));
        assert!(draw(1.5, 1.0).is_err());
    }
}
// helper:end
