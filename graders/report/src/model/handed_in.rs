//! What the course knows of a submission beside its code: when it was handed in, and the points that people gave.

use judge::grading::assignment::Shown;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When a submission was handed in, as the service says that took it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HandedIn {
    /// Its number among the student's submissions, from 1, where the service tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Seconds after it was due; 0 where it was in time.
    pub late_seconds: u64,
    /// When the student sees the result.
    pub shown: Shown,
    /// Every submission whose number this one divides is shown at once, where the assignment says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<u32>,
}

/// A task's points as a person decided on them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The points.
    pub points: f64,
    /// Why.
    pub reason: String,
    /// The points that the grader found, where it could judge the task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub graded: Option<f64>,
}

/// Sums over what people have graded so far.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ByHand {
    /// Points that were given, for a bonus too.
    pub points: f64,
    /// Points of the items that were graded, without those of a bonus.
    pub max_points: f64,
    /// All points of the report: the grader's and those given by hand.
    pub total_points: f64,
    /// The points that they are out of.
    pub total_max_points: f64,
}
