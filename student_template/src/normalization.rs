//! Normalisation of token embeddings.

use tch::Tensor;

/// Root mean square normalisation: divides every row by its root mean square, then scales each channel.
///
/// With `x` one row of `input` (its last axis) of C channels and `g` the `weight`:
/// `y_c = x_c / sqrt(mean(x^2) + epsilon) * g_c`.
///
/// - `input`: `[..., C]`, any number of leading axes, f64 or f32. Each row is normalised on its own.
/// - `weight`: `[C]`, dtype and device of `input`.
/// - `epsilon`: greater than 0; it stands **inside** the root, added to the mean of the squares.
/// - Returns `[..., C]` in the dtype and on the device of `input`. A row of zeros gives zeros.
///
/// The mean is not subtracted and there is no bias. The libtorch operator `rms_norm`, in any spelling, may not be
/// called here.
///
/// Gradients reach the input and the weight.
///
/// Source: Deep Learning 1, Assignment 2, question 2.3(a); "Root Mean Square Layer Normalization", Eq. 4 (the paper
/// leaves epsilon out).
pub fn rms_norm(input: &Tensor, weight: &Tensor, epsilon: f64) -> Tensor {
    todo!("divide each row by its root mean square, then multiply by the weight")
}
