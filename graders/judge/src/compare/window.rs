//! A bounded piece of two tensors that differ, around the value that is furthest out: what a report draws.
//!
//! The piece has two axes, the tensor's last two; the axes before them stand still at the worst value. What stands at other
//! indices along those, such as another head, is another slice: how many values differ in each is told, and a few are there.

use serde::{Deserialize, Serialize};

use super::pair::within;

/// Rows and columns of a window at most.
pub const SIDE: usize = 16;

/// Slices of which is told how much differs; where there are more, nothing is.
pub const SLICES: usize = 64;
/// Slices beside the worst one that are there.
const BESIDE: usize = 7;
/// Values of all of them together.
const VALUES_BESIDE: usize = 256;

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
    /// How many values differ in each slice, in row-major order; empty where there is only one, or too many.
    #[serde(default)]
    pub differing: Vec<usize>,
    /// The same piece of other slices, wrong ones before right ones where there is no room for all, in row-major order.
    #[serde(default)]
    pub others: Vec<Slice>,
}

/// The same piece of another slice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// Its index along the axes that stand still.
    pub at: Vec<usize>,
    /// What was expected, row by row.
    pub expected: Vec<f64>,
    /// What came, row by row.
    pub actual: Vec<f64>,
}

impl Window {
    /// The piece of two tensors of one shape around the value at `worst`; a single value needs no picture.
    pub fn around(worst: &[usize], shape: &[usize], expected: &[f64], actual: &[f64], allowed: f64) -> Option<Self> {
        let (at, row, column) = split(worst, 0)?;
        let (_, rows, columns) = split(shape, 1)?;
        let (first_row, height) = span(row, rows);
        let (first_column, width) = span(column, columns);
        let piece = |values: &[f64], slice: usize| -> Vec<f64> {
            let start = slice * rows * columns + first_row * columns + first_column;
            let row = |row: usize| values.iter().skip(start + row * columns).take(width);
            (0..height).flat_map(row).copied().collect()
        };
        let shown = offset(at, shape);
        let differing = differing(&shape[..at.len()], rows * columns, expected, actual, allowed);
        let other = |slice: usize| Slice {
            at: index_of(slice, &shape[..at.len()]),
            expected: piece(expected, slice),
            actual: piece(actual, slice),
        };
        Some(Self {
            at: at.to_vec(),
            first_row,
            first_column,
            columns: width,
            expected: piece(expected, shown),
            actual: piece(actual, shown),
            allowed,
            others: beside(&differing, shown, width * height)
                .into_iter()
                .map(other)
                .collect(),
            differing,
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

/// How many values differ in each slice, where there are several and not too many.
fn differing(before: &[usize], size: usize, expected: &[f64], actual: &[f64], allowed: f64) -> Vec<usize> {
    let slices: usize = before.iter().product();
    if !(2..=SLICES).contains(&slices) {
        return Vec::new();
    }
    let of_slice = |(expected, actual): (&[f64], &[f64])| {
        let pairs = expected.iter().zip(actual);
        pairs
            .filter(|&(&expected, &actual)| !within(expected, actual, allowed))
            .count()
    };
    expected
        .chunks(size.max(1))
        .zip(actual.chunks(size.max(1)))
        .map(of_slice)
        .collect()
}

/// The slices beside the one that is shown for which there is room, each of so many values.
fn beside(differing: &[usize], shown: usize, values: usize) -> Vec<usize> {
    let room = BESIDE.min(VALUES_BESIDE / values.max(1));
    let others = || (0..differing.len()).filter(|&slice| slice != shown);
    let wrong = others().filter(|&slice| differing[slice] > 0);
    let right = others().filter(|&slice| differing[slice] == 0);
    let mut kept: Vec<usize> = wrong.chain(right).take(room).collect();
    kept.sort_unstable();
    kept
}

/// The index of a slice along the axes before it.
fn index_of(mut slice: usize, before: &[usize]) -> Vec<usize> {
    let mut index = vec![0; before.len()];
    for (place, &size) in index.iter_mut().zip(before).rev() {
        *place = slice % size.max(1);
        slice /= size.max(1);
    }
    index
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

    #[test]
    fn other_slices_are_there_as_far_as_there_is_room_and_wrong_ones_first() {
        let expected = vec![1.0; 12 * 64];
        let mut actual = expected.clone();
        for wrong in [2, 5, 11] {
            actual[wrong * 64 + 7] = 9.0;
        }
        let window = Window::around(&[0, 2, 0, 7], &[3, 4, 8, 8], &expected, &actual, 0.5).unwrap();
        assert_eq!(window.differing, [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1]);
        let at: Vec<Vec<usize>> = window.others.iter().map(|other| other.at.clone()).collect();
        assert_eq!(at, [[0, 0], [0, 1], [1, 1], [2, 3]]);
        assert_eq!(window.others[2].actual[7], 9.0);
        assert_eq!(window.others[2].expected, [1.0; 64]);
    }

    #[test]
    fn one_slice_has_none_beside_it_and_of_very_many_nothing_is_told() {
        assert!(around(&[0, 0, 1], &[1, 2, 2]).unwrap().differing.is_empty());
        let many = around(&[64, 0, 1], &[65, 2, 2]).unwrap();
        assert!(many.differing.is_empty() && many.others.is_empty());
    }
}
