//! An encoder, the decoder that continues it, and what they are trained with.
//!
//! Letters in shapes: B batch, S positions of the source, T positions of the target, K positions of a cache, V size
//! of the target's vocabulary.

use tch::Tensor;

use crate::sequence_types::{EncoderDecoderWeights, SequenceConfig};
use crate::types::InvalidInput;

/// The logits of a decoder that sees an encoded source.
///
/// In this order:
/// 1. The encoder: `generic_transformer` over the source, with `Role::Encoder` and without a cache.
/// 2. Its hidden states (after its final norm), with the number of tokens of each row, are the cache.
/// 3. The decoder: `generic_transformer` over the target, with `Role::Decoder` and the cache.
/// 4. The head, a linear layer without bias, at all S + T positions.
///
/// - `source`: `[B, S]`, `target`: `[B, T]`, both int64 with -1 for padding, which comes after the tokens of its
///   row; each row has at least one token. `weights`: see `EncoderDecoderWeights`; `config` is that of both.
/// - Returns the logits `[B, S + T, V]`, no softmax taken, the positions of the cache first, in the dtype and on the
///   device of the weights. Those at padding are finite, and nobody looks at their values.
/// - Error: whatever `generic_transformer` refuses: S or T greater than the number of positions its side knows.
///
/// Call the part through `crate::parts` (`parts::generic_transformer(...)`): then a mistake in it costs the points
/// there only. Fused, multi-head and encoder-layer operators of libtorch may not be called here.
///
/// Gradients reach all weights of both sides.
///
/// Source: Georgia Tech, CS 7643, Problem Set 3, coding part.
pub fn encoder_decoder(
    source: &Tensor,
    target: &Tensor,
    weights: &EncoderDecoderWeights,
    config: &SequenceConfig,
) -> Result<Tensor, InvalidInput> {
    todo!("encode the source, decode the target behind it, project to logits")
}

/// The mean negative logarithm of the probability of each next token.
///
/// The logits at the position of a token say what the **next** token is: past the K positions of the cache, the
/// logits at place K + t are compared with the token at place t + 1, for t = 0, ..., T - 2. The first token is
/// predicted by nobody, and the last logits predict nothing. A next token of -1 (padding) is left out, of the sum
/// and of the number that it is divided by; the mean is over all tokens of the batch that are left.
///
/// - `logits`: `[B, K + T, V]`, f64 or f32, K at least 0. `tokens`: `[B, T]` int64, each in 0..V, or -1 for
///   padding, which comes after the tokens of its row. K is the difference of the lengths.
/// - Returns the loss, a tensor without axes, in the dtype and on the device of `logits`.
/// - Error: `InvalidInput` when no token follows another: there is nothing to take the mean of.
///
/// libtorch's cross entropy may be called. Hint: tch's `cross_entropy_for_logits` answers in f32 whatever the dtype of the
/// logits; `cross_entropy_loss` keeps it.
///
/// Source: Georgia Tech, CS 7643, Problem Set 3, coding part.
pub fn sequence_loss(logits: &Tensor, tokens: &Tensor) -> Result<Tensor, InvalidInput> {
    todo!("compare the logits past the cache with the tokens one place on, leaving out padding")
}
