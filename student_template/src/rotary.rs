//! Rotary position embedding.

use tch::Tensor;

/// Rotary position embedding: rotates pairs of channels of queries and keys by angles that grow with the position.
///
/// - `query`, `key`: `[..., T, d]` with d even, equal dtype and device; usually `[B, h, T, d]` with d the dimension of
///   one head.
/// - `start`: the position of the first of the T rows (0 for a whole sequence; more where earlier positions are
///   cached). Row t has the position `m = start + t`.
/// - Pairs are **interleaved**: the pair i, from 0, is the channels `(2i, 2i + 1)`. At position m it is rotated by the
///   angle `m * theta_i` with `theta_i = 10000^(-2i/d)`, in radians, counter-clockwise: `(a, b)` becomes
///   `(a cos - b sin, a sin + b cos)`.
/// - Returns the rotated query and the rotated key, shapes and dtypes kept. Both undergo the same map. Position 0
///   changes nothing.
///
/// Cosines and sines have the dtype of the input: an f64 input with tables in f32 is only right to f32.
///
/// Gradients reach queries and keys.
///
/// Source: Deep Learning 1, Assignment 2, question 2.6(a); "`RoFormer`: Enhanced Transformer with Rotary Position
/// Embedding", Eq. 15.
pub fn rotary_embedding(query: &Tensor, key: &Tensor, start: i64) -> (Tensor, Tensor) {
    todo!("rotate each interleaved pair of channels by its position times its frequency")
}
