//! What a property asserts of arrays, and the violation where it does not hold.

use wire::DType;

use crate::checks::observe::{is_observed, note};
use crate::compare::{Mismatch, compare_scaled};
use crate::contract::arguments::{Array, tensor};
use crate::findings::Violation;
use crate::findings::stop::{Broken, Holds};

/// What rounding in f64 may leave, as a share of the largest value, of something that takes no part in a result: a correct
/// function may take the largest of all values from each of them, or bring them to one scale.
pub const ROUNDING: f64 = 1e-12;

/// The violation that a value stands for which breaks a rule of its own.
pub fn broken_rule(what: &str, index: &[usize], value: &str, rule: &str) -> Broken {
    Broken::Property(Violation::Value {
        what: what.to_owned(),
        index: index.to_vec(),
        value: value.to_owned(),
        rule: rule.to_owned(),
    })
}

/// Fails unless `after` equals `before` within `tolerance` (of the largest value of `before`, at least 1).
pub fn unchanged(cause: &str, what: &str, before: &Array, after: &Array, tolerance: f64) -> Holds {
    judge_arrays(before, after, tolerance, |mismatch| Violation::Changed {
        cause: cause.to_owned(),
        what: what.to_owned(),
        mismatch,
    })
}

/// Fails unless `actual` equals `expected` within `tolerance` (of the largest value of `expected`, at least 1).
pub fn equal(what: &str, equals: &str, expected: &Array, actual: &Array, tolerance: f64) -> Holds {
    judge_arrays(expected, actual, tolerance, |mismatch| Violation::Unequal {
        what: what.to_owned(),
        equals: equals.to_owned(),
        mismatch,
    })
}

/// Fails at the first value for which `rule` does not hold; `requirement` says it in words.
pub fn every(what: &str, requirement: &str, values: &Array, rule: impl Fn(f64) -> bool) -> Holds {
    if is_observed() {
        return Ok(());
    }
    match values.indexed_iter().find(|(_, value)| !rule(**value)) {
        None => Ok(()),
        Some((index, value)) => Err(Violation::Value {
            what: what.to_owned(),
            index: ndarray::Dimension::slice(&index).to_vec(),
            value: crate::compare::number(*value),
            rule: requirement.to_owned(),
        }
        .into()),
    }
}

fn judge_arrays(
    expected: &Array,
    actual: &Array,
    tolerance: f64,
    violation: impl FnOnce(Mismatch) -> Violation,
) -> Holds {
    if note(expected, actual, tolerance) {
        return Ok(());
    }
    let (expected, actual) = (tensor(expected), tensor(actual));
    match compare_scaled(&expected, &actual, DType::F64, tolerance, 1.0) {
        None => Ok(()),
        Some(mismatch) => Err(violation(mismatch).into()),
    }
}
