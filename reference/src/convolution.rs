//! Convolution of one image with one kernel.

use tch::Tensor;

use crate::types::{InvalidInput, Padding};

// helper:begin
/// What is added on each side of an axis of `size` values for a kernel side of `side`, or why it cannot be.
fn amount(padding: Padding, size: i64, side: i64) -> Result<i64, InvalidInput> {
    let refuse = |reason: String| Err(InvalidInput::new(reason));
    let amount = match padding {
        Padding::Valid => 0,
        Padding::Same if side % 2 == 0 => return refuse(format!("no centre in a kernel side of {side}")),
        Padding::Same => (side - 1) / 2,
        Padding::Full => side - 1,
        Padding::Reflect(p) if p >= size => return refuse(format!("{size} values cannot be mirrored for {p}")),
        Padding::Circular(p) if p > size => return refuse(format!("{size} values cannot be wrapped for {p}")),
        Padding::Reflect(p) | Padding::Replicate(p) | Padding::Circular(p) => p,
    };
    if size + 2 * amount < side {
        return refuse(format!("a kernel side of {side} does not fit into {size} values"));
    }
    Ok(amount)
}

/// Continues one axis by `amount` on each side.
fn continued(image: &Tensor, axis: i64, padding: Padding, amount: i64) -> Tensor {
    let size = image.size()[axis as usize];
    let last = size - 1;
    let origin = |position: i64| match padding {
        Padding::Valid | Padding::Same | Padding::Full => (0..size).contains(&position).then_some(position),
        Padding::Reflect(_) => Some(last - (last - position.abs()).abs()),
        Padding::Replicate(_) => Some(position.clamp(0, last)),
        Padding::Circular(_) => Some(position.rem_euclid(size)),
    };
    let zeros = || image.select(axis, 0).zeros_like();
    let line = |position| origin(position).map_or_else(zeros, |origin| image.select(axis, origin));
    let lines: Vec<Tensor> = (-amount..size + amount).map(line).collect();
    Tensor::stack(&lines, axis)
}
// helper:end

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
    // solution:begin continue the image, then sum its copies, each moved and weighted by a kernel entry
    let (size, sides) = (image.size2().map_err(unfit)?, kernel.size2().map_err(unfit)?);
    let amounts = (amount(padding, size.0, sides.0)?, amount(padding, size.1, sides.1)?);
    let rows = continued(image, 0, padding, amounts.0);
    let continued = continued(&rows, 1, padding, amounts.1);

    let (height, width) = (
        size.0 + 2 * amounts.0 - sides.0 + 1,
        size.1 + 2 * amounts.1 - sides.1 + 1,
    );
    let mut output = Tensor::zeros([height, width], (image.kind(), image.device()));
    for (i, j) in (0..sides.0).flat_map(|i| (0..sides.1).map(move |j| (i, j))) {
        // The further down and right a kernel entry stands, the further up and left is the value that it meets.
        let moved = continued
            .narrow(0, sides.0 - 1 - i, height)
            .narrow(1, sides.1 - 1 - j, width);
        output += moved * kernel.get(i).get(j);
    }
    Ok(output)
    // solution:end
}

// helper:begin
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err asks for")]
fn unfit(error: tch::TchError) -> InvalidInput {
    InvalidInput::new(error.to_string())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use tch::{Kind, Tensor};

    use super::convolve2d;
    use crate::types::Padding;

    fn image() -> Tensor {
        Tensor::from_slice2(&[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    }

    /// A step down and to the right: what stands above left of a place comes to it, ten times what stands below it.
    fn step() -> Tensor {
        Tensor::from_slice2(&[[0.0, 10.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    }

    fn convolved(padding: Padding) -> Tensor {
        convolve2d(&image(), &step(), padding).unwrap()
    }

    #[test]
    fn the_kernel_is_flipped_in_both_axes() {
        // The centre 5 has 1 above left and 8 below.
        assert_eq!(convolved(Padding::Valid), Tensor::from_slice2(&[[81.0]]));
    }

    #[test]
    fn zeros_stand_in_for_the_border_values_that_are_missing() {
        let expected = Tensor::from_slice2(&[[40.0, 50.0, 60.0], [70.0, 81.0, 92.0], [0.0, 4.0, 5.0]]);
        assert_eq!(convolved(Padding::Same), expected);
    }

    #[test]
    fn borders_are_mirrored_repeated_or_taken_from_the_other_side() {
        let reflected = Tensor::from_slice2(&[[45.0, 54.0, 65.0], [72.0, 81.0, 92.0], [45.0, 54.0, 65.0]]);
        assert_eq!(convolved(Padding::Reflect(1)), reflected);
        let replicated = Tensor::from_slice2(&[[41.0, 51.0, 62.0], [71.0, 81.0, 92.0], [74.0, 84.0, 95.0]]);
        assert_eq!(convolved(Padding::Replicate(1)), replicated);
        let circular = Tensor::from_slice2(&[[49.0, 57.0, 68.0], [73.0, 81.0, 92.0], [16.0, 24.0, 35.0]]);
        assert_eq!(convolved(Padding::Circular(1)), circular);
    }

    #[test]
    fn full_convolution_multiplies_polynomials() {
        // (1 + 2x)(3 + 4x + 5x^2) = 3 + 10x + 13x^2 + 10x^3
        let (one, other) = (
            Tensor::from_slice2(&[[1.0, 2.0]]),
            Tensor::from_slice2(&[[3.0, 4.0, 5.0]]),
        );
        let product = Tensor::from_slice2(&[[3.0, 10.0, 13.0, 10.0]]);
        assert_eq!(convolve2d(&one, &other, Padding::Full).unwrap(), product);
        assert_eq!(convolve2d(&other, &one, Padding::Full).unwrap(), product);
    }

    #[test]
    fn each_axis_is_padded_by_its_own_kernel_side() {
        let image = Tensor::ones([4, 6], (Kind::Float, tch::Device::Cpu));
        let kernel = Tensor::ones([3, 5], (Kind::Float, tch::Device::Cpu));
        let sizes = [Padding::Valid, Padding::Same, Padding::Full, Padding::Replicate(7)].map(|padding| {
            let output = convolve2d(&image, &kernel, padding).unwrap();
            assert_eq!(output.kind(), Kind::Float);
            output.size2().unwrap()
        });
        assert_eq!(sizes, [(2, 2), (4, 6), (6, 10), (16, 16)]);
    }

    #[test]
    fn what_cannot_be_continued_is_refused() {
        let refused = |kernel: [i64; 2], padding| {
            let kernel = Tensor::ones(kernel, (Kind::Double, tch::Device::Cpu));
            convolve2d(&image(), &kernel, padding).is_err()
        };
        assert!(!refused([3, 3], Padding::Reflect(2)) && refused([3, 3], Padding::Reflect(3)));
        assert!(!refused([3, 3], Padding::Circular(3)) && refused([3, 3], Padding::Circular(4)));
        assert!(refused([3, 2], Padding::Same) && !refused([3, 2], Padding::Full));
        assert!(refused([4, 1], Padding::Valid) && !refused([4, 1], Padding::Replicate(1)));
    }
}
// helper:end
