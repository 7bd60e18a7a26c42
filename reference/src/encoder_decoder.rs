//! An encoder, the decoder that continues it, and what they are trained with.
//!
//! Letters in shapes: B batch, S positions of the source, T positions of the target, K positions of a cache, V size
//! of the target's vocabulary.

use tch::Tensor;

use crate::sequence_types::{EncoderDecoderWeights, SequenceConfig};
use crate::types::InvalidInput;

// helper:begin
use tch::{Kind, Reduction};

use crate::parts;
use crate::sequence_types::{HiddenCache, Role};
// helper:end

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
    // solution:begin encode the source, decode the target behind it, project to logits
    let cache = HiddenCache {
        hidden: parts::generic_transformer(source, &weights.encoder, config, Role::Encoder, None)?,
        num_tokens: source.ge(0).sum_dim_intlist(1, false, Kind::Int64),
    };
    let decoder = &weights.decoder;
    let hidden = parts::generic_transformer(target, &decoder.transformer, config, Role::Decoder, Some(&cache))?;
    Ok(hidden.linear(&decoder.head, None::<&Tensor>))
    // solution:end
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
    // solution:begin compare the logits past the cache with the tokens one place on, leaving out padding
    let length = tokens.size()[1];
    let cached = logits.size()[1] - length;
    let next = tokens.narrow(1, 1, length - 1).reshape([-1]);
    if next.ge(0).any().int64_value(&[]) == 0 {
        return Err(InvalidInput::new("no token follows another"));
    }
    let predicted = logits.narrow(1, cached, length - 1).flatten(0, 1);
    Ok(predicted.cross_entropy_loss(&next, None::<&Tensor>, Reduction::Mean, -1, 0.0))
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use tch::{Device, Kind, Tensor};

    use super::{encoder_decoder, sequence_loss};
    use crate::sequence_transformer::tests::{CONFIG, silent_block};
    use crate::sequence_types::{
        EmbeddingWeights, EncoderDecoderWeights, LanguageModelWeights, SequenceTransformerWeights,
    };

    const OPTIONS: (Kind, Device) = (Kind::Double, Device::Cpu);

    /// A transformer that only normalises its embeddings, which are 1 and -1 for token 0, the other way round for 1.
    fn silent(sign: f64) -> SequenceTransformerWeights {
        SequenceTransformerWeights {
            embedding: EmbeddingWeights {
                token_embedding: Tensor::from_slice2(&[[1.0, -1.0], [-1.0, 1.0]]) * sign,
                position_embedding: Tensor::zeros([3, 2], OPTIONS),
            },
            blocks: vec![silent_block(2)],
            final_norm_weight: Tensor::ones([2], OPTIONS),
            final_norm_bias: Tensor::zeros([2], OPTIONS),
        }
    }

    #[test]
    fn the_encoded_source_stands_before_the_target() {
        let weights = EncoderDecoderWeights {
            encoder: silent(-1.0),
            decoder: LanguageModelWeights {
                transformer: silent(1.0),
                head: Tensor::from_slice2(&[[1.0, 0.0], [0.0, 1.0], [3.0, 0.0]]),
            },
        };
        let (source, target) = (Tensor::from_slice2(&[[0_i64]]), Tensor::from_slice2(&[[0_i64, 1]]));
        let logits = encoder_decoder(&source, &target, &weights, &CONFIG).unwrap();
        let expected = Tensor::from_slice2(&[[-1.0, 1.0, -3.0], [1.0, -1.0, 3.0], [-1.0, 1.0, -3.0]]).unsqueeze(0);
        assert!(logits.allclose(&expected, 1e-9, 1e-9, false));
    }

    #[test]
    fn the_loss_is_that_of_the_next_tokens_past_the_cache() {
        // Odds of 3 to 1 for token 0 after the first token, of 1 to 1 after the second; the others must not count.
        let row = [[50.0, 0.0], [3.0_f64.ln(), 0.0], [2.0, 2.0], [0.0, 50.0]];
        let logits = Tensor::from_slice2(&row).unsqueeze(0);
        let loss = |tokens: [i64; 3]| {
            let tokens = Tensor::from_slice(&tokens).unsqueeze(0);
            sequence_loss(&logits, &tokens).map(|loss| loss.double_value(&[]))
        };
        let (three, half) = ((4.0_f64 / 3.0).ln(), 2.0_f64.ln());
        assert!((loss([1, 0, 1]).unwrap() - f64::midpoint(three, half)).abs() < 1e-12);
        assert!((loss([1, 0, -1]).unwrap() - three).abs() < 1e-12);
        assert_eq!(loss([1, -1, -1]).unwrap_err().reason, "no token follows another");
    }

    #[test]
    fn a_single_position_has_no_next_token() {
        let refused = sequence_loss(
            &Tensor::zeros([2, 4, 3], OPTIONS),
            &Tensor::from_slice2(&[[0_i64], [1]]),
        );
        assert!(refused.is_err());
    }
}
// helper:end
