//! What a training is measured by.

use serde::{Deserialize, Serialize};

/// What a trial has seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// What was measured; the trial passes where each of them holds, and there is at least one.
    pub measured: Vec<Measurement>,
    /// Curves to be plotted: illustration, never evidence.
    pub series: Vec<Series>,
}

impl Outcome {
    /// Whether every measurement reaches its threshold. A trial that has measured nothing has shown nothing.
    pub fn holds(&self) -> bool {
        !self.measured.is_empty() && self.measured.iter().all(Measurement::holds)
    }
}

/// A number that the judge has computed, and what it has to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measurement {
    /// What was measured, such as `accuracy on unseen nodes`.
    pub what: String,
    pub value: f64,
    /// What it has to reach.
    #[serde(alias = "bar")]
    pub threshold: Threshold,
}

impl Measurement {
    /// Whether the value reaches the threshold.
    pub fn holds(&self) -> bool {
        self.threshold.holds(self.value)
    }
}

/// What a value has to reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Threshold {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

impl Threshold {
    /// Whether the value reaches it; NaN never does.
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}

/// A curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// What it shows.
    pub name: String,
    /// Along the horizontal axis.
    pub x: Vec<f64>,
    /// Along the vertical axis, one value for each of `x`.
    pub y: Vec<f64>,
    /// The horizontal axis in words.
    pub x_label: String,
    /// The vertical axis in words.
    pub y_label: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(values: &[f64]) -> Outcome {
        let measure = |&value: &f64| Measurement {
            what: String::new(),
            value,
            threshold: Threshold::AtLeast(0.5),
        };
        Outcome {
            measured: values.iter().map(measure).collect(),
            series: Vec::new(),
        }
    }

    #[test]
    fn a_bar_itself_is_reached_from_both_sides() {
        assert!(Threshold::AtLeast(0.5).holds(0.5) && !Threshold::AtLeast(0.5).holds(0.499));
        assert!(Threshold::AtMost(0.5).holds(0.5) && !Threshold::AtMost(0.5).holds(0.501));
    }

    #[test]
    fn nan_reaches_no_bar() {
        assert!(!Threshold::AtLeast(f64::NEG_INFINITY).holds(f64::NAN));
        assert!(!Threshold::AtMost(f64::INFINITY).holds(f64::NAN));
    }

    #[test]
    fn every_measurement_has_to_hold_and_there_has_to_be_one() {
        assert!(outcome(&[0.5, 0.9]).holds());
        assert!(!outcome(&[0.9, 0.4]).holds());
        assert!(!outcome(&[]).holds());
    }
}
