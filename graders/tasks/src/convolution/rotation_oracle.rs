//! Turning images in plain Rust, as the function that students are given does it.

use judge::contract::arguments::{Array, array, tensor_like};
use wire::Tensor;

/// The angles of the curve in degrees.
pub(super) const ANGLES: [f64; 13] = [
    0.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0, 210.0, 240.0, 270.0, 300.0, 330.0, 360.0,
];

/// Images `[B, C, H, W]` turned counter-clockwise about their centre, each pixel from the nearest one, zeros outside.
pub(super) fn rotated(images: &Tensor, degrees: f64) -> Tensor {
    let given = array(images);
    let (height, width) = (images.shape()[2], images.shape()[3]);
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let [middle_row, middle_column] = [height, width].map(|side| (side as f64 - 1.0) / 2.0);
    let turned = Array::from_shape_fn(images.shape(), |place| {
        let (down, right) = (place[2] as f64 - middle_row, place[3] as f64 - middle_column);
        let row = nearest(middle_row + cosine * down + sine * right, height);
        let column = nearest(middle_column - sine * down + cosine * right, width);
        let value = |(row, column)| given[[place[0], place[1], row, column]];
        row.zip(column).map_or(0.0, value)
    });
    tensor_like(images, &turned)
}

/// The pixel of an axis that is nearest to a position, where it is inside. Halves go up, also those that rounding made
/// a little smaller.
fn nearest(position: f64, side: usize) -> Option<usize> {
    let nearest = (position + 0.5 + 1e-6).floor();
    (nearest >= 0.0 && nearest < side as f64).then_some(nearest as usize)
}

#[cfg(test)]
mod tests {
    use judge::contract::random::floats;

    use super::*;

    #[test]
    fn right_angles_are_exact_and_counter_clockwise() {
        let image = floats(&[1, 1, 2, 2], vec![1.0, 2.0, 3.0, 4.0]);
        assert_eq!(rotated(&image, 90.0).to_f64(), [2.0, 4.0, 1.0, 3.0]);
        assert_eq!(rotated(&image, 180.0).to_f64(), [4.0, 3.0, 2.0, 1.0]);
        assert_eq!(rotated(&image, 360.0), image);
    }

    #[test]
    fn four_quarters_after_any_angle_are_that_angle() {
        let values = (0..144).map(|value| value as f32).collect();
        let image = floats(&[1, 1, 12, 12], values);
        for angle in ANGLES {
            let turned = rotated(&image, angle);
            assert_eq!(rotated(&rotated(&image, 90.0), angle), rotated(&turned, 90.0));
            assert_eq!(rotated(&image, angle + 90.0), rotated(&turned, 90.0));
        }
    }
}
