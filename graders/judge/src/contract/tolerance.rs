//! Derived tolerances: how far correct code may be from a golden value.
//!
//! They come from `fixtures/calibration.toml`, which `grade calibrate` writes from measurements. A tolerance is never
//! typed in by hand.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use wire::DType;

/// Stored values move only where the difference exceeds this share of the largest: the last bits of f64 differ between
/// instruction sets, and a file that changes with the machine is of no use in version control.
pub const STILL: f64 = 1e-12;

/// No f32 tolerance is smaller than this.
pub const SMALLEST_F32: f64 = 1e-6;
/// No f64 tolerance is smaller than this.
pub const SMALLEST_F64: f64 = 1e-10;
/// A tolerance is the worst measured error times this, rounded up.
pub const MARGIN: f64 = 10.0;

/// The tolerances of one output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Allowed error of an f32 output against the f64 golden.
    pub f32: f64,
    /// Allowed error of an f64 output.
    pub f64: f64,
    /// The worst error measured in f32, rounded up to a 1-2-5 step.
    pub measured_f32: f64,
    /// The formulation that it was measured on.
    pub source_f32: String,
    /// The worst error measured in f64, rounded up to a 1-2-5 step.
    pub measured_f64: f64,
    /// The formulation that it was measured on.
    pub source_f64: String,
}

/// The tolerances of all outputs: task, then output.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tolerances(pub BTreeMap<String, BTreeMap<String, Entry>>);

impl Tolerances {
    /// The tolerance of an output; the smallest one where it has not been calibrated.
    pub fn of(&self, task: &str, output: &str, dtype: DType) -> f64 {
        let entry = self.0.get(task).and_then(|outputs| outputs.get(output));
        match dtype {
            DType::F32 => entry.map_or(SMALLEST_F32, |entry| entry.f32),
            DType::F64 => entry.map_or(SMALLEST_F64, |entry| entry.f64),
            DType::I64 | DType::Bool => 0.0,
        }
    }
}

/// Rounds up to the next of ..., 1e-7, 2e-7, 5e-7, 1e-6, ...
pub fn step_up(value: f64) -> f64 {
    if value <= 0.0 || !value.is_finite() {
        return value;
    }
    let exponent = value.log10().floor() as i32;
    // Parsing gives the shortest decimal exactly; multiplying powers of ten would not.
    (exponent - 1..=exponent + 1)
        .flat_map(|exponent| ["1", "2", "5"].map(|digit| format!("{digit}e{exponent}")))
        .filter_map(|text| text.parse().ok())
        .find(|&step: &f64| step >= value)
        .unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tolerances_are_rounded_up_to_steps() {
        assert_eq!(
            [1e-7, 1.01e-7, 3e-7, 6e-7, 0.0].map(step_up),
            [1e-7, 2e-7, 5e-7, 1e-6, 0.0]
        );
    }

    #[test]
    fn integers_have_no_tolerance() {
        assert_eq!(Tolerances::default().of("x", "y", DType::I64), 0.0);
        assert_eq!(Tolerances::default().of("x", "y", DType::F32), SMALLEST_F32);
    }
}
