//! What the attention tasks share: masks, plain arithmetic on arrays, and words for spans of positions.

use judge::contract::arguments::Array;
use judge::contract::random::{Random, booleans};
use ndarray::{Array2, ArrayView2, Axis};
use wire::Tensor;

/// Bound on a relation between values of order one.
///
/// Wide enough for a step that runs in f32: whether f64 outputs are exact is asked once, by the check of precision,
/// and a mistake that properties are after is larger by orders of magnitude.
pub(crate) const CLOSELY: f64 = 1e-5;

/// "token 2" or "tokens 2 to 4"; the last position is included.
pub(crate) fn span(noun: &str, first: usize, last: usize) -> String {
    if first == last {
        format!("{noun} {first}")
    } else {
        format!("{noun}s {first} to {last}")
    }
}

/// The causal mask `[T, T]`: true where the row may attend to the column.
pub(crate) fn lower_triangle(length: usize) -> Tensor {
    let values = (0..length).flat_map(|row| (0..length).map(move |column| column <= row));
    booleans(&[length, length], values.collect())
}

/// A random mask in which about half is visible, and every row sees at least one key.
pub(crate) fn random_mask(random: &mut Random, shape: &[usize]) -> Tensor {
    let keys = shape[shape.len() - 1];
    let rows: usize = shape[..shape.len() - 1].iter().product();
    let mut values = Vec::with_capacity(rows * keys);
    for _ in 0..rows {
        let seen = random.integer(0, keys as i64) as usize;
        values.extend((0..keys).map(|key| key == seen || random.unit() < 0.5));
    }
    booleans(shape, values)
}

/// `x W^T + b` for `x` `[B, T, in]` and `W` `[out, in]`.
pub(crate) fn linear(input: &Array, weight: &Array, bias: &Array) -> Array {
    let weight = matrix(weight);
    each_matrix(input, |_, rows| rows.dot(&weight.t())) + bias
}

/// `q k^T / sqrt(d)` for `q` `[B, T, d]` and `k` `[B, S, d]`.
pub(crate) fn scores(query: &Array, key: &Array) -> Array {
    let root = (query.shape()[2] as f64).sqrt();
    each_matrix(query, |batch, rows| rows.dot(&matrix_of(key, batch).t()) / root)
}

/// `[B, T, S]` times `[B, S, d]`.
pub(crate) fn product(left: &Array, right: &Array) -> Array {
    each_matrix(left, |batch, rows| rows.dot(&matrix_of(right, batch)))
}

/// The results of `map` for every matrix of `[B, ., .]`, stacked.
fn each_matrix(array: &Array, map: impl Fn(usize, ArrayView2<'_, f64>) -> Array2<f64>) -> Array {
    let matrices: Vec<Array2<f64>> = (0..array.shape()[0])
        .map(|batch| map(batch, matrix_of(array, batch)))
        .collect();
    let views: Vec<_> = matrices.iter().map(|matrix| matrix.view()).collect();
    ndarray::stack(Axis(0), &views)
        .expect("matrices of equal shape")
        .into_dyn()
}

fn matrix_of(array: &Array, batch: usize) -> ArrayView2<'_, f64> {
    let matrix = array.index_axis(Axis(0), batch);
    matrix.into_dimensionality().expect("three axes, less one")
}

fn matrix(array: &Array) -> ArrayView2<'_, f64> {
    array.view().into_dimensionality().expect("two axes")
}

/// Attention weights from scores `[B, T, S]` and a mask `[T, S]` of zeros and ones.
pub(crate) fn softmax(scores: &Array, visible: &Array) -> Array {
    let mut weights = scores.clone();
    for (batch, mut matrix) in weights.outer_iter_mut().enumerate() {
        for (query, mut row) in matrix.outer_iter_mut().enumerate() {
            let seen = |key: usize| visible[[query, key]] != 0.0;
            let largest = (0..row.len())
                .filter(|&key| seen(key))
                .map(|key| scores[[batch, query, key]])
                .fold(f64::NEG_INFINITY, f64::max);
            for (key, value) in row.iter_mut().enumerate() {
                *value = if seen(key) { (*value - largest).exp() } else { 0.0 };
            }
            let sum = row.sum();
            row.mapv_inplace(|value| value / sum);
        }
    }
    weights
}

/// The mean of every position and those before it, for `[B, T, C]`.
pub(crate) fn running_mean(values: &Array) -> Array {
    Array::from_shape_fn(values.raw_dim(), |at| {
        let seen = (0..=at[1]).map(|position| values[[at[0], position, at[2]]]);
        seen.sum::<f64>() / (at[1] + 1) as f64
    })
}

/// Rotates neighbouring channels of `[B, T, d]` by position times frequency, positions from `start`.
pub(crate) fn rotated(input: &Array, start: usize) -> Array {
    let dimension = input.shape()[2];
    Array::from_shape_fn(input.raw_dim(), |at| {
        let (sine, cosine) = angle(start + at[1], at[2] / 2, dimension).sin_cos();
        let neighbour = input[[at[0], at[1], at[2] ^ 1]];
        let own = input[[at[0], at[1], at[2]]];
        if at[2] % 2 == 0 {
            own * cosine - neighbour * sine
        } else {
            own * cosine + neighbour * sine
        }
    })
}

/// The angle of a pair of channels at a position.
pub(crate) fn angle(position: usize, pair: usize, dimension: usize) -> f64 {
    position as f64 * 10_000_f64.powf(-2.0 * pair as f64 / dimension as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_a_random_mask_sees_a_key() {
        let mask = random_mask(&mut Random::new(1, "mask"), &[20, 3]).to_f64();
        assert!(mask.chunks(3).all(|row| row.contains(&1.0)));
        assert!(mask.contains(&0.0));
    }

    #[test]
    fn spans_read_like_words() {
        assert_eq!(span("token", 2, 2), "token 2");
        assert_eq!(span("position", 0, 1), "positions 0 to 1");
    }
}
