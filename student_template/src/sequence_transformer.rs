//! The transformer that serves as encoder and as decoder.
//!
//! Letters in shapes: B batch, T positions of the tokens, K positions of the cache, C embedding width.

use tch::Tensor;

use crate::sequence_types::{HiddenCache, Role, SequenceConfig, SequenceTransformerWeights};
use crate::types::InvalidInput;

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
    todo!("embed, put the cache before it, run the blocks under one mask, normalise once")
}
