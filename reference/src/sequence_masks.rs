//! Which position of a padded sequence may see which.
//!
//! Letters in shapes: B batch, T positions.

use tch::Tensor;

// helper:begin
use tch::Kind;

use crate::parts;
// helper:end

/// The mask of an encoder: every position sees every token, and nothing sees padding.
///
/// - `num_tokens`: `[B]` int64, how many of the T positions of each row hold tokens, from 1 to T; the rest is
///   padding.
/// - `length`: T.
/// - Returns `[B, 1, T, T]`, dtype bool, on the device of `num_tokens`. The entry `[b, 0, i, j]` is true where
///   position i **may** see position j, that is where `j < num_tokens[b]`. The second axis is there for the heads.
///
/// This holds for **every** row i, those of padding included. A row without any true entry would give NaN in the
/// softmax, and from there NaN everywhere; what padding itself computes is looked at by nobody.
///
/// Source: Georgia Tech, CS 7643, Problem Set 3, coding part.
pub fn encoder_mask(num_tokens: &Tensor, length: i64) -> Tensor {
    // solution:begin build the [B, 1, T, T] mask: true where the column holds a token
    let columns = Tensor::arange(length, (Kind::Int64, num_tokens.device()));
    let is_token = columns.unsqueeze(0).lt_tensor(&num_tokens.unsqueeze(1));
    is_token.view([-1, 1, 1, length]).repeat([1, 1, length, 1])
    // solution:end
}

/// The mask of a decoder: every position sees the tokens up to its own position, and nothing sees padding.
///
/// - `num_tokens`: `[B]` int64, how many of the T positions of each row hold tokens, from 1 to T; the rest is
///   padding.
/// - `length`: T.
/// - Returns `[B, 1, T, T]`, dtype bool, on the device of `num_tokens`. The entry `[b, 0, i, j]` is true where
///   position i **may** see position j, that is where `j < num_tokens[b]` and `j <= i`. A token sees itself.
///
/// As in `encoder_mask`, rows of padding are like any other: they see the tokens before them.
///
/// `encoder_mask` may be called through `crate::parts`: then a mistake there costs the points there only.
///
/// Source: Georgia Tech, CS 7643, Problem Set 3, coding part; "Attention Is All You Need", section 3.2.3.
pub fn decoder_mask(num_tokens: &Tensor, length: i64) -> Tensor {
    // solution:begin build the mask: true where the column holds a token and is not after the row
    let past = Tensor::ones([length, length], (Kind::Bool, num_tokens.device())).tril(0);
    parts::encoder_mask(num_tokens, length).logical_and(&past)
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::{Kind, Tensor};

    use super::{decoder_mask, encoder_mask};

    fn rows(rows: [[i64; 9]; 2]) -> Tensor {
        Tensor::from_slice2(&rows).view([2, 1, 3, 3]).to_kind(Kind::Bool)
    }

    #[test]
    fn every_row_of_an_encoder_sees_the_tokens() {
        let mask = encoder_mask(&Tensor::from_slice(&[3_i64, 1]), 3);
        assert_eq!(mask, rows([[1; 9], [1, 0, 0, 1, 0, 0, 1, 0, 0]]));
    }

    #[test]
    fn every_row_of_a_decoder_sees_the_tokens_up_to_its_position() {
        let mask = decoder_mask(&Tensor::from_slice(&[3_i64, 2]), 3);
        assert_eq!(mask, rows([[1, 0, 0, 1, 1, 0, 1, 1, 1], [1, 0, 0, 1, 1, 0, 1, 1, 0]]));
    }
}
// helper:end
