//! What both measurements share.

use judge::findings::fault::Fault;

use crate::failure::Failure;

/// A fault, as the failure that it is here.
pub(super) fn fault(error: Fault) -> Failure {
    Failure::fault(error.0)
}

/// The median, the higher of two; no number where there is none.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
