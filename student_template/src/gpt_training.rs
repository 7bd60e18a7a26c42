//! Training a GPT on sentences of a small language.
//!
//! Letters in shapes: B sentences, T positions.

use tch::Tensor;

use crate::types::{GptConfig, GptWeights, InvalidInput};

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
    todo!("for each batch: logits, cross-entropy against the next tokens, one step of an optimiser")
}
