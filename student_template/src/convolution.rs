//! Convolution of one image with one kernel.

use tch::Tensor;

use crate::types::{InvalidInput, Padding};

/// The convolution of an image with a kernel.
///
/// A true convolution, the kernel flipped in **both** axes: `g(x, y)` is the sum over i and j of `k(i, j) f(x - i, y - j)`,
/// for every place where the flipped kernel lies within the image as `padding` has continued it. Moving the only 1 of a
/// kernel one row down moves the output one row down.
///
/// - `image`: `[H, W]`, f64 or f32. `kernel`: `[h, w]`, same dtype.
/// - `padding`: see `Padding`; on both axes, for `Same` and `Full` each by its own kernel side.
/// - Returns `[H + 2 p - h + 1, W + 2 q - w + 1]` with p and q added on each side of the axes, in the dtype and on the
///   device of the image; an error where an amount p is too large for an axis (`Reflect`: p >= size, `Circular`: p >
///   size), where a kernel side is even in `Same`, and where the kernel does not fit into the continued image.
///
/// Gradients reach image and kernel. `conv2d` of libtorch does not flip.
///
/// Source: Deep Learning 1, Assignment 2, part 1, exercise 1; its f(1,1) is the first value in the first row of `Same`, the
/// border values that are missing taken as zeros.
pub fn convolve2d(image: &Tensor, kernel: &Tensor, padding: Padding) -> Result<Tensor, InvalidInput> {
    todo!("continue the image, then sum its copies, each moved and weighted by a kernel entry")
}
