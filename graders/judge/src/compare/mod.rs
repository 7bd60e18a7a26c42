//! Comparing an output with what it should be.
//!
//! The error of a float output is the largest absolute difference divided by the largest absolute expected value: an
//! absolute tolerance would accept zeros where the expected values are small, and a relative one per element would
//! reject correct code near zero. Everything else (dtype, shape, integers, booleans, positions of NaN and infinity) is
//! exact.

mod pair;
pub mod pattern;
pub mod statistics;
pub mod window;

use serde::{Deserialize, Serialize};
use wire::{DType, Tensor};

use self::pair::{distance, same_kind, severity, within};
use crate::compare::window::Window;

/// How an output differs from what was expected.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Mismatch {
    /// Another dtype.
    DType {
        /// The dtype that was asked for.
        expected: String,
        /// The dtype that came.
        actual: String,
    },
    /// Another shape.
    Shape {
        /// The shape that was asked for.
        expected: Vec<usize>,
        /// The shape that came.
        actual: Vec<usize>,
    },
    /// NaN where a number (or the other way round), or an infinity too many, too few or of the wrong sign.
    NotFinite(Difference),
    /// Values out of tolerance.
    Values(Difference),
}

/// Where and by how much values differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Shape of both tensors.
    pub shape: Vec<usize>,
    /// How many values are out of tolerance.
    pub differing: usize,
    /// The value that is furthest out.
    pub worst: Worst,
    /// Largest absolute difference over largest absolute expected value.
    pub error: f64,
    /// The error that is allowed.
    pub tolerance: f64,
    /// Both tensors around the worst value; none where they are single values.
    pub window: Option<Box<Window>>,
}

/// One value of a difference.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worst {
    /// Its index, one number per axis.
    pub index: Vec<usize>,
    /// What was expected, as text so that NaN and infinities survive every format.
    pub expected: String,
    /// What came.
    pub actual: String,
}

/// Compares `actual` with `expected`; `None` where it holds.
///
/// `expected` may be f64 where `dtype`, the dtype that the output must have, is f32.
pub fn compare(expected: &Tensor, actual: &Tensor, dtype: DType, tolerance: f64) -> Option<Mismatch> {
    compare_scaled(expected, actual, dtype, tolerance, 0.0)
}

/// Like `compare`, but where all expected values are smaller than `floor`, the tolerance is measured against that.
///
/// Properties use it: they speak of quantities that may be exactly zero, over inputs of order one.
pub fn compare_scaled(
    expected: &Tensor,
    actual: &Tensor,
    dtype: DType,
    tolerance: f64,
    floor: f64,
) -> Option<Mismatch> {
    if actual.dtype() != dtype {
        return Some(Mismatch::DType {
            expected: dtype.to_string(),
            actual: actual.dtype().to_string(),
        });
    }
    if actual.shape() != expected.shape() {
        return Some(Mismatch::Shape {
            expected: expected.shape().to_vec(),
            actual: actual.shape().to_vec(),
        });
    }
    let tolerance = if dtype.is_float() { tolerance } else { 0.0 };
    compare_values(expected, actual, tolerance, floor)
}

/// The same values without axes of size 1 in front, where there are more axes than this; `None` where nothing can go.
pub fn without_leading_axes(tensor: &Tensor, axes: usize) -> Option<Tensor> {
    let (extra, rest) = tensor
        .shape()
        .split_at_checked(tensor.shape().len().checked_sub(axes)?)?;
    let is_bare = !extra.is_empty() && extra.iter().all(|&size| size == 1);
    is_bare.then(|| Tensor::new(rest.to_vec(), tensor.data().clone()))?
}

/// The error of `actual` against `expected` of the same shape: infinite where NaN or infinities do not match.
pub fn error(expected: &Tensor, actual: &Tensor) -> f64 {
    let scale = largest(&expected.to_f64());
    error_on_scale(expected, actual, scale)
}

fn error_on_scale(expected: &Tensor, actual: &Tensor, scale: f64) -> f64 {
    let (expected, actual) = (expected.to_f64(), actual.to_f64());
    if expected
        .iter()
        .zip(&actual)
        .any(|(&expected, &actual)| !same_kind(expected, actual))
    {
        return f64::INFINITY;
    }
    let distance = expected
        .iter()
        .zip(&actual)
        .map(|(&expected, &actual)| distance(expected, actual))
        .fold(0.0, f64::max);
    if distance == 0.0 { 0.0 } else { distance / scale }
}

fn compare_values(expected: &Tensor, actual: &Tensor, tolerance: f64, floor: f64) -> Option<Mismatch> {
    let (wanted, given) = (expected.to_f64(), actual.to_f64());
    let scale = largest(&wanted).max(floor);
    let allowed = tolerance * scale;
    let pairs = || wanted.iter().copied().zip(given.iter().copied());
    let foreign = pairs().filter(|&(wanted, given)| !same_kind(wanted, given)).count();
    let differing = pairs()
        .filter(|&(wanted, given)| !within(wanted, given, allowed))
        .count();
    if differing == 0 {
        return None;
    }
    let position = pairs()
        .enumerate()
        .map(|(position, (wanted, given))| (position, severity(wanted, given)))
        .fold(
            (0, f64::NEG_INFINITY),
            |worst, next| if next.1 > worst.1 { next } else { worst },
        )
        .0;
    let index = expected.index_of(position);
    let difference = Difference {
        shape: expected.shape().to_vec(),
        differing,
        window: Window::around(&index, expected.shape(), &wanted, &given, allowed).map(Box::new),
        worst: Worst {
            index,
            expected: number(wanted[position]),
            actual: number(given[position]),
        },
        error: error_on_scale(expected, actual, scale),
        tolerance,
    };
    Some(if foreign > 0 {
        Mismatch::NotFinite(difference)
    } else {
        Mismatch::Values(difference)
    })
}

/// The largest absolute finite value.
pub fn largest(values: &[f64]) -> f64 {
    values
        .iter()
        .filter(|value| value.is_finite())
        .fold(0.0, |largest, value| value.abs().max(largest))
}

/// A number for people: about six significant digits, plain where that is short.
pub fn number(value: f64) -> String {
    let magnitude = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if !value.is_finite() {
        format!("{value}")
    } else if (1e-4..1e6).contains(&magnitude) {
        let digits = (5 - magnitude.log10().floor() as i32).clamp(0, 9) as usize;
        let text = format!("{value:.digits$}");
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text
        }
    } else {
        format!("{value:.5e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::random::{floats, integers};

    fn values(values: &[f32]) -> Tensor {
        floats(&[values.len()], values.to_vec())
    }

    fn holds(expected: &[f32], actual: &[f32], tolerance: f64) -> bool {
        compare(&values(expected), &values(actual), DType::F32, tolerance).is_none()
    }

    #[test]
    fn the_error_is_measured_against_the_largest_expected_value() {
        assert!(holds(&[100.0, 0.001], &[100.0, 0.0015], 1e-5));
        assert!(!holds(&[100.0, 0.001], &[100.0, 0.0025], 1e-5));
    }

    #[test]
    fn zeros_are_wrong_however_small_the_expected_values_are() {
        assert!(!holds(&[1e-20, -2e-20], &[0.0, 0.0], 1e-6));
    }

    #[test]
    fn nan_and_infinities_match_only_themselves() {
        let (nan, infinity) = (f32::NAN, f32::INFINITY);
        assert!(holds(&[nan, 1.0], &[nan, 1.0], 1e-6));
        assert!(!holds(&[nan, 1.0], &[0.0, 1.0], 1e-6));
        assert!(!holds(&[0.0, 1.0], &[nan, 1.0], 1e-6));
        assert!(holds(&[infinity, 1.0], &[infinity, 1.0], 1e-6));
        assert!(!holds(&[infinity, 1.0], &[-infinity, 1.0], 1e-6));
        assert!(!holds(&[1.0, 1.0], &[infinity, 1.0], 1e-6));
    }

    #[test]
    fn the_worst_value_and_the_number_of_differing_ones_are_given() {
        let expected = floats(&[2, 2], vec![1.0, 2.0, 3.0, 4.0]);
        let actual = floats(&[2, 2], vec![1.0, 2.5, 3.0, 5.0]);
        let Some(Mismatch::Values(difference)) = compare(&expected, &actual, DType::F32, 1e-6) else {
            panic!("values differ");
        };
        assert_eq!(difference.differing, 2);
        assert_eq!(difference.worst.index, vec![1, 1]);
        assert_eq!(difference.worst.actual, "5");
        approx::assert_relative_eq!(difference.error, 0.25);
        let window = difference.window.expect("a matrix can be drawn");
        assert_eq!((window.columns, window.actual.clone()), (2, vec![1.0, 2.5, 3.0, 5.0]));
        approx::assert_relative_eq!(window.allowed, 4e-6);
    }

    #[test]
    fn dtype_is_compared_before_shape_and_shape_before_values() {
        let expected = values(&[1.0]);
        assert!(matches!(
            compare(&expected, &integers(&[2], vec![1, 2]), DType::F32, 1.0),
            Some(Mismatch::DType { .. })
        ));
        assert!(matches!(
            compare(&expected, &values(&[1.0, 2.0]), DType::F32, 1.0),
            Some(Mismatch::Shape { .. })
        ));
    }

    #[test]
    fn axes_of_size_one_in_front_can_be_taken_away_and_no_others() {
        let table = |shape: &[usize]| floats(shape, vec![1.0, 2.0]);
        let bare = without_leading_axes(&table(&[1, 1, 1, 2]), 2);
        assert_eq!(bare, Some(table(&[1, 2])));
        for (shape, axes) in [(&[1, 2][..], 2), (&[2, 1][..], 1), (&[1, 2][..], 3), (&[2][..], 1)] {
            assert_eq!(without_leading_axes(&table(shape), axes), None, "{shape:?}");
        }
    }

    #[test]
    fn integers_are_exact_whatever_the_tolerance() {
        let expected = integers(&[1], vec![1000]);
        assert!(compare(&expected, &integers(&[1], vec![1001]), DType::I64, 0.5).is_some());
        assert!(compare(&expected, &expected, DType::I64, 0.0).is_none());
    }

    #[test]
    fn numbers_are_short() {
        let texts: Vec<String> = [0.0, 0.418_345_6, -12.0, 1e-7, 123_456.7, 2.5e9, f64::NAN]
            .map(number)
            .to_vec();
        assert_eq!(
            texts,
            ["0", "0.418346", "-12", "1.00000e-7", "123457", "2.50000e9", "NaN"]
        );
    }
}
