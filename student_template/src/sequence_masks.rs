//! Which position of a padded sequence may see which.
//!
//! Letters in shapes: B batch, T positions.

use tch::Tensor;

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
    todo!("build the [B, 1, T, T] mask: true where the column holds a token")
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
    todo!("build the mask: true where the column holds a token and is not after the row")
}
