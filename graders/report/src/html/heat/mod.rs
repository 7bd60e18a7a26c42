//! Heat maps: what was expected, what came, and the difference, cell by cell.
//!
//! A cell's colour is its value against the largest one of both tensors. Where yours is far beyond the expected ones, it is
//! the largest expected one, and cells beyond have a cap. Small maps carry their numbers, large ones the signs; every cell
//! says its numbers when pointed at, and the table below the maps has them for those who do not point.

mod panel;
mod scale;
mod slices;
mod table;

use self::panel::{Panel, has_numbers, map};
use self::scale::{Scales, difference, differences};
use super::markup::Html;
use crate::model::{Window, Worst};
use crate::words::picture::{self, Labels};

/// What a picture shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    /// The values; those of other slices, where there are any, can be chosen.
    pub(super) window: &'a Window,
    /// The shape of the whole tensors.
    pub(super) shape: &'a [usize],
    /// The value that is furthest out.
    pub(super) worst: &'a Worst,
    /// What the two tensors are.
    pub(super) labels: Labels,
    /// Whether each cell says its numbers when pointed at.
    pub(super) spoken: bool,
    /// Whether exact zeros of the expected tensor are what a mask hides.
    pub(super) masked: bool,
}

/// Three maps with their legends and the table of their values; where the tensors have several slices, those of each that
/// is there, one at a time. `name` is the finding's, by which one choice of slices is told from another.
pub(super) fn figure(html: &mut Html, subject: Subject<'_>, name: &str) {
    if subject.window.differing.is_empty() {
        one(html, subject, Scales::of(&[subject.window]), "heat");
    } else {
        slices::choice(html, subject, name);
    }
}

/// The maps of one slice.
fn one(html: &mut Html, subject: Subject<'_>, scales: Scales, class: &str) {
    let differences = differences(subject.window);
    html.element("figure", &[("class", &class)], |html| {
        html.element("div", &[("class", &"panels")], |html| {
            let Labels { first, second, .. } = subject.labels;
            let panel = |title, values, marks| Panel {
                subject,
                title,
                values,
                marks,
            };
            map(html, panel(first, &subject.window.expected, false), scales.values);
            map(html, panel(second, &subject.window.actual, true), scales.values);
            map(html, panel(picture::DIFFERENCE, &differences, true), scales.differences);
        });
        caption(html, subject);
        table::table(html, subject);
    });
}

/// Whether a cell is out of tolerance.
fn differs(window: &Window, row: usize, column: usize) -> bool {
    let (expected, actual) = (window.expected[row][column].0, window.actual[row][column].0);
    let difference = difference(expected, actual);
    difference.is_nan() || difference.abs() > window.allowed
}

/// Whether this is the value that is furthest out.
fn is_worst(subject: Subject<'_>, (row, column): (usize, usize)) -> bool {
    let Window {
        at,
        first_row,
        first_column,
        ..
    } = subject.window;
    let row = (subject.shape.len() > 1).then_some(first_row + row);
    let index = at.iter().copied().chain(row).chain([first_column + column]);
    subject.worst.index.iter().copied().eq(index)
}

fn caption(html: &mut Html, subject: Subject<'_>) {
    let Window { at, expected, .. } = subject.window;
    let columns = expected.first().map_or(0, Vec::len);
    let shown = (expected.len(), columns);
    html.element("figcaption", &[], |html| {
        html.text(&picture::caption(subject.shape, at, shown, has_numbers(expected)));
        if subject.masked {
            html.text(picture::MASK_BORDER);
        }
    });
}

#[cfg(test)]
mod tests;
