//! What a trial has measured.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number that a trial has measured, and what it has to reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// What was measured.
    pub what: String,
    /// Its value; none where it is NaN or infinite.
    pub value: Option<f64>,
    /// What it has to reach.
    #[serde(alias = "bar")]
    pub threshold: Threshold,
    /// Whether it does.
    pub holds: bool,
}

/// What a measured value has to reach.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

/// A curve of a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// What it shows.
    pub name: String,
    /// The horizontal axis in words.
    pub x_label: String,
    /// The vertical axis in words.
    pub y_label: String,
    /// Along the horizontal axis; none where a value is NaN or infinite.
    pub x: Vec<Option<f64>>,
    /// Along the vertical axis, one for each of `x`.
    pub y: Vec<Option<f64>>,
}
