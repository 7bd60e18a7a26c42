//! One map: its cells with their marks, the border of a mask, the legend of its colours.

use std::fmt::Write as _;

use super::super::markup::{Attributes, Html};
use super::super::style::{self, STEPS};
use super::scale::{is_beyond, shade, step};
use super::{Subject, differs, is_worst};
use crate::model::{Number, Window};
use crate::words::picture;

/// Columns up to which cells are wide enough for numbers.
const WITH_NUMBERS: usize = 8;
/// The same for a single row.
const LONGEST_ROW: usize = 16;
/// Room for the indices at the left and above.
const MARGIN: usize = 26;
/// Height of a cell.
const HEIGHT: usize = 24;
/// A map of values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Panel<'a> {
    /// What is shown.
    pub(super) subject: Subject<'a>,
    /// What stands above it.
    pub(super) title: &'static str,
    pub(super) values: &'a [Vec<Number>],
    /// Whether cells out of tolerance are outlined.
    pub(super) marks: bool,
}

impl Panel<'_> {
    fn columns(&self) -> usize {
        self.values.first().map_or(0, Vec::len)
    }

    fn width(&self) -> usize {
        if has_numbers(self.values) { 42 } else { HEIGHT }
    }
}

/// Whether cells carry their numbers.
pub(super) fn has_numbers(values: &[Vec<Number>]) -> bool {
    let most = if values.len() == 1 { LONGEST_ROW } else { WITH_NUMBERS };
    values.first().is_some_and(|row| row.len() <= most)
}

/// Draws it.
pub(super) fn map(html: &mut Html, panel: Panel<'_>, scale: Option<f64>) {
    let (rows, columns) = (panel.values.len(), panel.columns());
    let width = (MARGIN + columns * panel.width() + 2).max(150);
    let height = 2 * MARGIN + rows * HEIGHT + 34;
    let view = format!("0 0 {width} {height}");
    let label = picture::described(panel.title, rows, columns, scale);
    let attributes: Attributes<'_> = &[
        ("class", &"panel"),
        ("role", &"img"),
        ("aria-label", &label),
        ("width", &width),
        ("height", &height),
        ("viewBox", &view),
    ];
    html.element("svg", attributes, |html| {
        html.leaf("text", &[("class", &"head"), ("x", &0), ("y", &14)], panel.title);
        indices(html, panel);
        for row in 0..rows {
            for column in 0..columns {
                cell(html, panel, (row, column), scale);
            }
        }
        if panel.subject.masked {
            border(html, panel);
        }
        let capped = panel.values.iter().flatten().any(|value| is_beyond(value.0, scale));
        legend(html, 2 * MARGIN + rows * HEIGHT + 8, scale, capped);
    });
}

/// Corner of a cell.
fn corner(panel: Panel<'_>, (row, column): (usize, usize)) -> (usize, usize) {
    (MARGIN + column * panel.width(), 2 * MARGIN + row * HEIGHT)
}

fn indices(html: &mut Html, panel: Panel<'_>) {
    let Window {
        first_row,
        first_column,
        ..
    } = panel.subject.window;
    for column in 0..panel.columns() {
        let x = corner(panel, (0, column)).0 + panel.width() / 2;
        let attributes: Attributes<'_> = &[("class", &"axis"), ("x", &x), ("y", &(2 * MARGIN - 6))];
        html.leaf("text", attributes, &(first_column + column).to_string());
    }
    for row in 0..panel.values.len() {
        let y = corner(panel, (row, 0)).1 + HEIGHT / 2 + 4;
        let attributes: Attributes<'_> = &[("class", &"axis row"), ("x", &(MARGIN - 5)), ("y", &y)];
        html.leaf("text", attributes, &(first_row + row).to_string());
    }
}

fn cell(html: &mut Html, panel: Panel<'_>, at: (usize, usize), scale: Option<f64>) {
    let value = panel.values[at.0][at.1].0;
    let (x, y) = corner(panel, at);
    html.element("g", &[], |html| {
        if panel.subject.spoken {
            html.leaf("title", &[], &said(panel.subject, at));
        }
        let class = format!("cell {}", shade(value, scale));
        let width = panel.width();
        let place: Attributes<'_> = &[
            ("class", &class),
            ("x", &x),
            ("y", &y),
            ("width", &width),
            ("height", &HEIGHT),
            ("fill", &"url(#hatch)"),
        ];
        // A colour is in the style sheet; only what has none is filled here.
        let named = if step(value, scale).is_some() {
            place.len() - 1
        } else {
            place.len()
        };
        html.shape("rect", &place[..named]);
        let text = if has_numbers(panel.values) {
            picture::short(value)
        } else {
            picture::sign(value).to_owned()
        };
        let (x, y) = (x + width / 2, y + HEIGHT / 2 + 4);
        html.leaf("text", &[("x", &x), ("y", &y)], &text);
    });
    if is_beyond(value, scale) {
        cap(html, panel, at, scale);
    }
    if panel.marks && differs(panel.subject.window, at.0, at.1) {
        outline(html, panel, at, scale);
    }
}

/// A mark in the corner of a cell whose value lies beyond the colours.
fn cap(html: &mut Html, panel: Panel<'_>, at: (usize, usize), scale: Option<f64>) {
    let (x, y) = corner(panel, at);
    let class = format!("cap {}", shade(panel.values[at.0][at.1].0, scale));
    html.shape(
        "path",
        &[("class", &class), ("d", &format!("M{} {y}h-7l7 7z", x + panel.width()))],
    );
}

/// It has the ink of its cell, so that it stands out on every colour.
fn outline(html: &mut Html, panel: Panel<'_>, at: (usize, usize), scale: Option<f64>) {
    let kind = if is_worst(panel.subject, at) { "worst" } else { "off" };
    let class = format!("{kind} {}", shade(panel.values[at.0][at.1].0, scale));
    let (x, y) = corner(panel, at);
    let (x, y, width, height) = (x + 2, y + 2, panel.width() - 4, HEIGHT - 4);
    html.shape(
        "rect",
        &[
            ("class", &class),
            ("x", &x),
            ("y", &y),
            ("width", &width),
            ("height", &height),
        ],
    );
}

/// The line between what may be attended to and what a mask hides: around the exact zeros of the expected weights.
fn border(html: &mut Html, panel: Panel<'_>) {
    let expected = &panel.subject.window.expected;
    let hidden = |row: usize, column: usize| expected[row][column].0 == 0.0;
    let (rows, columns) = (panel.values.len(), panel.columns());
    let mut path = String::new();
    for row in 0..rows {
        for column in 0..columns {
            let (x, y) = corner(panel, (row, column));
            if column + 1 < columns && hidden(row, column) != hidden(row, column + 1) {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{} {y}v{HEIGHT}", x + panel.width());
            }
            if row + 1 < rows && hidden(row, column) != hidden(row + 1, column) {
                let _ = write!(path, "M{x} {}h{}", y + HEIGHT, panel.width());
            }
        }
    }
    if !path.is_empty() {
        // A line of the page's colour below it: it stands out between any two colours.
        html.shape("path", &[("class", &"border below"), ("d", &path)]);
        html.shape("path", &[("class", &"border"), ("d", &path)]);
    }
}

/// A strip of all colours with the values at its ends.
fn legend(html: &mut Html, y: usize, scale: Option<f64>, capped: bool) {
    let Some(scale) = scale else {
        return;
    };
    let width = 7;
    for step in -STEPS..=STEPS {
        let x = (step + STEPS) * width;
        let class = style::class(step);
        html.shape(
            "rect",
            &[
                ("class", &class),
                ("x", &x),
                ("y", &y),
                ("width", &width),
                ("height", &8),
            ],
        );
    }
    let right = (2 * STEPS + 1) * width;
    for (x, anchor, value) in [(0, "start", -scale), (right / 2, "middle", 0.0), (right, "end", scale)] {
        let class = format!("axis {anchor}");
        let attributes: Attributes<'_> = &[("class", &class), ("x", &x), ("y", &(y + 19))];
        let end = if capped && value != 0.0 { picture::BEYOND } else { "" };
        html.leaf("text", attributes, &format!("{end}{}", picture::short(value)));
    }
}

/// A cell in words.
fn said(subject: Subject<'_>, (row, column): (usize, usize)) -> String {
    let Window {
        first_row,
        first_column,
        expected,
        actual,
        ..
    } = subject.window;
    let one_row = subject.shape.len() < 2;
    let place = (!one_row).then_some(first_row + row);
    picture::cell(
        place,
        first_column + column,
        (expected[row][column].0, actual[row][column].0),
        subject.labels,
    )
}
