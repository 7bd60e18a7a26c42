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
    todo!("find the largest absolute value among the eigenvalues")
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
    todo!("apply the transposed weights as often as there are steps")
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
    todo!("compare the spectral radius with 1")
}
