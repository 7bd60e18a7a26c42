//! Trials: a function trains, and what it has trained is measured on data whose answers it has never seen.

use crate::checks::harness::TrainingHarness;
use crate::findings::measurement::Outcome;
use crate::findings::stop::Stop;

/// A training with measurements.
#[derive(Debug)]
pub struct Trial {
    /// Its name, unique in the task.
    pub name: &'static str,
    /// The part of the points that it belongs to.
    pub portion: &'static str,
    /// What has to come of it, in one sentence.
    pub statement: &'static str,
    /// CPU seconds of each call that trains; the wall clock stops it at ten times that.
    pub cpu_seconds: f64,
    /// Trains and measures.
    pub run: fn(&mut TrainingHarness<'_>) -> Result<Outcome, Stop>,
}
