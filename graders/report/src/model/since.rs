//! What has become of the tasks since the version of the submission that was graded before this one.

use judge::findings::verdict::Verdict;
use serde::{Deserialize, Serialize};

/// What came of a task of the version before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Earlier {
    /// The task's id.
    pub task: String,
    /// Its verdict.
    pub verdict: Verdict,
    /// The points earned.
    pub points: f64,
}

/// How a version differs in its results from the one before.
#[derive(Debug, Clone, PartialEq)]
pub struct Since {
    /// Seconds since that one was graded.
    pub seconds: u64,
    /// The tasks that changed, in the order of the changes, and of the assignment.
    pub changed: Vec<Changed>,
    /// How many are as wrong, or nearly so, as they were.
    pub still_wrong: usize,
}

/// A task of which something else came.
#[derive(Debug, Clone, PartialEq)]
pub struct Changed {
    /// The task's id.
    pub task: String,
    /// How.
    pub change: Change,
    /// The points that it gained or lost.
    pub points: f64,
}

/// What can become of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Change {
    /// It was wrong and passes.
    Fixed,
    /// It was not written and passes.
    Finished,
    /// It passed and does not any more.
    Broken,
    /// It is wrong and has more points.
    Better,
    /// It is wrong and has fewer points.
    Worse,
    /// It was not written and is wrong.
    Begun,
}
