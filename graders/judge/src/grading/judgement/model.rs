//! Checks, how they ended, and the judgement on a task.

use crate::diagnosis::mistake_match::MistakeMatch;
use crate::findings::measurement::Outcome;
use crate::findings::verdict::Verdict;
use crate::findings::{Counterexample, Finding};
use crate::reproduction::model::Reproduction;

/// The check that stands for all others where the file does not compile.
pub const BUILD: &str = "build";
/// The check that stands for all others where the tasks before have used up the time.
pub const TIME: &str = "time";
/// The check that stands for all others where the task uses what it may not use.
pub const POLICY: &str = "policy";

/// What kind of check it is; it decides what a failure costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A portion's golden cases in f64: these give points.
    Golden,
    /// A portion's golden cases in f32.
    Single,
    /// Whether f64 outputs are as exact as f64 can be.
    Precision,
    Property,
    /// Untouched arguments, determinism, independence of order.
    Purity,
    /// Fresh inputs, answered as the reference answers them.
    Differential,
    /// A training with measurements: it gives points.
    Trial,
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a few hundred of them, and the large one is the one that matters"
)]
pub enum Ending {
    /// It holds.
    Passed,
    /// It does not hold.
    Failed {
        /// What was found.
        finding: Finding,
        /// The smallest input that shows it, for a property.
        counterexample: Option<Counterexample>,
    },
    /// It was not tried.
    Skipped(Skip),
}

/// Why a check was not tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// These tasks, which it depends on, are wrong.
    DependsOn(Vec<String>),
    /// The function is not written, or does not compile.
    NothingToJudge,
    /// The check came upon a part of the function that is not written, which has cost its portion already.
    NotWritten,
    /// No golden case got an answer that could be looked at more closely.
    NoAnswer,
    /// No golden case holds, so that fresh inputs have nothing more to say.
    NothingHolds,
    /// The inputs of the golden cases are fixed: there are no others of their kind.
    FixedInputs,
    /// The reference, which it takes, is not at hand.
    NoReference,
    /// Training takes long and was not asked for.
    TrainingNotAsked,
    /// Earlier checks of the task used up its time.
    TimeUsedUp,
}

/// A check with its ending.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its name, unique in the task.
    pub name: String,
    pub kind: Kind,
    /// What has to hold, in a sentence.
    pub statement: String,
    /// How it ended.
    pub ending: Ending,
    /// What a trial has seen, also one that failed.
    pub outcome: Option<Outcome>,
    /// What it takes to see the finding again, where that is known and somebody reads it.
    pub reproduction: Option<Reproduction>,
    /// How it ended in each portion that it was made for, where it tells them apart.
    pub portions: Vec<(&'static str, Ending)>,
}

impl Check {
    /// A check that is no trial.
    pub fn new(name: impl Into<String>, kind: Kind, statement: impl Into<String>, ending: Ending) -> Self {
        Self {
            name: name.into(),
            kind,
            statement: statement.into(),
            ending,
            outcome: None,
            reproduction: None,
            portions: Vec::new(),
        }
    }

    /// How it ended in a portion; where it does not tell portions apart, as it ended for all.
    pub fn ending_in(&self, portion: &str) -> &Ending {
        let own = self.portions.iter().find(|(name, _)| *name == portion);
        own.map_or(&self.ending, |(_, ending)| ending)
    }

    /// What it has found, where it was tried and does not hold.
    pub fn finding(&self) -> Option<&Finding> {
        match &self.ending {
            Ending::Failed { finding, .. } => Some(finding),
            Ending::Passed | Ending::Skipped(_) => None,
        }
    }
}

/// The judgement on one task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskJudgement {
    pub task: &'static str,
    /// The verdict: the worst of its checks.
    pub verdict: Verdict,
    /// Points earned.
    pub points: f64,
    /// Points that can be earned in this run.
    pub max_points: f64,
    /// Points that cannot, because they are for trials and training was not asked for.
    pub training_points: f64,
    /// The parts of the points.
    pub portions: Vec<Portion>,
    /// The checks in the order in which they were made.
    pub checks: Vec<Check>,
    /// Known mistakes that do the same with the golden cases.
    pub mistake_matches: Vec<MistakeMatch>,
    /// Parts that the reference answered.
    pub substituted: Vec<String>,
    /// Parts that are wrong and that the task asked for with arguments that the reference has no answer to.
    pub unanswered: Vec<String>,
    /// Parts that are wrong and that the reference would have answered, had the task asked for them.
    pub gone_round: Vec<String>,
    /// Parts that seem right, and with which a check fails that holds with the reference's.
    pub blames: Vec<Blame>,
    /// What went wrong on our side, for a judge fault.
    pub fault: Option<String>,
}

/// Why a portion is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Loss {
    /// Its golden cases do not hold in f64.
    Golden,
    /// Fresh inputs of its golden cases do not hold.
    Fresh,
    /// There was no reference to judge fresh inputs by, and no property of the task holds.
    NoPropertyHolds,
    /// This trial does not reach its thresholds.
    Trial(String),
}

/// A named part of a task's points.
#[derive(Debug, Clone, PartialEq)]
pub struct Portion {
    pub name: String,
    pub points: f64,
    /// The names of the checks that decide: its golden cases in f64, its trials.
    pub checks: Vec<String>,
    /// Whether it is earned.
    pub earned: bool,
    /// Why not, where it is not.
    pub lost: Vec<Loss>,
    /// Whether trials among them were not asked for, so that it cannot be earned in this run.
    pub not_run: bool,
}

/// What a larger task has found of one of its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Blame {
    pub part: &'static str,
    /// The check of the larger task that fails with it, and holds with the reference's.
    pub check: String,
    /// What that check has found.
    pub finding: Finding,
}
