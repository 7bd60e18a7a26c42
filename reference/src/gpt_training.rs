//! Training a GPT on sentences of a small language.
//!
//! Letters in shapes: B sentences, T positions.

use tch::Tensor;

use crate::types::{GptConfig, GptWeights, InvalidInput};

// helper:begin
use tch::nn::{self, OptimizerConfig};

use crate::parts;

/// Step size of Adam.
const LEARNING_RATE: f64 = 5e-3;
// helper:end

/// Trains a GPT to predict each token of a sentence from those before it, and returns its weights.
///
/// - `initial`: where to start, f32. They are yours: have them require gradients and change them in place (unrecorded,
///   in `tch::no_grad`), or return new ones of the same shapes. `initial.tensors()` lists them for an optimiser; those
///   of `tch::nn` and your own are equally welcome.
/// - `config`: that of the model, which is trained with `train` set to true.
/// - `next_batch`: gives the tokens of the next batch, `[B, T + 1]` int64, and `None` after the last one. Each batch is
///   for one step. The first T tokens of a row are the input, the last T are what is to be predicted: the target at
///   position t is the token at t + 1. The loss is the mean cross-entropy of all `B T` predictions.
/// - Returns the trained weights. An error of the model is passed on.
///
/// Call the model through `crate::parts` (`parts::gpt_forward(...)`).
///
/// What you return is judged by the loss of sentences that are in no batch. There are 300 batches of 32 sentences of 13
/// tokens, over a vocabulary of 7; the model has a width of 32, two blocks of four heads, and learned positions. Adam
/// with a step size of 0.005 has come to the least possible loss by then.
///
/// Source: Deep Learning 1, Assignment 2, question 2.7, on a generated language instead of a book.
pub fn train_gpt(
    initial: GptWeights,
    config: &GptConfig,
    next_batch: &mut dyn FnMut() -> Option<Tensor>,
) -> Result<GptWeights, InvalidInput> {
    // solution:begin for each batch: logits, cross-entropy against the next tokens, one step of an optimiser
    let store = nn::VarStore::new(initial.head.device());
    for (place, tensor) in initial.tensors().into_iter().enumerate() {
        let _ = store.root().add(&place.to_string(), tensor, true);
    }
    let adam = nn::Adam::default().build(&store, LEARNING_RATE);
    let mut adam = adam.map_err(|error| InvalidInput::new(error.to_string()))?;

    while let Some(tokens) = next_batch() {
        let length = tokens.size()[1] - 1;
        let (input, target) = (tokens.narrow(1, 0, length), tokens.narrow(1, 1, length));
        let logits = parts::gpt_forward(&input, &initial, config, true)?;
        adam.backward_step(&logits.flatten(0, 1).cross_entropy_for_logits(&target.flatten(0, 1)));
    }
    Ok(initial)
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use tch::{Device, Kind, Tensor};

    use super::train_gpt;
    use crate::transformer::gpt_forward;
    use crate::types::{AttentionConfig, AttentionWeights, BlockConfig, BlockWeights, GptConfig, GptWeights};

    fn drawn(shape: &[i64]) -> Tensor {
        Tensor::randn(shape, (Kind::Float, Device::Cpu)) * 0.3
    }

    fn initial() -> GptWeights {
        let attention = AttentionWeights {
            c_attn_weight: drawn(&[24, 8]),
            c_attn_bias: drawn(&[24]),
            c_proj_weight: drawn(&[8, 8]),
            c_proj_bias: drawn(&[8]),
        };
        let block = BlockWeights {
            norm_1: drawn(&[8]) + 1.0,
            attention,
            norm_2: drawn(&[8]) + 1.0,
            mlp_fc_weight: drawn(&[32, 8]),
            mlp_fc_bias: drawn(&[32]),
            mlp_proj_weight: drawn(&[8, 32]),
            mlp_proj_bias: drawn(&[8]),
        };
        GptWeights {
            token_embedding: drawn(&[3, 8]),
            position_embedding: drawn(&[5, 8]),
            blocks: vec![block],
            final_norm: drawn(&[8]) + 1.0,
            head: drawn(&[3, 8]),
        }
    }

    fn config() -> GptConfig {
        let attention = AttentionConfig {
            heads: 2,
            block_size: 5,
            rotary: false,
            attention_dropout: 0.0,
            residual_dropout: 0.0,
        };
        let block = BlockConfig {
            attention,
            epsilon: 1e-5,
        };
        GptConfig {
            block,
            embedding_dropout: 0.0,
        }
    }

    #[test]
    fn each_token_is_predicted_from_those_before_it() {
        // Tokens count on from the first one: 0 1 2 0 1 2 or 1 2 0 ...
        let sentences = Tensor::from_slice2(&[[0_i64, 1, 2, 0, 1, 2], [1, 2, 0, 1, 2, 0], [2, 0, 1, 2, 0, 1]]);
        tch::manual_seed(1);
        let mut steps = 0;
        let trained = train_gpt(initial(), &config(), &mut || {
            steps += 1;
            (steps <= 100).then(|| sentences.shallow_clone())
        });
        assert_eq!(steps, 101);
        let logits = gpt_forward(&sentences.narrow(1, 0, 5), &trained.unwrap(), &config(), false).unwrap();
        assert_eq!(logits.argmax(-1, false), sentences.narrow(1, 1, 5));
    }

    #[test]
    fn an_error_of_the_model_is_passed_on() {
        let too_long = Tensor::zeros([1, 9], (Kind::Int64, Device::Cpu));
        assert!(train_gpt(initial(), &config(), &mut || Some(too_long.shallow_clone())).is_err());
    }
}
// helper:end
