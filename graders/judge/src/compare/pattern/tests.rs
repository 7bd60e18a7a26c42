//! Every pattern, on the smallest tensors that show it, and where none is to be seen.

use super::*;
use crate::contract::random::{booleans, floats, integers};

fn of(shape: &[usize], expected: &[f32], actual: &[f32]) -> Vec<Pattern> {
    let tensor = |values: &[f32]| floats(shape, values.to_vec());
    patterns(&tensor(expected), &tensor(actual), &Tensors::new(), 1e-6)
}

fn only(region: Region) -> Vec<Pattern> {
    vec![Pattern::Only { region }]
}

fn part(axis: usize, rank: usize, part: Part) -> Vec<Pattern> {
    only(Region::Axis { axis, rank, part })
}

const VALUES: [f32; 6] = [1.0, 2.0, -3.0, 4.0, 5.5, 0.5];

#[test]
fn zeros_signs_factors_and_offsets_are_seen() {
    let map = |change: fn(f32) -> f32| of(&[2, 3], &VALUES, &VALUES.map(change));
    assert_eq!(map(|_| 0.0), [Pattern::Zeros]);
    assert_eq!(map(|value| -value), [Pattern::SignFlipped]);
    assert_eq!(
        map(|value| 3.0 * value),
        [Pattern::Factor {
            factor: 3.0,
            size: None
        }]
    );
    assert_eq!(map(|value| value + 0.25), [Pattern::Offset { offset: 0.25 }]);
}

#[test]
fn a_factor_is_explained_by_a_size_of_an_argument() {
    let inputs = Tensors::from([
        ("query".to_owned(), floats(&[1, 16], vec![0.0; 16])),
        ("value".to_owned(), floats(&[3, 1], vec![0.0; 3])),
    ]);
    let size = |factor: f32| {
        let (expected, actual) = (
            floats(&[6], VALUES.to_vec()),
            floats(&[6], VALUES.map(|value| factor * value).to_vec()),
        );
        match patterns(&expected, &actual, &inputs, 1e-6).first() {
            Some(Pattern::Factor { size: Some(size), .. }) => Some((size.argument.clone(), size.axis, size.power)),
            _ => None,
        }
    };
    assert_eq!(size(4.0), Some(("query".to_owned(), 1, Power::Root)));
    assert_eq!(size(0.25), Some(("query".to_owned(), 1, Power::InverseRoot)));
    assert_eq!(size(3.0), Some(("value".to_owned(), 0, Power::One)));
    assert_eq!(size(1.0 / 16.0), Some(("query".to_owned(), 1, Power::Inverse)));
    assert_eq!(size(7.0), None);
}

#[test]
fn a_copy_of_an_argument_is_seen() {
    let inputs = Tensors::from([("x".to_owned(), floats(&[6], VALUES.map(|value| value * value).to_vec()))]);
    let found = patterns(&floats(&[6], VALUES.to_vec()), &inputs["x"], &inputs, 1e-6);
    assert_eq!(found.first(), Some(&Pattern::Argument { name: "x".to_owned() }));
}

#[test]
fn exchanged_axes_are_seen_with_and_without_another_shape() {
    let square = of(&[2, 2], &[1.0, 2.0, 3.0, 4.0], &[1.0, 3.0, 2.0, 4.0]);
    assert_eq!(square[0], Pattern::Transposed { axes: [0, 1] });
    let (expected, turned) = (floats(&[2, 3], VALUES.to_vec()), [1.0, 4.0, 2.0, 5.5, -3.0, 0.5]);
    let found = |actual: Tensor| patterns(&expected, &actual, &Tensors::new(), 1e-6);
    assert_eq!(
        found(floats(&[3, 2], turned.to_vec())),
        [Pattern::Transposed { axes: [0, 1] }]
    );
    assert_eq!(found(floats(&[3, 2], VALUES.to_vec())), [Pattern::Reshaped]);
    assert_eq!(found(floats(&[7], vec![1.0; 7])), []);
}

#[test]
fn reversed_permuted_and_rearranged_values_are_told_apart() {
    let rows = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
    let first = |actual: &[f32]| of(&[3, 2], &rows, actual).first().cloned();
    assert_eq!(
        first(&[5.0, 6.0, 3.0, 4.0, 1.0, 2.0]),
        Some(Pattern::Reversed { axis: 0 })
    );
    assert_eq!(
        first(&[2.0, 1.0, 4.0, 3.0, 6.0, 5.0]),
        Some(Pattern::Reversed { axis: 1 })
    );
    assert_eq!(
        first(&[3.0, 4.0, 5.0, 6.0, 1.0, 2.0]),
        Some(Pattern::Permuted { axis: 0 })
    );
    assert_eq!(first(&[6.0, 2.0, 3.0, 5.0, 4.0, 1.0]), Some(Pattern::Rearranged));
    assert_eq!(first(&[6.0, 2.0, 3.0, 5.0, 4.0, 7.0]), None);
}

#[test]
fn nan_in_the_place_of_zeros_is_seen_and_elsewhere_is_not() {
    let nan = f32::NAN;
    let found = of(&[4], &[0.0, 1.0, 0.0, 2.0], &[nan, 1.0, nan, 2.0]);
    assert_eq!(found[0], Pattern::NanForZero);
    assert!(!of(&[4], &[0.0, 1.0, 0.0, 2.0], &[nan, nan, nan, 2.0]).contains(&Pattern::NanForZero));
}

#[test]
fn a_negated_mask_is_seen() {
    let mask = |values: [bool; 4]| booleans(&[2, 2], values.to_vec());
    let (expected, actual) = (mask([true, false, true, true]), mask([false, true, false, false]));
    assert_eq!(patterns(&expected, &actual, &Tensors::new(), 0.0), [Pattern::Negated]);
}

#[test]
fn wrong_values_on_one_side_of_the_diagonal_are_seen() {
    let base = [9.0, 1.0, 2.0, 3.0, 8.0, 4.0, 5.0, 6.0, 7.0];
    let wrong_at = |places: &[usize]| {
        let mut actual = base;
        for (number, &place) in places.iter().enumerate() {
            actual[place] += 0.1 + number as f32;
        }
        of(&[3, 3], &base, &actual)
    };
    assert_eq!(wrong_at(&[1, 2, 5]), only(Region::AboveDiagonal));
    assert_eq!(wrong_at(&[3, 7]), only(Region::BelowDiagonal));
    assert_eq!(wrong_at(&[0, 4, 8]), only(Region::Diagonal));
    assert_eq!(wrong_at(&[1, 2]), part(0, 2, Part::First));
    assert_eq!(wrong_at(&[1, 5, 6]), []);
}

#[test]
fn wrong_values_in_a_part_of_an_axis_are_seen() {
    let base: Vec<f32> = (1..=24).map(|value| (value * value) as f32).collect();
    let wrong_where = |wrong: fn(usize, usize, usize) -> bool| {
        let mut actual = base.clone();
        for (place, value) in actual.iter_mut().enumerate() {
            if wrong(place / 12, place / 3 % 4, place % 3) {
                *value += 1.0 + place as f32;
            }
        }
        of(&[2, 4, 3], &base, &actual)
    };
    assert_eq!(wrong_where(|_, row, _| row == 0), part(1, 3, Part::First));
    assert_eq!(wrong_where(|_, row, _| row == 3), part(1, 3, Part::Last));
    assert_eq!(wrong_where(|_, row, _| row > 0), part(1, 3, Part::From(1)));
    assert_eq!(wrong_where(|_, row, _| row < 3), part(1, 3, Part::UpTo(2)));
    assert_eq!(
        wrong_where(|_, row, _| row == 1 || row == 3),
        part(1, 3, Part::At(vec![1, 3]))
    );
    assert_eq!(wrong_where(|batch, _, _| batch == 1), part(0, 3, Part::Last));
    assert_eq!(wrong_where(|_, _, column| column == 2), part(2, 3, Part::Last));
    assert_eq!(wrong_where(|_, _, _| true), []);
}

#[test]
fn a_single_wrong_value_is_no_pattern() {
    assert_eq!(of(&[2, 3], &VALUES, &[1.0, 2.0, -3.0, 4.0, 5.5, 0.75]), []);
    let ids = patterns(&integers(&[1], vec![3]), &integers(&[1], vec![4]), &Tensors::new(), 0.0);
    assert_eq!(ids, []);
}
