//! The words on two tensors that differ.

use judge::compare::pattern::Pattern;
use judge::compare::{Difference, Mismatch, Worst, number};

use super::figures::{brief, index};
use super::{Place, Words, pattern};
use crate::clean::clean;

/// How the two tensors relate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// What was asked for, and what came.
    Asked,
    /// Before and after a change.
    Change,
    /// Two calls.
    Twice,
    /// A call alone, and the same call after others.
    Order,
}

/// The words on an output of a golden case.
pub(super) fn wrong(case: &str, output: &str, mismatch: &Mismatch, patterns: &[Pattern], place: Place<'_>) -> Words {
    let (case, output) = (clean(case), clean(output));
    let message = match mismatch {
        Mismatch::DType { expected, actual } => {
            format!("`{output}` must have dtype {expected}, but has {actual} (case {case})")
        }
        Mismatch::Shape { expected, actual } => format!(
            "`{output}` must have shape {}, but has {} (case {case})",
            index(expected),
            index(actual)
        ),
        Mismatch::NotFinite(values) | Mismatch::Values(values) => {
            format!("`{output}`, case {case}: {}", different_values(values, Frame::Asked))
        }
    };
    Words::new(message + &pattern::patterns(patterns), hint(mismatch, place))
}

/// The words on an output that is right, behind axes of size 1.
pub(super) fn extra_axes(case: &str, output: &str, expected: &[usize], actual: &[usize]) -> Words {
    let axes = match actual.len().saturating_sub(expected.len()) {
        1 => "an axis of size 1 that does not belong there".to_owned(),
        more => format!("{more} axes of size 1 that do not belong there"),
    };
    Words::new(
        format!(
            "`{}` must have shape {}, but has {} (case {}): the values are right, behind {axes}",
            clean(output),
            index(expected),
            index(actual),
            clean(case)
        ),
        "make masks and tables without axes in front: they meet those of the input by themselves, aligned from the last \
         axis; or take the first axis away with `squeeze_dim(0)`",
    )
}

/// The words on an output for fresh inputs, where the golden case of their kind holds.
pub(super) fn differs(case: &str, output: &str, mismatch: &Mismatch, seed: u64, place: Place<'_>) -> Words {
    Words::new(
        format!(
            "right for the golden case {}, but not for fresh inputs of its kind (seed {seed}): `{}`: {}",
            clean(case),
            clean(output),
            difference(mismatch, Frame::Asked)
        ),
        hint(mismatch, place),
    )
}

/// The next step after a mismatch.
pub(super) fn hint(mismatch: &Mismatch, place: Place<'_>) -> String {
    match mismatch {
        Mismatch::DType { .. } => "compute in the dtype of the input: take it from `kind()`, and give it to every \
                                   tensor that you make; masks are bool, tokens int64"
            .to_owned(),
        Mismatch::Shape { .. } => {
            format!(
                "print `size()` after each step and compare with the shapes of {}",
                place.explain()
            )
        }
        Mismatch::NotFinite(difference) => not_finite_hint(difference),
        Mismatch::Values(_) => by_hand(place),
    }
}

/// The next step where no other is known; it is the same for every check of a task, so that it is told once.
pub(super) fn by_hand(place: Place<'_>) -> String {
    format!(
        "work out one wrong value by hand from the formula of {}, and compare step by step",
        place.explain()
    )
}

fn not_finite_hint(difference: &Difference) -> String {
    let hint = match difference.worst.actual.as_str() {
        "NaN" => {
            "NaN comes from 0 / 0, from inf - inf, and from a softmax over nothing but -inf: look at the first \
                  step that has one"
        }
        "inf" | "-inf" => {
            "infinity comes from a division by 0, from exp or a square of a large number: look at the \
                           first step that has one"
        }
        _ => "NaN or infinity must stay where the definition gives it: look for a step that replaces or masks it",
    };
    hint.to_owned()
}

/// How the two tensors differ, as the second half of a sentence.
pub(super) fn difference(mismatch: &Mismatch, frame: Frame) -> String {
    let pair = |what: &str, first: String, second: String| match frame {
        Frame::Asked => format!("{what} {second}, must be {first}"),
        Frame::Change => format!("{what} {first} became {second}"),
        Frame::Twice => format!("{what} {first}, then {second}"),
        Frame::Order => format!("{what} {first} on its own, {second} after other calls"),
    };
    match mismatch {
        Mismatch::DType { expected, actual } => pair("dtype", expected.clone(), actual.clone()),
        Mismatch::Shape { expected, actual } => pair("shape", index(expected), index(actual)),
        Mismatch::NotFinite(difference) | Mismatch::Values(difference) => different_values(difference, frame),
    }
}

fn different_values(difference: &Difference, frame: Frame) -> String {
    let pair = pair(difference, frame);
    if difference.worst.index.is_empty() {
        return pair;
    }
    let at = index(&difference.worst.index);
    let (differing, values) = (difference.differing, difference.shape.iter().product::<usize>());
    match (frame, differing) {
        (Frame::Asked, 1) => format!("1 of {values} values differs, at {at}: {pair}"),
        (Frame::Asked, _) => format!("{differing} of {values} values differ, the most at {at}: {pair}"),
        (Frame::Change, _) => format!("{pair} at {at}"),
        (Frame::Twice | Frame::Order, _) => format!("{pair}, at {at}"),
    }
}

/// The two values that are furthest apart.
fn pair(difference: &Difference, frame: Frame) -> String {
    let Worst {
        index: _,
        expected,
        actual,
    } = &difference.worst;
    let share = brief(difference.error);
    match (frame, expected == actual) {
        (Frame::Asked, true) => format!("expected {expected}, got nearly that: {}", error(difference)),
        (Frame::Asked, false) if difference.error.is_finite() => {
            format!("expected {expected}, got {actual}: {}", error(difference))
        }
        (Frame::Asked, false) => format!("expected {expected}, got {actual}"),
        (Frame::Change, true) => format!("{expected} moved by {share} x the largest value"),
        (Frame::Change, false) => format!("{expected} became {actual}"),
        (Frame::Twice | Frame::Order, true) => format!("{expected} both times, but {share} x the largest value apart"),
        (Frame::Twice, false) => format!("{expected}, then {actual}"),
        (Frame::Order, false) => format!("{expected} on its own, {actual} after other calls"),
    }
}

/// How far a value is off: by itself, against the largest expected value, and against what is allowed.
fn error(difference: &Difference) -> String {
    let Difference {
        error,
        tolerance,
        worst,
        ..
    } = difference;
    let share = format!("{} x the largest expected value", brief(*error));
    let tolerance = match (*tolerance > 0.0, apart(worst).is_some()) {
        (false, _) => String::new(),
        (true, true) => format!("; tolerance {}", brief(*tolerance)),
        (true, false) => format!(" (tolerance {})", brief(*tolerance)),
    };
    match apart(worst) {
        Some(apart) => format!("off by {} ({share}{tolerance})", without_zeros(&number(apart))),
        None => format!("off by {share}{tolerance}"),
    }
}

/// A number without the zeros that say nothing: `1.7e-5` for `1.70000e-5`.
fn without_zeros(number: &str) -> String {
    match number.split_once('e') {
        Some((mantissa, exponent)) if mantissa.contains('.') => {
            let mantissa = mantissa.trim_end_matches('0').trim_end_matches('.');
            format!("{mantissa}e{exponent}")
        }
        _ => number.to_owned(),
    }
}

/// The distance of the two values, as far as their texts tell them apart.
fn apart(worst: &Worst) -> Option<f64> {
    let (expected, actual): (f64, f64) = (worst.expected.parse().ok()?, worst.actual.parse().ok()?);
    let apart = (expected - actual).abs();
    (apart.is_finite() && apart > 0.0).then(|| format!("{apart:.2e}").parse().unwrap_or(apart))
}
