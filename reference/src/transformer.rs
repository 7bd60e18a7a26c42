//! The decoder block and the GPT made of it.
//!
//! Letters in shapes: B batch, T positions, C embedding width, V size of the vocabulary.

use tch::Tensor;

use crate::types::{BlockConfig, BlockWeights, GptConfig, GptWeights, InvalidInput};

// helper:begin
use crate::parts;
// helper:end

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
    // solution:begin add the attention, then the perceptron, each of the normalised stream
    let normalised = parts::rms_norm(input, &weights.norm_1, config.epsilon);
    let attended = parts::causal_self_attention(&normalised, &weights.attention, &config.attention, train)?;
    let stream = input + attended;

    let normalised = parts::rms_norm(&stream, &weights.norm_2, config.epsilon);
    let update = normalised
        .linear(&weights.mlp_fc_weight, Some(&weights.mlp_fc_bias))
        .gelu("tanh")
        .linear(&weights.mlp_proj_weight, Some(&weights.mlp_proj_bias))
        .dropout(config.attention.residual_dropout, train);
    Ok(stream + update)
    // solution:end
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
    // solution:begin embed tokens and positions, run the blocks, normalise once, project to logits
    let (length, attention) = (tokens.size()[1], &config.block.attention);
    if length > attention.block_size {
        return Err(InvalidInput::new(format!(
            "the sequence has {length} tokens, block_size is {}",
            attention.block_size
        )));
    }

    let mut stream = Tensor::embedding(&weights.token_embedding, tokens, -1, false, false);
    if !attention.rotary {
        stream += weights.position_embedding.narrow(0, 0, length);
    }
    let mut stream = stream.dropout(config.embedding_dropout, train);
    for block in &weights.blocks {
        stream = parts::decoder_block(&stream, block, &config.block, train)?;
    }

    let normalised = parts::rms_norm(&stream, &weights.final_norm, config.block.epsilon);
    Ok(normalised.linear(&weights.head, None::<&Tensor>))
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use tch::{Device, Kind, Tensor};

    use super::{decoder_block, gpt_forward};
    use crate::types::{AttentionConfig, AttentionWeights, BlockConfig, BlockWeights, GptConfig, GptWeights};

    const OPTIONS: (Kind, Device) = (Kind::Double, Device::Cpu);

    fn zeros(shape: &[i64]) -> Tensor {
        Tensor::zeros(shape, OPTIONS)
    }

    /// A block of width 2 and one head that adds nothing.
    fn silent_block() -> BlockWeights {
        BlockWeights {
            norm_1: Tensor::ones([2], OPTIONS),
            attention: AttentionWeights {
                c_attn_weight: zeros(&[6, 2]),
                c_attn_bias: zeros(&[6]),
                c_proj_weight: zeros(&[2, 2]),
                c_proj_bias: zeros(&[2]),
            },
            norm_2: Tensor::ones([2], OPTIONS),
            mlp_fc_weight: zeros(&[8, 2]),
            mlp_fc_bias: zeros(&[8]),
            mlp_proj_weight: zeros(&[2, 8]),
            mlp_proj_bias: zeros(&[2]),
        }
    }

    fn config(rotary: bool) -> GptConfig {
        let attention = AttentionConfig {
            heads: 1,
            block_size: 3,
            rotary,
            attention_dropout: 0.5,
            residual_dropout: 0.5,
        };
        GptConfig {
            block: BlockConfig {
                attention,
                epsilon: 1e-12,
            },
            embedding_dropout: 0.5,
        }
    }

    /// Two tokens whose embeddings have the mean square 25; the head reads off the channels.
    fn silent_gpt() -> GptWeights {
        GptWeights {
            token_embedding: Tensor::from_slice2(&[[1.0, 7.0], [-5.0, 5.0]]),
            position_embedding: Tensor::from_slice2(&[[0.0, 0.0], [0.0, 0.0], [4.0, -12.0]]),
            blocks: vec![silent_block(), silent_block()],
            final_norm: Tensor::from_slice(&[10.0, 5.0]),
            head: Tensor::eye(2, OPTIONS),
        }
    }

    #[test]
    fn both_halves_add_to_the_stream_and_normalise_it_first() {
        // Both rows have the mean square 25; the attention averages the normalised rows and multiplies by -5.
        let mut block = silent_block();
        let values = Tensor::cat(&[zeros(&[4, 2]), Tensor::eye(2, OPTIONS)], 0);
        block.attention.c_attn_weight = values;
        block.attention.c_proj_weight = Tensor::from_slice2(&[[-5.0, 0.0], [0.0, -5.0]]);
        let input = Tensor::from_slice2(&[[1.0, 7.0], [-5.0, 5.0]]).unsqueeze(0);
        let output = decoder_block(&input, &block, &config(false).block, false).unwrap();
        // Row 0: x - 5 x/5 = 0. Row 1: x - 5 mean(x_0/5, x_1/5) = x_1 - (x_0 + x_1)/2.
        let expected = Tensor::from_slice2(&[[0.0, 0.0], [-3.0, -1.0]]).unsqueeze(0);
        assert!(output.allclose(&expected, 1e-10, 1e-10, false));
    }

    #[test]
    fn the_perceptron_sees_the_normalised_stream_through_the_tanh_gelu() {
        let mut block = silent_block();
        block.norm_2 = Tensor::from_slice(&[5.0, 1.0]);
        // The first unit reads channel 0, the second is constant; both are added to channel 1.
        block.mlp_fc_weight = zeros(&[8, 2]);
        let _ = block.mlp_fc_weight.get(0).get(0).fill_(1.0);
        block.mlp_fc_bias = Tensor::from_slice(&[0.0, -2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let _ = block.mlp_proj_weight.get(1).narrow(0, 0, 2).fill_(1.0);
        let input = Tensor::from_slice(&[1.0, 7.0]).view([1, 1, 2]);
        let output = decoder_block(&input, &block, &config(false).block, false).unwrap();
        // Tabulated values of the tanh approximation: gelu(1) = 0.841192, gelu(-2) = -0.0454023.
        let expected = Tensor::from_slice(&[1.0, 7.0 + 0.841_192 - 0.045_402_3]).view([1, 1, 2]);
        assert!(output.allclose(&expected, 0.0, 1e-6, false));
    }

    #[test]
    fn a_silent_block_is_the_identity_also_in_training() {
        let input = Tensor::randn([2, 3, 2], OPTIONS);
        let output = decoder_block(&input, &silent_block(), &config(true).block, true).unwrap();
        assert_eq!(output, input);
    }

    #[test]
    fn logits_are_the_normalised_sum_of_the_embeddings() {
        let tokens = Tensor::from_slice2(&[[0_i64, 1, 0]]);
        let logits = gpt_forward(&tokens, &silent_gpt(), &config(false), false).unwrap();
        // At the third position (1, 7) + (4, -12) = (5, -5).
        let expected = Tensor::from_slice2(&[[2.0, 7.0], [-10.0, 5.0], [10.0, -5.0]]).unsqueeze(0);
        assert!(logits.allclose(&expected, 1e-10, 1e-10, false));
        let rotary = gpt_forward(&tokens, &silent_gpt(), &config(true), false).unwrap();
        assert!(rotary.get(0).get(2).allclose(&rotary.get(0).get(0), 1e-14, 0.0, false));
    }

    #[test]
    fn embeddings_are_dropped_in_training_after_the_positions_are_added() {
        let weights = silent_gpt();
        let tokens = Tensor::zeros([200, 3], (Kind::Int64, Device::Cpu));
        let logits = gpt_forward(&tokens, &weights, &config(false), true).unwrap();
        // Channel 0 at the third position is 1 + 4, dropped as one: the normalised value is 0, or 10 beside a dropped
        // channel 1 (times the root of 2), or 10 beside a kept one.
        let third = logits.select(1, 2).select(1, 0);
        let root = 200.0_f64.sqrt();
        let is_one_of = [0.0, 10.0, root].map(|value: f64| (&third - value).abs().lt(1e-6));
        let accepted = is_one_of[0].logical_or(&is_one_of[1]).logical_or(&is_one_of[2]);
        assert_eq!(accepted.all().int64_value(&[]), 1);
        assert!(is_one_of.iter().all(|found| found.any().int64_value(&[]) == 1));
    }

    #[test]
    fn the_block_size_is_the_longest_sequence() {
        let tokens = |length| Tensor::zeros([1, length], (Kind::Int64, Device::Cpu));
        assert!(gpt_forward(&tokens(3), &silent_gpt(), &config(false), false).is_ok());
        let refused = gpt_forward(&tokens(4), &silent_gpt(), &config(false), false).unwrap_err();
        assert_eq!(refused.reason, "the sequence has 4 tokens, block_size is 3");
        let input = zeros(&[1, 4, 2]);
        assert!(decoder_block(&input, &silent_block(), &config(false).block, false).is_err());
    }
}
// helper:end
