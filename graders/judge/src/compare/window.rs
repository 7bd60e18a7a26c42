//! A bounded piece of two tensors that differ, around the value that is furthest out: what a report draws.
//!
//! The piece has two axes, the tensor's last two; the axes before them stand still at the worst value.

use serde::{Deserialize, Serialize};

/// Rows and columns of a window at most.
pub const SIDE: usize = 16;

/// A piece of what was expected, and the same piece of what came.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Window {
    /// The index along the axes that stand still: all but the last two.
    pub at: Vec<usize>,
    /// The first row of the piece: an index along the last axis but one, 0 where there is one axis only.
    pub first_row: usize,
    /// The first column of the piece.
    pub first_column: usize,
    /// Columns of the piece.
    pub columns: usize,
    /// What was expected, row by row.
    pub expected: Vec<f64>,
    /// What came, row by row.
    pub actual: Vec<f64>,
    /// The absolute difference that is allowed.
    pub allowed: f64,
}

impl Window {
    /// The piece of two tensors of one shape around the value at `worst`; a single value needs no picture.
    pub fn around(worst: &[usize], shape: &[usize], expected: &[f64], actual: &[f64], allowed: f64) -> Option<Self> {
        let (at, row, column) = split(worst, 0)?;
        let (_, rows, columns) = split(shape, 1)?;
        let (first_row, height) = span(row, rows);
        let (first_column, width) = span(column, columns);
        let start = offset(at, shape) * rows * columns + first_row * columns + first_column;
        let piece = |values: &[f64]| -> Vec<f64> {
            let row = |row: usize| values.iter().skip(start + row * columns).take(width);
            (0..height).flat_map(row).copied().collect()
        };
        Some(Self {
            at: at.to_vec(),
            first_row,
            first_column,
            columns: width,
            expected: piece(expected),
            actual: piece(actual),
            allowed,
        })
    }
}

/// An index or a shape as what stands before the last two axes, its row, and its column; `row` where there is one axis.
fn split(index: &[usize], row: usize) -> Option<(&[usize], usize, usize)> {
    match index {
        [] => None,
        [column] => Some((&[], row, *column)),
        [before @ .., row, column] => Some((before, *row, *column)),
    }
}

/// Start and length of at most `SIDE` of `size` places, with `place` near the middle.
fn span(place: usize, size: usize) -> (usize, usize) {
    let length = size.min(SIDE);
    let start = place.saturating_sub(length / 2).min(size - length);
    (start, length)
}

/// Which of the blocks of rows and columns stands at this index, in row-major order.
fn offset(at: &[usize], shape: &[usize]) -> usize {
    at.iter().zip(shape).fold(0, |offset, (&at, &size)| offset * size + at)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn around(worst: &[usize], shape: &[usize]) -> Option<Window> {
        let expected: Vec<f64> = (0..shape.iter().product()).map(|value: usize| value as f64).collect();
        let actual: Vec<f64> = expected.iter().map(|value| -value).collect();
        Window::around(worst, shape, &expected, &actual, 0.5)
    }

    #[test]
    fn a_small_matrix_is_shown_whole_and_the_axes_before_it_stand_still() {
        let window = around(&[1, 0, 2], &[2, 2, 3]).unwrap();
        assert_eq!((window.at, window.first_row, window.first_column), (vec![1], 0, 0));
        assert_eq!(window.columns, 3);
        assert_eq!(window.expected, [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]);
        assert_eq!(window.actual[5], -11.0);
    }

    #[test]
    fn a_large_matrix_is_cut_around_the_worst_value() {
        let window = around(&[50, 99], &[60, 100]).unwrap();
        assert_eq!((window.first_row, window.first_column), (42, 84));
        assert_eq!((window.columns, window.expected.len()), (SIDE, SIDE * SIDE));
        assert!(window.expected.contains(&5099.0));
        assert_eq!(window.expected[0], 4284.0);
    }

    #[test]
    fn one_axis_is_a_single_row_and_a_single_value_no_picture() {
        let window = around(&[20], &[30]).unwrap();
        assert_eq!((window.first_row, window.first_column, window.columns), (0, 12, SIDE));
        assert_eq!(window.expected[0], 12.0);
        assert_eq!(around(&[], &[]), None);
    }

    #[test]
    fn the_block_of_several_leading_axes_is_found() {
        let window = around(&[1, 2, 0, 1], &[2, 3, 1, 2]).unwrap();
        assert_eq!(window.at, [1, 2]);
        assert_eq!(window.expected, [10.0, 11.0]);
    }
}
