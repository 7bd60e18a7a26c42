//! The numbers of a map as a table, for those who do not point.

use super::super::markup::Html;
use super::super::scrolling;
use super::{Subject, differs};
use crate::model::Window;
use crate::words::picture;

/// Writes it, folded.
pub(super) fn table(html: &mut Html, subject: Subject<'_>) {
    let Window {
        first_row,
        first_column,
        expected,
        ..
    } = subject.window;
    let columns = expected.first().map_or(0, Vec::len);
    html.element("details", &[], |html| {
        html.leaf("summary", &[], picture::AS_TABLE);
        scrolling(html, picture::AS_TABLE, |html| {
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
