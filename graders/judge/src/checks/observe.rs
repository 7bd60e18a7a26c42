//! Watching what a property compares.
//!
//! A property is a function, so its relation cannot be read off it. But it can be run again on what its calls gave, and
//! asked each time which arrays it holds against each other. While a thread observes, comparisons are noted and taken
//! to hold, so that a property comes to its last one.

use std::cell::RefCell;

use crate::contract::arguments::Array;

thread_local! {
    static OBSERVED: RefCell<Option<Vec<Comparison>>> = const { RefCell::new(None) };
}

/// Two arrays that a property holds against each other.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Comparison {
    /// What it has to be.
    pub(crate) expected: Array,
    /// What it is.
    pub(crate) actual: Array,
    /// The error that is allowed, as a share of the largest expected value, which counts as 1 at least.
    pub(crate) tolerance: f64,
}

/// Runs `property` and gives the comparisons that it makes.
pub(crate) fn comparisons(property: impl FnOnce()) -> Vec<Comparison> {
    OBSERVED.set(Some(Vec::new()));
    property();
    OBSERVED.take().unwrap_or_default()
}

/// Notes a comparison. Says whether somebody observes.
pub(crate) fn note(expected: &Array, actual: &Array, tolerance: f64) -> bool {
    OBSERVED.with_borrow_mut(|observed| match observed {
        None => false,
        Some(comparisons) => {
            comparisons.push(Comparison {
                expected: expected.clone(),
                actual: actual.clone(),
                tolerance,
            });
            true
        }
    })
}

/// Whether somebody observes, so that a rule is taken to hold.
pub(crate) fn is_observed() -> bool {
    OBSERVED.with_borrow(Option::is_some)
}
