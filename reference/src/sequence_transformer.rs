//! The transformer that serves as encoder and as decoder.
//!
//! Letters in shapes: B batch, T positions of the tokens, K positions of the cache, C embedding width.

use tch::Tensor;

use crate::sequence_types::{HiddenCache, Role, SequenceConfig, SequenceTransformerWeights};
use crate::types::InvalidInput;

// helper:begin
use tch::Kind;

use crate::parts;
use crate::sequence_types::SequenceBlockWeights;
// helper:end

/// From tokens to hidden states.
///
/// In this order:
/// 1. The tokens are embedded (`embedding`). Their positions count from 0, with a cache too.
/// 2. The hidden states of the cache, where there is one, are put **before** the embeddings, as they are.
/// 3. The blocks, one after the other, over all K + T positions: `x = x + attention(norm_1(x))`, then
///    `x = x + mlp(norm_2(x))`. The attention is `generic_self_attention` with the mask below; the norms are layer
///    norms over the channels with weight and bias; the multilayer perceptron is a linear layer from C to 4C, the
///    GELU with the **error function** (`gelu(a) = a / 2 (1 + erf(a / sqrt(2)))`), and a linear layer from 4C back
///    to C.
/// 4. The final norm, a layer norm too, **once**, after the last block.
///
/// The mask `[B, 1, K + T, K + T]`: position i sees position j where j holds a token and, for `Role::Decoder`, also
/// `j <= i`. Among the first K positions, `cache.num_tokens` says which hold tokens; among the last T, those whose
/// token is not -1. Without a cache (K = 0) this is `encoder_mask` or `decoder_mask`. It holds for every row i,
/// also of padding: a row that sees nothing would give NaN.
///
/// - `tokens`: `[B, T]` int64, -1 for padding, which comes after the tokens of its row; each row has at least one.
/// - `weights`: see `SequenceTransformerWeights`. All norms use `config.epsilon`.
/// - Returns `[B, K + T, C]`, the positions of the cache first, in the dtype and on the device of the weights. All
///   values are finite, those at padding too, which nobody looks at otherwise. There is no dropout.
/// - Error: `InvalidInput` when T is greater than the number of known positions (the embedding says so; pass it on).
///
/// Call the parts through `crate::parts` (`parts::embedding(...)`, `parts::encoder_mask(...)`,
/// `parts::decoder_mask(...)`, `parts::generic_self_attention(...)`): then a mistake in a part costs the points of
/// that part only. Fused, multi-head and encoder-layer operators of libtorch may not be called here; `layer_norm`
/// may.
///
/// Gradients reach all weights, and the cache.
///
/// Source: Georgia Tech, CS 7643, Problem Set 3, coding part; "On Layer Normalization in the Transformer
/// Architecture", Figure 1 (b).
pub fn generic_transformer(
    tokens: &Tensor,
    weights: &SequenceTransformerWeights,
    config: &SequenceConfig,
    role: Role,
    cache: Option<&HiddenCache>,
) -> Result<Tensor, InvalidInput> {
    // solution:begin embed, put the cache before it, run the blocks under one mask, normalise once
    let embedded = parts::embedding(tokens, &weights.embedding)?;
    let num_tokens = tokens.ge(0).sum_dim_intlist(1, false, Kind::Int64);
    let length = tokens.size()[1];
    let (mut stream, mask) = match cache {
        None => (embedded, mask(&num_tokens, length, role)),
        Some(cache) => (
            Tensor::cat(&[&cache.hidden, &embedded], 1),
            mask_with_cache(cache, &num_tokens, length, role),
        ),
    };
    for weights in &weights.blocks {
        stream = block(&stream, &mask, weights, config);
    }
    Ok(norm(
        &stream,
        &weights.final_norm_weight,
        &weights.final_norm_bias,
        config,
    ))
    // solution:end
}

// helper:begin
fn mask(num_tokens: &Tensor, length: i64, role: Role) -> Tensor {
    match role {
        Role::Encoder => parts::encoder_mask(num_tokens, length),
        Role::Decoder => parts::decoder_mask(num_tokens, length),
    }
}

/// The columns of the cache beside those of the tokens.
fn mask_with_cache(cache: &HiddenCache, num_tokens: &Tensor, length: i64, role: Role) -> Tensor {
    let columns = |num_tokens: &Tensor, length| parts::encoder_mask(num_tokens, length).narrow(2, 0, 1);
    let cached = cache.hidden.size()[1];
    let is_token = Tensor::cat(&[columns(&cache.num_tokens, cached), columns(num_tokens, length)], 3);
    let square = [cached + length, cached + length];
    let allowed = Tensor::ones(square, (Kind::Bool, num_tokens.device()));
    is_token.logical_and(&match role {
        Role::Encoder => allowed,
        Role::Decoder => allowed.tril(0),
    })
}

fn norm(input: &Tensor, weight: &Tensor, bias: &Tensor, config: &SequenceConfig) -> Tensor {
    input.layer_norm(weight.size(), Some(weight), Some(bias), config.epsilon, false)
}

/// Attention and perceptron, each of the normalised stream and added to it.
fn block(input: &Tensor, mask: &Tensor, weights: &SequenceBlockWeights, config: &SequenceConfig) -> Tensor {
    let normalised = norm(input, &weights.norm_1_weight, &weights.norm_1_bias, config);
    let stream = input + parts::generic_self_attention(&normalised, mask, &weights.attention, config.heads);
    let update = norm(&stream, &weights.norm_2_weight, &weights.norm_2_bias, config)
        .linear(&weights.mlp_hidden_weight, Some(&weights.mlp_hidden_bias))
        .gelu("none")
        .linear(&weights.mlp_output_weight, Some(&weights.mlp_output_bias));
    stream + update
}

#[cfg(test)]
pub(crate) mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use tch::{Device, Kind, Tensor};

    use super::{block, generic_transformer};
    use crate::sequence_types::{
        EmbeddingWeights, HiddenCache, Role, SelfAttentionWeights, SequenceBlockWeights, SequenceConfig,
        SequenceTransformerWeights,
    };

    const OPTIONS: (Kind, Device) = (Kind::Double, Device::Cpu);

    pub(crate) const CONFIG: SequenceConfig = SequenceConfig {
        heads: 1,
        epsilon: 1e-12,
    };

    fn zeros(shape: &[i64]) -> Tensor {
        Tensor::zeros(shape, OPTIONS)
    }

    /// A block of this width that adds nothing.
    pub(crate) fn silent_block(width: i64) -> SequenceBlockWeights {
        let square = || zeros(&[width, width]);
        let vector = || zeros(&[width]);
        SequenceBlockWeights {
            norm_1_weight: Tensor::ones([width], OPTIONS),
            norm_1_bias: vector(),
            attention: SelfAttentionWeights {
                query_weight: square(),
                query_bias: vector(),
                key_weight: square(),
                key_bias: vector(),
                value_weight: square(),
                value_bias: vector(),
                output_weight: square(),
                output_bias: vector(),
            },
            norm_2_weight: Tensor::ones([width], OPTIONS),
            norm_2_bias: vector(),
            mlp_hidden_weight: zeros(&[4 * width, width]),
            mlp_hidden_bias: zeros(&[4 * width]),
            mlp_output_weight: zeros(&[width, 4 * width]),
            mlp_output_bias: vector(),
        }
    }

    /// The same, but the attention adds the mean of the normalised rows that it sees.
    fn averaging_block(width: i64) -> SequenceBlockWeights {
        let mut block = silent_block(width);
        block.attention.value_weight = Tensor::eye(width, OPTIONS);
        block.attention.output_weight = Tensor::eye(width, OPTIONS);
        block
    }

    fn weights(blocks: Vec<SequenceBlockWeights>) -> SequenceTransformerWeights {
        SequenceTransformerWeights {
            embedding: EmbeddingWeights {
                token_embedding: Tensor::from_slice2(&[[0.0, 2.0], [6.0, 0.0]]),
                position_embedding: zeros(&[4, 2]),
            },
            blocks,
            final_norm_weight: Tensor::from_slice(&[10.0, 10.0]),
            final_norm_bias: Tensor::from_slice(&[0.0, 1.0]),
        }
    }

    fn close(left: &Tensor, right: &Tensor) -> bool {
        left.allclose(right, 1e-9, 1e-9, false)
    }

    #[test]
    fn a_silent_transformer_normalises_the_embeddings_once() {
        let tokens = Tensor::from_slice2(&[[0_i64, 1]]);
        let weights = weights(vec![silent_block(2), silent_block(2)]);
        let hidden = generic_transformer(&tokens, &weights, &CONFIG, Role::Encoder, None).unwrap();
        // Two channels, less their mean and divided by their deviation, are -1 and 1, or 1 and -1.
        let expected = Tensor::from_slice2(&[[-10.0, 11.0], [10.0, -9.0]]).unsqueeze(0);
        assert!(close(&hidden, &expected));
    }

    #[test]
    fn padding_is_seen_by_nobody_and_stays_finite() {
        let weights = weights(vec![averaging_block(2), averaging_block(2)]);
        for role in [Role::Encoder, Role::Decoder] {
            let of = |tokens: &[[i64; 3]]| {
                generic_transformer(&Tensor::from_slice2(tokens), &weights, &CONFIG, role, None).unwrap()
            };
            let padded = of(&[[0, 1, -1]]);
            assert_eq!(padded.isfinite().all().int64_value(&[]), 1);
            let short = generic_transformer(&Tensor::from_slice2(&[[0_i64, 1]]), &weights, &CONFIG, role, None);
            assert!(close(&padded.narrow(1, 0, 2), &short.unwrap()), "{role:?}");
        }
    }

    #[test]
    fn the_cache_stands_before_the_tokens_and_its_padding_is_not_seen() {
        let weights = weights(vec![averaging_block(2)]);
        let tokens = Tensor::from_slice2(&[[0_i64, 1]]);
        let hidden = |second: f64| Tensor::from_slice2(&[[1.0, 0.0], [second, 0.0]]).unsqueeze(0);
        let of = |second| {
            let cache = HiddenCache {
                hidden: hidden(second),
                num_tokens: Tensor::from_slice(&[1_i64]),
            };
            generic_transformer(&tokens, &weights, &CONFIG, Role::Decoder, Some(&cache)).unwrap()
        };
        let output = of(5.0);
        assert_eq!(output.size(), [1, 4, 2]);
        assert_eq!(output.narrow(1, 2, 2), of(-7.0).narrow(1, 2, 2));
        // The first token (0, 2) sees the cache, (1, -1) when normalised, and itself, (-1, 1): their mean is 0.
        let expected = Tensor::from_slice(&[-10.0, 11.0]);
        assert!(close(&output.get(0).get(2), &expected));
    }

    #[test]
    fn the_perceptron_sees_the_normalised_stream_through_the_exact_gelu() {
        let mut weights = silent_block(2);
        weights.mlp_hidden_bias = Tensor::from_slice(&[1.0, -2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
        let _ = weights.mlp_output_weight.get(1).narrow(0, 0, 2).fill_(1.0);
        let mask = Tensor::ones([1, 1, 1, 1], (Kind::Bool, Device::Cpu));
        let output = block(
            &Tensor::from_slice(&[1.0, 7.0]).view([1, 1, 2]),
            &mask,
            &weights,
            &CONFIG,
        );
        // Values of the normal distribution: gelu(1) = 0.841345, gelu(-2) = -0.0455003.
        let expected = Tensor::from_slice(&[1.0, 7.0 + 0.841_344_7 - 0.045_500_3]).view([1, 1, 2]);
        assert!(output.allclose(&expected, 0.0, 1e-6, false));
    }

    #[test]
    fn a_sequence_that_is_too_long_is_refused() {
        let weights = weights(vec![silent_block(2)]);
        let tokens = |length| Tensor::zeros([1, length], (Kind::Int64, Device::Cpu));
        assert!(generic_transformer(&tokens(4), &weights, &CONFIG, Role::Encoder, None).is_ok());
        assert!(generic_transformer(&tokens(5), &weights, &CONFIG, Role::Encoder, None).is_err());
    }
}
// helper:end
