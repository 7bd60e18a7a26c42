//! Two numbers, one of which was expected.

/// Whether two numbers are as close as is allowed.
pub(super) fn within(wanted: f64, given: f64, allowed: f64) -> bool {
    same_kind(wanted, given) && distance(wanted, given) <= allowed
}

/// Whether both are finite, or the same NaN or infinity.
pub(super) fn same_kind(wanted: f64, given: f64) -> bool {
    (wanted.is_nan() && given.is_nan()) || wanted == given || (wanted.is_finite() && given.is_finite())
}

/// How far two numbers are apart; others than finite ones are not.
pub(super) fn distance(wanted: f64, given: f64) -> f64 {
    if wanted.is_finite() && given.is_finite() {
        (wanted - given).abs()
    } else {
        0.0
    }
}

/// How bad a pair is: worst where only one of both is a number.
pub(super) fn severity(wanted: f64, given: f64) -> f64 {
    if same_kind(wanted, given) {
        distance(wanted, given)
    } else {
        f64::INFINITY
    }
}
