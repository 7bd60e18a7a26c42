//! Rotary position embedding.

use tch::Tensor;

// helper:begin
use tch::Kind;

/// Frequencies fall from 1 towards the inverse of this.
const BASE: f64 = 10_000.0;

/// Rotates the channel pairs of one tensor `[..., T, d]`.
fn rotate(input: &Tensor, start: i64) -> Tensor {
    let pairs = input.unflatten(-1, [-1, 2]);
    let (first, second) = (pairs.select(-1, 0), pairs.select(-1, 1));
    let angles = angles(input, start);
    let (cosine, sine) = (angles.cos().to_kind(input.kind()), angles.sin().to_kind(input.kind()));
    let rotated = [&first * &cosine - &second * &sine, &first * &sine + &second * &cosine];
    Tensor::stack(&rotated, -1).flatten(-2, -1)
}

/// The angle of every position and pair, `[T, d/2]`, always in f64: at position 1000 an f32 angle is off by 6e-5.
fn angles(input: &Tensor, start: i64) -> Tensor {
    let options = (Kind::Double, input.device());
    let (length, dimension) = (input.size()[input.dim() - 2], input.size()[input.dim() - 1]);
    let positions = Tensor::arange_start(start, start + length, options);
    let exponents = Tensor::arange_start_step(0, dimension, 2, options) / dimension;
    let frequencies = Tensor::pow_scalar(BASE, &-exponents);
    positions.outer(&frequencies)
}
// helper:end

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
    // solution:begin rotate each interleaved pair of channels by its position times its frequency
    (rotate(query, start), rotate(key, start))
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::rotary_embedding;

    #[test]
    fn neighbouring_channels_turn_counter_clockwise_at_their_own_frequency() {
        // d = 4: the frequencies are 1 and 1/100.
        let input = Tensor::from_slice2(&[[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, 1.0]]);
        let (query, key) = rotary_embedding(&input, &input, 2);
        let row = |m: f64| [m.cos(), m.sin(), -(m / 100.0).sin(), (m / 100.0).cos()];
        let expected = Tensor::from_slice2(&[row(2.0), row(3.0)]);
        assert!(query.allclose(&expected, 1e-14, 1e-16, false));
        assert_eq!(key, query);
    }

    #[test]
    fn position_zero_changes_nothing() {
        let input = Tensor::randn([2, 3, 1, 6], (Kind::Float, Device::Cpu));
        let (query, key) = rotary_embedding(&input, &(&input * 2.0), 0);
        assert_eq!(query, input);
        assert_eq!(key, &input * 2.0);
        assert_eq!(query.kind(), Kind::Float);
    }

    #[test]
    fn the_score_depends_on_the_distance_only() {
        let query = Tensor::from_slice2(&[[0.3, -1.2, 0.7, 0.1]]);
        let key = Tensor::from_slice2(&[[1.1, 0.4, -0.5, 0.9]]);
        let score = |m, n| {
            let (rotated_query, _) = rotary_embedding(&query, &query, m);
            let (_, rotated_key) = rotary_embedding(&key, &key, n);
            (rotated_query * rotated_key).sum(Kind::Double)
        };
        assert!(score(9, 4).allclose(&score(25, 20), 1e-12, 0.0, false));
        assert!(!score(9, 4).allclose(&score(4, 9), 1e-3, 0.0, false));
    }
}
// helper:end
