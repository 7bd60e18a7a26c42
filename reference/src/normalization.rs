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
    // solution:begin divide each row by its root mean square, then multiply by the weight
    let mean_square = input.square().mean_dim(-1, true, None);
    input / (mean_square + epsilon).sqrt() * weight
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::{Kind, Tensor};

    use super::rms_norm;

    #[test]
    fn a_row_is_divided_by_its_root_mean_square_and_scaled() {
        // The squares of 1 and 7 have the mean 25, those of -5 and 5 too.
        let input = Tensor::from_slice2(&[[1.0, 7.0], [-5.0, 5.0]]);
        let weight = Tensor::from_slice(&[0.5, 2.0]);
        let expected = Tensor::from_slice2(&[[0.1, 2.8], [-0.5, 2.0]]);
        assert!(rms_norm(&input, &weight, 1e-20).allclose(&expected, 1e-14, 0.0, false));
    }

    #[test]
    fn epsilon_is_added_before_the_root_is_taken() {
        // mean(9) + 16 = 25
        let output = rms_norm(
            &Tensor::from_slice(&[3.0, -3.0]),
            &Tensor::from_slice(&[1.0, 1.0]),
            16.0,
        );
        assert!(output.allclose(&Tensor::from_slice(&[0.6, -0.6]), 1e-14, 0.0, false));
    }

    #[test]
    fn a_zero_row_stays_zero_and_the_dtype_is_kept() {
        let weight = Tensor::from_slice(&[1.5_f32, 0.5, 2.0]);
        let output = rms_norm(&weight.zeros_like(), &weight, 1e-5);
        assert_eq!(output.kind(), Kind::Float);
        assert_eq!(output, weight.zeros_like());
    }
}
// helper:end
