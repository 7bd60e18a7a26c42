//! From tokens to vectors.
//!
//! Letters in shapes: B batch, T positions, V size of the vocabulary, C embedding width, P positions that are known.

use tch::Tensor;

use crate::sequence_types::EmbeddingWeights;
use crate::types::InvalidInput;

/// The sum of token and position embedding.
///
/// - `tokens`: `[B, T]` int64, each in 0..V, or -1 for padding.
/// - `weights`: the token embedding `[V, C]` and the position embedding `[P, C]`.
/// - Returns `[B, T, C]` in the dtype and on the device of the weights: at position t of a row, row t of the position
///   embedding (from 0, for every row of the batch) plus the embedding of the token there.
/// - Padding has no embedding of its own: where the token is -1, the result is the position embedding alone.
/// - Error: `InvalidInput` when T is greater than P. T = P is fine.
///
/// Source: Georgia Tech, CS 7643, Problem Set 3, coding part; "Attention Is All You Need", sections 3.4 and 3.5.
pub fn embedding(tokens: &Tensor, weights: &EmbeddingWeights) -> Result<Tensor, InvalidInput> {
    todo!("add the embeddings of tokens and of positions; padding has that of its position only")
}
