//! Several slices of a tensor, such as its heads: which of them are wrong, and the maps of the one that is chosen.
//!
//! A choice is a group of radio inputs; which maps are shown is said by the style sheet alone. On a page without style all
//! of them are.

use super::super::markup::{Attributes, Html};
use super::scale::Scales;
use super::{Subject, one};
use crate::model::{Slice, Window};
use crate::words::picture;

/// A strip with all slices, and the maps of those that are there.
pub(super) fn choice(html: &mut Html, subject: Subject<'_>, name: &str) {
    let before = &subject.shape[..subject.shape.len().saturating_sub(2)];
    let windows = windows(subject.window);
    let scales = Scales::of(&windows.iter().collect::<Vec<_>>());
    html.element("fieldset", &[("class", &"slices")], |html| {
        html.leaf("legend", &[], &picture::slices(&subject.window.differing));
        for (number, &differing) in subject.window.differing.iter().enumerate() {
            let at = picture::index_of(number, before);
            let place = windows.iter().position(|window| window.at == at);
            slice(html, subject, (name, place), (&at, differing));
        }
        for (place, window) in windows.iter().enumerate() {
            let is_own = window.at == subject.window.at;
            let shown = Subject {
                window,
                spoken: is_own,
                ..subject
            };
            one(html, shown, scales, &format!("heat slice s{place}"));
        }
    });
}

/// The slices that are there, in row-major order.
fn windows(window: &Window) -> Vec<Window> {
    let other = |slice: &Slice| Window {
        at: slice.at.clone(),
        expected: slice.expected.clone(),
        actual: slice.actual.clone(),
        differing: Vec::new(),
        others: Vec::new(),
        ..*window
    };
    let mut windows: Vec<Window> = window.others.iter().map(other).collect();
    windows.push(Window {
        others: Vec::new(),
        ..window.clone()
    });
    windows.sort_by(|one, other| one.at.cmp(&other.at));
    windows
}

/// A slice in the strip: a choice where its maps are there, otherwise its words only.
fn slice(
    html: &mut Html,
    subject: Subject<'_>,
    (name, place): (&str, Option<usize>),
    (at, differing): (&[usize], usize),
) {
    let class = if differing > 0 { "of wrong" } else { "of" };
    let said = picture::slice_of(at, differing);
    let Some(place) = place else {
        html.leaf("span", &[("class", &class)], &said);
        return;
    };
    let id = format!("{name}/slice-{place}");
    let group = format!("{name}/slice");
    let input = format!("s{place}");
    let attributes: Attributes<'_> = &[
        ("type", &"radio"),
        ("class", &input),
        ("name", &group),
        ("id", &id),
        ("checked", &""),
    ];
    let is_own = at == subject.window.at;
    let given = attributes.len() - usize::from(!is_own);
    html.void("input", &attributes[..given]);
    html.leaf("label", &[("class", &class), ("for", &id)], &said);
}

#[cfg(test)]
mod tests {
    use super::super::tests::{drawn, window};
    use super::*;
    use crate::model::Number;

    fn matrix(value: f64) -> Vec<Vec<Number>> {
        vec![vec![Number(value); 2]; 2]
    }

    fn heads() -> Window {
        let other = |head: usize, actual: f64| Slice {
            at: vec![0, head],
            expected: matrix(1.0),
            actual: matrix(actual),
        };
        Window {
            at: vec![0, 1],
            expected: matrix(1.0),
            actual: matrix(3.0),
            differing: vec![0, 4, 4, 0],
            others: vec![other(0, 1.0), other(2, 2.0)],
            ..window(&[&[1.0]], &[&[1.0]])
        }
    }

    #[test]
    fn every_slice_is_in_the_strip_and_those_that_are_there_can_be_chosen() {
        let text = drawn(&heads(), &[1, 4, 2, 2], false);
        assert_eq!(text.matches("<figure class=\"heat slice").count(), 3);
        let start = text.find("<legend").unwrap_or_default();
        let end = text.find("<figure").unwrap_or_default();
        insta::assert_snapshot!(&text[start..end], @r#"
        <legend>2 of 4 slices are wrong; choose one to see it</legend>
        <input type="radio" class="s0" name="rms_norm/odd/slice" id="rms_norm/odd/slice-0">
        <label class="of" for="rms_norm/odd/slice-0">[0, 0, .., ..] ✓</label>
        <input type="radio" class="s1" name="rms_norm/odd/slice" id="rms_norm/odd/slice-1" checked="">
        <label class="of wrong" for="rms_norm/odd/slice-1">[0, 1, .., ..] ✗ 4 wrong</label>
        <input type="radio" class="s2" name="rms_norm/odd/slice" id="rms_norm/odd/slice-2">
        <label class="of wrong" for="rms_norm/odd/slice-2">[0, 2, .., ..] ✗ 4 wrong</label>
        <span class="of">[0, 3, .., ..] ✓</span>
        "#);
    }

    #[test]
    fn all_slices_have_one_range_of_colours_and_one_has_the_worst_value() {
        let text = drawn(&heads(), &[1, 4, 2, 2], false);
        assert!(text.matches(">3</text>").count() > 3, "each legend ends there: {text}");
        assert!(!text.contains("class=\"worst"), "it lies elsewhere");
    }
}
