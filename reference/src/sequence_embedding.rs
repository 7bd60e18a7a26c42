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
    // solution:begin add the embeddings of tokens and of positions; padding has that of its position only
    let (length, room) = (tokens.size()[1], weights.position_embedding.size()[0]);
    if length > room {
        return Err(InvalidInput::new(format!(
            "the sequence has {length} positions, the position embedding has {room}"
        )));
    }
    let padding = tokens.lt(0).unsqueeze(-1);
    let own = Tensor::embedding(&weights.token_embedding, &tokens.clamp_min(0), -1, false, false);
    Ok(own.masked_fill(&padding, 0.0) + weights.position_embedding.narrow(0, 0, length))
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use tch::Tensor;

    use super::embedding;
    use crate::sequence_types::EmbeddingWeights;

    fn weights() -> EmbeddingWeights {
        EmbeddingWeights {
            token_embedding: Tensor::from_slice2(&[[1.0, 2.0], [3.0, 4.0]]),
            position_embedding: Tensor::from_slice2(&[[10.0, 20.0], [30.0, 40.0], [50.0, 60.0]]),
        }
    }

    #[test]
    fn tokens_and_positions_are_added_and_padding_has_its_position_only() {
        let tokens = Tensor::from_slice2(&[[1_i64, 0], [1, -1]]);
        let expected = [[[13.0, 24.0], [31.0, 42.0]], [[13.0, 24.0], [30.0, 40.0]]];
        let expected = Tensor::from_slice(&expected.concat().concat()).view([2, 2, 2]);
        assert_eq!(embedding(&tokens, &weights()).unwrap(), expected);
    }

    #[test]
    fn a_sequence_longer_than_the_position_embedding_is_refused() {
        assert!(embedding(&Tensor::from_slice2(&[[0_i64, 1, 0]]), &weights()).is_ok());
        let refused = embedding(&Tensor::from_slice2(&[[0_i64, 1, 0, 1]]), &weights()).unwrap_err();
        assert_eq!(
            refused.reason,
            "the sequence has 4 positions, the position embedding has 3"
        );
    }
}
// helper:end
