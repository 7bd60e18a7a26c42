//! Why recurrent networks forget or explode: powers of the weight matrix, and its spectral radius.
//!
//! The linear recurrence is `h_t = W^T h_{t-1}`, with W `[d, d]` and h `[d]`.

use tch::Tensor;

use crate::sequence_types::LongRun;

/// The spectral radius: the largest absolute value among the eigenvalues, complex ones included.
///
/// - `weights`: `[d, d]`, f64 or f32, d at least 1; any square matrix, symmetric or not.
/// - Returns a number that is not negative. An eigenvalue `a + bi` counts with `sqrt(a^2 + b^2)`.
///
/// Source: Problem Set 3, question 5.
pub fn spectral_radius(weights: &Tensor) -> f64 {
    // solution:begin find the largest absolute value among the eigenvalues
    weights.linalg_eigvals().abs().max().double_value(&[])
    // solution:end
}

/// The hidden state after `steps` steps of `h_t = W^T h_{t-1}`.
///
/// - `weights`: W, `[d, d]`, f64 or f32; `initial`: `h_0`, `[d]`, of the same dtype; `steps`: 0 or more.
/// - Returns `h_steps`, `[d]`, in the dtype and on the device of `initial`: `(W^T)^steps h_0`, and `h_0` itself after
///   0 steps. Note the transpose.
///
/// Gradients reach W and `h_0`.
///
/// Source: Problem Set 3, question 5.
pub fn hidden_state(weights: &Tensor, initial: &Tensor, steps: i64) -> Tensor {
    // solution:begin apply the transposed weights as often as there are steps
    let transposed = weights.transpose(0, 1);
    (0..steps).fold(initial.shallow_clone(), |state, _| transposed.matmul(&state))
    // solution:end
}

/// What becomes of the hidden state in the long run, by the spectral radius of W alone.
///
/// - `weights`: `[d, d]`, f64 or f32.
/// - Returns `Vanishes` where the radius is below 1, `Explodes` where it is above, and `Stays` where it is 1 within
///   1e-4. (With a radius of 1, the states of a matrix that cannot be diagonalised still grow, slowly; such matrices are
///   not asked for.)
///
/// Source: Problem Set 3, question 5.
pub fn long_run(weights: &Tensor) -> LongRun {
    // solution:begin compare the spectral radius with 1
    match spectral_radius(weights) {
        radius if (radius - 1.0).abs() <= 1e-4 => LongRun::Stays,
        radius if radius < 1.0 => LongRun::Vanishes,
        _ => LongRun::Explodes,
    }
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::Tensor;

    use super::{hidden_state, long_run, spectral_radius};
    use crate::sequence_types::LongRun;

    /// A quarter turn, scaled: its eigenvalues are `scale * i` and `-scale * i`.
    fn quarter_turn(scale: f64) -> Tensor {
        Tensor::from_slice2(&[[0.0, -scale], [scale, 0.0]])
    }

    /// Cannot be diagonalised; its norm is far above its radius of 0.5.
    fn shear() -> Tensor {
        Tensor::from_slice2(&[[0.5, 10.0], [0.0, 0.5]])
    }

    #[test]
    fn complex_eigenvalues_count_and_norms_do_not() {
        assert!((spectral_radius(&quarter_turn(2.0)) - 2.0).abs() < 1e-12);
        assert!((spectral_radius(&shear()) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_step_multiplies_by_the_transpose() {
        let initial = Tensor::from_slice(&[1.0, 0.0]);
        let after = |steps| Vec::<f64>::try_from(hidden_state(&shear(), &initial, steps)).ok();
        assert_eq!(after(0), Some(vec![1.0, 0.0]));
        assert_eq!(after(1), Some(vec![0.5, 10.0]));
        assert_eq!(after(2), Some(vec![0.25, 10.0]));
    }

    #[test]
    fn the_radius_decides_about_the_long_run() {
        let runs = [shear(), quarter_turn(1.0), quarter_turn(1.01)].map(|weights| long_run(&weights));
        assert_eq!(runs, [LongRun::Vanishes, LongRun::Stays, LongRun::Explodes]);
    }
}
// helper:end
