//! Heat maps: what was expected, what came, and the difference, cell by cell.
//!
//! A cell's colour is its value against the largest one of both tensors. Where yours is far beyond the expected ones, it is
//! the largest expected one, and cells beyond have a cap. Small maps carry their numbers, large ones the signs; every cell
//! says its numbers when pointed at, and the table below the maps has them for those who do not point.

use std::fmt::Write as _;

use super::markup::Html;
use super::style::{self, STEPS};
use crate::model::{Number, Window, Worst};
use crate::words::picture::{self, Labels};

/// Columns up to which cells are wide enough for numbers.
const WITH_NUMBERS: usize = 8;
/// The same for a single row.
const LONGEST_ROW: usize = 16;
/// Room for the indices at the left and above.
const MARGIN: usize = 26;
/// Height of a cell.
const HEIGHT: usize = 24;
/// How many times the largest expected value the largest of yours may be, so that both have one range of colours.
const TOGETHER: f64 = 4.0;

/// What a picture shows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    /// The values.
    pub(super) window: &'a Window,
    /// The shape of the whole tensors.
    pub(super) shape: &'a [usize],
    /// The value that is furthest out.
    pub(super) worst: &'a Worst,
    /// What the two tensors are.
    pub(super) labels: Labels,
    /// Whether exact zeros of the expected tensor are what a mask hides.
    pub(super) masked: bool,
}

/// Three maps with their legends and the table of their values.
pub(super) fn figure(html: &mut Html, subject: Subject<'_>) {
    let scale = common(&subject.window.expected, &subject.window.actual);
    let differences = differences(subject.window);
    html.element("figure", &[("class", &"heat")], |html| {
        html.element("div", &[("class", &"panels")], |html| {
            let Labels { first, second, .. } = subject.labels;
            let panel = |title, values, marks| Panel {
                subject,
                title,
                values,
                marks,
            };
            map(html, panel(first, &subject.window.expected, false), scale);
            map(html, panel(second, &subject.window.actual, true), scale);
            map(
                html,
                panel(picture::DIFFERENCE, &differences, true),
                reach(&differences),
            );
        });
        caption(html, subject);
        table(html, subject);
    });
}

#[derive(Debug, Clone, Copy)]
struct Panel<'a> {
    subject: Subject<'a>,
    title: &'static str,
    values: &'a [Vec<Number>],
    /// Whether cells out of tolerance are outlined.
    marks: bool,
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
fn has_numbers(values: &[Vec<Number>]) -> bool {
    let most = if values.len() == 1 { LONGEST_ROW } else { WITH_NUMBERS };
    values.first().is_some_and(|row| row.len() <= most)
}

/// The largest finite value, where it is not zero.
fn reach(values: &[Vec<Number>]) -> Option<f64> {
    let finite = values
        .iter()
        .flatten()
        .map(|number| number.0)
        .filter(|value| value.is_finite());
    let largest = finite.fold(0.0, |largest: f64, value| largest.max(value.abs()));
    (largest > 0.0).then_some(largest)
}

/// The value that has the last colour.
fn common(expected: &[Vec<Number>], actual: &[Vec<Number>]) -> Option<f64> {
    match (reach(expected), reach(actual)) {
        (Some(expected), Some(actual)) if actual <= TOGETHER * expected => Some(expected.max(actual)),
        (Some(expected), _) => Some(expected),
        (None, actual) => actual,
    }
}

/// Whether a value lies beyond the last colour.
fn is_beyond(value: f64, scale: Option<f64>) -> bool {
    value.is_finite() && scale.is_some_and(|scale| value.abs() > scale * (1.0 + 1e-9))
}

fn differences(window: &Window) -> Vec<Vec<Number>> {
    let row = |(expected, actual): (&Vec<Number>, &Vec<Number>)| {
        let pairs = expected.iter().zip(actual);
        pairs
            .map(|(expected, actual)| Number(difference(expected.0, actual.0)))
            .collect()
    };
    window.expected.iter().zip(&window.actual).map(row).collect()
}

/// Equal infinities and two NaN do not differ.
fn difference(expected: f64, actual: f64) -> f64 {
    if Number(expected) == Number(actual) {
        0.0
    } else {
        actual - expected
    }
}

/// Whether a cell is out of tolerance.
fn differs(window: &Window, row: usize, column: usize) -> bool {
    let (expected, actual) = (window.expected[row][column].0, window.actual[row][column].0);
    let difference = difference(expected, actual);
    difference.is_nan() || difference.abs() > window.allowed
}

fn map(html: &mut Html, panel: Panel<'_>, scale: Option<f64>) {
    let (rows, columns) = (panel.values.len(), panel.columns());
    let width = (MARGIN + columns * panel.width() + 2).max(150);
    let height = 2 * MARGIN + rows * HEIGHT + 34;
    let view = format!("0 0 {width} {height}");
    let label = picture::described(panel.title, rows, columns, scale);
    let attributes: super::markup::Attributes<'_> = &[
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
        let attributes: super::markup::Attributes<'_> = &[("class", &"axis"), ("x", &x), ("y", &(2 * MARGIN - 6))];
        html.leaf("text", attributes, &(first_column + column).to_string());
    }
    for row in 0..panel.values.len() {
        let y = corner(panel, (row, 0)).1 + HEIGHT / 2 + 4;
        let attributes: super::markup::Attributes<'_> = &[("class", &"axis row"), ("x", &(MARGIN - 5)), ("y", &y)];
        html.leaf("text", attributes, &(first_row + row).to_string());
    }
}

fn cell(html: &mut Html, panel: Panel<'_>, at: (usize, usize), scale: Option<f64>) {
    let value = panel.values[at.0][at.1].0;
    let (x, y) = corner(panel, at);
    let said = said(panel.subject, at);
    html.element("g", &[], |html| {
        html.leaf("title", &[], &said);
        let class = format!("cell {}", shade(value, scale));
        let width = panel.width();
        let place: super::markup::Attributes<'_> = &[
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

/// The class of a cell's colour.
fn shade(value: f64, scale: Option<f64>) -> String {
    step(value, scale).map_or("odd".to_owned(), style::class)
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

/// The step of a colour; none where the value is not finite.
fn step(value: f64, scale: Option<f64>) -> Option<i32> {
    let share = value / scale.unwrap_or(1.0);
    // What is not zero has a colour, however pale.
    let least = if share == 0.0 { 0.0 } else { share.signum() };
    let steps = (share * f64::from(STEPS)).clamp(-f64::from(STEPS), f64::from(STEPS));
    value.is_finite().then(|| {
        if steps.abs() < 1.0 {
            least as i32
        } else {
            steps.round() as i32
        }
    })
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

fn is_worst(subject: Subject<'_>, (row, column): (usize, usize)) -> bool {
    let at = [subject.window.first_row + row, subject.window.first_column + column];
    subject.worst.index.ends_with(&at) || subject.worst.index == at[1..]
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
        let attributes: super::markup::Attributes<'_> = &[("class", &class), ("x", &x), ("y", &(y + 19))];
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

fn table(html: &mut Html, subject: Subject<'_>) {
    let Window {
        first_row,
        first_column,
        expected,
        ..
    } = subject.window;
    let columns = expected.first().map_or(0, Vec::len);
    html.element("details", &[], |html| {
        html.leaf("summary", &[], picture::AS_TABLE);
        super::scrolling(html, picture::AS_TABLE, |html| {
            html.element("table", &[("class", &"values")], |html| {
                html.leaf("caption", &[], picture::PAIRS);
                html.element("tr", &[], |html| {
                    html.leaf("td", &[], "");
                    for column in 0..columns {
                        html.leaf("th", &[("scope", &"col")], &(first_column + column).to_string());
                    }
                });
                for row in 0..expected.len() {
                    html.element("tr", &[], |html| {
                        html.leaf("th", &[("scope", &"row")], &(first_row + row).to_string());
                        for column in 0..columns {
                            entry(html, subject, (row, column));
                        }
                    });
                }
            });
        });
    });
}

fn entry(html: &mut Html, subject: Subject<'_>, (row, column): (usize, usize)) {
    let Window { expected, actual, .. } = subject.window;
    let pair = (expected[row][column].0, actual[row][column].0);
    if differs(subject.window, row, column) {
        html.leaf("td", &[("class", &"differs")], &picture::pair(pair));
    } else {
        html.leaf("td", &[], &picture::pair((pair.0, pair.0)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Relation;

    fn window(expected: &[&[f64]], actual: &[&[f64]]) -> Window {
        let matrix = |rows: &[&[f64]]| -> Vec<Vec<Number>> {
            rows.iter()
                .map(|row| row.iter().copied().map(Number).collect())
                .collect()
        };
        Window {
            at: Vec::new(),
            first_row: 0,
            first_column: 4,
            allowed: 0.01,
            relation: Relation::Asked,
            expected: matrix(expected),
            actual: matrix(actual),
        }
    }

    fn drawn(window: &Window, shape: &[usize], masked: bool) -> String {
        let worst = Worst {
            index: vec![0, 5],
            expected: String::new(),
            actual: String::new(),
        };
        let mut html = Html::default();
        figure(
            &mut html,
            Subject {
                window,
                shape,
                worst: &worst,
                labels: picture::ASKED,
                masked,
            },
        );
        html.finish()
    }

    #[test]
    fn colours_go_with_the_values_and_what_is_not_zero_is_never_colourless() {
        assert_eq!(step(0.0, Some(2.0)), Some(0));
        assert_eq!(step(-2.0, Some(2.0)), Some(-STEPS));
        assert_eq!(step(9.0, Some(2.0)), Some(STEPS));
        assert_eq!((step(1e-9, Some(2.0)), step(-1e-9, Some(2.0))), (Some(1), Some(-1)));
        assert_eq!((step(f64::NAN, Some(2.0)), step(f64::INFINITY, None)), (None, None));
    }

    #[test]
    fn only_cells_out_of_tolerance_are_outlined_and_the_worst_most() {
        let window = window(&[&[1.0, 2.0, f64::NAN]], &[&[1.005, -2.0, 3.0]]);
        let text = drawn(&window, &[1, 9], false);
        assert_eq!(text.matches("class=\"worst ").count(), 2);
        assert_eq!(text.matches("class=\"off ").count(), 2);
        assert_eq!(text.matches("cell odd").count(), 2, "NaN, and the difference to it");
        assert!(
            text.contains("row 0, column 5: expected 2, yours -2, 4 apart"),
            "{text}"
        );
    }

    #[test]
    fn both_tensors_have_one_range_and_what_lies_far_beyond_has_a_cap() {
        let near = window(&[&[1.0, 0.5]], &[&[2.0, 0.5]]);
        assert_eq!(common(&near.expected, &near.actual), Some(2.0));
        assert!(!drawn(&near, &[1, 9], false).contains("class=\"cap"));
        let far = window(&[&[1.0, 0.5]], &[&[1e9, 0.5]]);
        assert_eq!(common(&far.expected, &far.actual), Some(1.0));
        let text = drawn(&far, &[1, 9], false);
        assert_eq!(text.matches("class=\"cap p8\"").count(), 1);
        assert!(text.contains(">≥ 1<"), "{text}");
    }

    #[test]
    fn a_vector_of_sixteen_has_numbers_and_a_matrix_as_wide_has_signs() {
        let row = [1.5; 16];
        let vector = window(&[&row], &[&row]);
        assert!(drawn(&vector, &[16], false).contains(">1.5</text>"));
        let matrix = window(&[&row, &row], &[&row, &row]);
        assert!(drawn(&matrix, &[2, 20], false).contains(">+</text>"));
    }

    #[test]
    fn equal_values_that_are_not_finite_do_not_differ() {
        let window = window(&[&[f64::NAN, f64::INFINITY]], &[&[f64::NAN, f64::INFINITY]]);
        assert!(!differs(&window, 0, 0) && !differs(&window, 0, 1));
    }

    #[test]
    fn the_border_runs_between_what_is_seen_and_what_is_hidden() {
        let window = window(&[&[1.0, 0.0], &[0.5, 0.5]], &[&[0.5, 0.5], &[0.5, 0.5]]);
        let path = |text: &str| {
            text.split("class=\"border\" d=\"")
                .nth(1)
                .map(|rest| rest.split('"').next().map(str::to_owned))
        };
        // To the right of the first cell, and below the second one.
        assert_eq!(
            path(&drawn(&window, &[2, 6], true)),
            Some(Some("M68 52v24M68 76h42".to_owned()))
        );
        assert_eq!(path(&drawn(&window, &[2, 6], false)), None);
    }

    #[test]
    fn a_cell_is_a_rectangle_with_its_number_and_its_words() {
        let window = window(&[&[0.5]], &[&[0.25]]);
        let text = drawn(&window, &[1, 9], false);
        let start = text.find("<g>").unwrap_or_default();
        let end = text[start..].find("</g>").unwrap_or_default() + start;
        insta::assert_snapshot!(&text[start..end], @r#"
        <g><title>row 0, column 4: expected 0.5, yours 0.25, 0.25 apart</title><rect class="cell p8" x="26" y="52" width="42" height="24"/>
        <text x="47" y="68">0.5</text>
        "#);
    }
}
