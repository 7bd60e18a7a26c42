//! What judging needs beside the submission.

use std::time::Instant;

use crate::fixtures::Fixtures;
use crate::grading::assignment::Assignment;

/// All that judging needs beside the submission.
#[derive(Debug, Clone, Copy)]
pub struct GradingContext<'a> {
    pub assignment: &'a Assignment,
    /// The golden files.
    pub fixtures: &'a Fixtures,
    /// Seed of the properties.
    pub seed: u64,
    /// Seed of the fresh inputs of differential runs.
    pub fresh_seed: u64,
    /// Which trials are run.
    pub training: Training<'a>,
    /// Whether the case that fails a property is made smaller, for whoever reads it; no verdict depends on it.
    pub shrinks: bool,
    /// A property, or the check of fresh inputs, that is left out, as `task/check`, to see whether the self-test notices.
    pub without: Option<&'a str>,
    /// How long a submission as a whole may take, where somebody stops the grader otherwise.
    pub time: Option<TimeLimit>,
    /// What broke other submissions, and is tried on this one too.
    pub carried: &'a [Carried],
}

impl<'a> GradingContext<'a> {
    /// What broke this check of other submissions.
    pub(super) fn carried_inputs(&self, task: &str, check: &str) -> impl Iterator<Item = &'a CarriedInput> {
        let own = move |carried: &&Carried| carried.task == task && carried.check == check;
        self.carried.iter().filter(own).map(|carried| &carried.input)
    }

    /// The seeds of fresh inputs that broke this check of others.
    pub(super) fn carried_seeds(&self, task: &str, check: &str) -> Vec<u64> {
        let seed = |input: &CarriedInput| match input {
            CarriedInput::Fresh(seed) => Some(*seed),
            CarriedInput::Case { .. } => None,
        };
        self.carried_inputs(task, check).filter_map(seed).collect()
    }

    /// Whether the time for the submission as a whole is used up.
    pub fn is_late(&self) -> bool {
        self.time.is_some_and(TimeLimit::is_over)
    }
}

/// An input that broke a check of another submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    pub task: String,
    /// The check: a property, the differential run, or one that is derived.
    pub check: String,
    pub input: CarriedInput,
}

/// As what an input travels.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum CarriedInput {
    /// A property's case: sizes by the names that the property declares, and the seed of the values.
    Case { sizes: Vec<(String, i64)>, seed: u64 },
    /// The seed from which fresh inputs were drawn.
    Fresh(u64),
}

/// How long a submission as a whole may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeLimit {
    /// When its grading began.
    pub since: Instant,
    /// Seconds by the wall clock, after which no task is begun and no second call may use up its own time.
    pub seconds: f64,
}

impl TimeLimit {
    fn is_over(self) -> bool {
        self.since.elapsed().as_secs_f64() >= self.seconds
    }
}

/// Which trials are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Training<'a> {
    /// None at all.
    NotAsked,
    /// Those of these tasks.
    Of(&'a [String]),
    All,
}

impl Training<'_> {
    /// All or none.
    pub fn asked(asked: bool) -> Self {
        if asked { Self::All } else { Self::NotAsked }
    }

    /// Whether the trials of this task are run.
    pub fn includes(self, task: &str) -> bool {
        match self {
            Self::NotAsked => false,
            Self::Of(tasks) => tasks.iter().any(|id| id == task),
            Self::All => true,
        }
    }
}
