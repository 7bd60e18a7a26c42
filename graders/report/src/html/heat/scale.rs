//! The colours of values: which range they span, and which step of it a value has.

use super::super::style::{self, STEPS};
use crate::model::{Number, Window};

/// How many times the largest expected value the largest of yours may be, so that both have one range of colours.
const TOGETHER: f64 = 4.0;

/// The values that have the last colour, the same for all slices of a tensor.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scales {
    /// Of both tensors.
    pub(super) values: Option<f64>,
    /// Of their difference.
    pub(super) differences: Option<f64>,
}

impl Scales {
    /// Those of these slices.
    pub(super) fn of(windows: &[&Window]) -> Self {
        let all = |values: fn(&Window) -> Vec<Vec<Number>>| -> Vec<Vec<Number>> {
            windows.iter().flat_map(|window| values(window)).collect()
        };
        Self {
            values: common(
                &all(|window| window.expected.clone()),
                &all(|window| window.actual.clone()),
            ),
            differences: reach(&all(differences)),
        }
    }
}

/// The largest finite value, where it is not zero.
pub(super) fn reach(values: &[Vec<Number>]) -> Option<f64> {
    let finite = values
        .iter()
        .flatten()
        .map(|number| number.0)
        .filter(|value| value.is_finite());
    let largest = finite.fold(0.0, |largest: f64, value| largest.max(value.abs()));
    (largest > 0.0).then_some(largest)
}

/// The value that has the last colour.
pub(super) fn common(expected: &[Vec<Number>], actual: &[Vec<Number>]) -> Option<f64> {
    match (reach(expected), reach(actual)) {
        (Some(expected), Some(actual)) if actual <= TOGETHER * expected => Some(expected.max(actual)),
        (Some(expected), _) => Some(expected),
        (None, actual) => actual,
    }
}

/// Whether a value lies beyond the last colour.
pub(super) fn is_beyond(value: f64, scale: Option<f64>) -> bool {
    value.is_finite() && scale.is_some_and(|scale| value.abs() > scale * (1.0 + 1e-9))
}

pub(super) fn differences(window: &Window) -> Vec<Vec<Number>> {
    let row = |(expected, actual): (&Vec<Number>, &Vec<Number>)| {
        let pairs = expected.iter().zip(actual);
        pairs
            .map(|(expected, actual)| Number(difference(expected.0, actual.0)))
            .collect()
    };
    window.expected.iter().zip(&window.actual).map(row).collect()
}

/// Equal infinities and two NaN do not differ.
pub(super) fn difference(expected: f64, actual: f64) -> f64 {
    if Number(expected) == Number(actual) {
        0.0
    } else {
        actual - expected
    }
}

/// The class of a cell's colour.
pub(super) fn shade(value: f64, scale: Option<f64>) -> String {
    step(value, scale).map_or("odd".to_owned(), style::class)
}

/// The step of a colour; none where the value is not finite.
pub(super) fn step(value: f64, scale: Option<f64>) -> Option<i32> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_go_with_the_values_and_what_is_not_zero_is_never_colourless() {
        assert_eq!(step(0.0, Some(2.0)), Some(0));
        assert_eq!(step(-2.0, Some(2.0)), Some(-STEPS));
        assert_eq!(step(9.0, Some(2.0)), Some(STEPS));
        assert_eq!((step(1e-9, Some(2.0)), step(-1e-9, Some(2.0))), (Some(1), Some(-1)));
        assert_eq!((step(f64::NAN, Some(2.0)), step(f64::INFINITY, None)), (None, None));
    }
}
