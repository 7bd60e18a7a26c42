//! What a heat map shows.

use super::scale::common;
use super::*;
use crate::model::{Number, Relation};

pub(super) fn window(expected: &[&[f64]], actual: &[&[f64]]) -> Window {
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
        differing: Vec::new(),
        others: Vec::new(),
    }
}

pub(super) fn drawn(window: &Window, shape: &[usize], masked: bool) -> String {
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
            spoken: true,
        },
        "rms_norm/odd",
    );
    html.finish()
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
