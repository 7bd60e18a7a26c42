//! Judging a submission: every check of every task, in an order in which parts come first.
//!
//! Here is what a judgement is, and the way through the tasks; `task` judges one task, `cases` and `trials` make its
//! checks, `lenient` has mistakes of form cost only themselves, `verdict` says what the checks mean together.

mod cases;
mod lenient;
mod meter;
mod task;
mod trials;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::contract::Task;
use crate::contract::subject::Subject;
use crate::contract::training::Outcome;
use crate::diagnosis::Likeness;
use crate::findings::verdict::Verdict;
use crate::findings::{Counterexample, Finding};
use crate::fixtures::{FixtureError, Fixtures};
use crate::grading::assignment::{Assignment, Entry};
use crate::grading::points::{self, Portion};
use crate::reproduction::Reproduction;
use task::TaskJudge;

/// What kind of check it is; it decides what a failure costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A portion's golden cases in f64: these give points.
    Golden,
    /// A portion's golden cases in f32.
    Single,
    /// Whether f64 outputs are as exact as f64 can be.
    Precision,
    /// A law.
    Law,
    /// Untouched arguments, determinism, independence of order.
    Hygiene,
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
        /// The smallest input that shows it, for a law.
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
    /// Its kind.
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
    /// The task.
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
    pub likenesses: Vec<Likeness>,
    /// Parts that the reference answered.
    pub substituted: Vec<String>,
    /// Parts that are wrong and that the reference would have answered, had the task asked for them.
    pub gone_round: Vec<String>,
    /// What went wrong on our side, for a judge fault.
    pub fault: Option<String>,
}

/// All that judging needs beside the submission.
#[derive(Debug, Clone, Copy)]
pub struct Bench<'a> {
    /// The assignment.
    pub assignment: &'a Assignment,
    /// The golden files.
    pub fixtures: &'a Fixtures,
    /// Seed of the laws.
    pub seed: u64,
    /// Seed of the fresh inputs of differential runs.
    pub fresh_seed: u64,
    /// Which trials are run.
    pub training: Training<'a>,
    /// Whether the case that breaks a law is made smaller, for whoever reads it; no verdict depends on it.
    pub shrinks: bool,
    /// A law, or the check of fresh inputs, that is left out, as `task/check`, to see whether the kit notices.
    pub without: Option<&'a str>,
    /// How long a submission as a whole may take, where somebody stops the grader otherwise.
    pub time: Option<TimeLimit>,
}

impl Bench<'_> {
    /// Whether the time for the submission as a whole is used up.
    pub fn is_late(&self) -> bool {
        self.time.is_some_and(TimeLimit::is_over)
    }
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
    /// All.
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

/// Judges tasks that are given with parts first.
///
/// `precluded` holds what was found before anything ran: files that do not compile, forbidden items. `progress` is told
/// of each task as it begins.
pub fn judge(
    bench: &Bench<'_>,
    tasks: &[&Task],
    precluded: &BTreeMap<&str, Finding>,
    subject: &mut dyn Subject,
    progress: &mut dyn FnMut(&Task),
) -> Result<Vec<TaskJudgement>, FixtureError> {
    let mut wrong: BTreeSet<&'static str> = BTreeSet::new();
    let mut judgements = Vec::new();
    for task in tasks {
        progress(task);
        let broken = Broken::of(task, tasks, &wrong);
        let Some(judgement) = judge_task(bench, task, &broken, precluded, subject)? else {
            continue;
        };
        if !judgement.verdict.is_spotless() {
            wrong.insert(task.id);
        }
        judgements.push(judgement);
    }
    Ok(judgements)
}

/// Judges one task, given what is wrong among its parts; `None` where the assignment does not have it.
pub fn judge_task(
    bench: &Bench<'_>,
    task: &Task,
    broken: &Broken,
    precluded: &BTreeMap<&str, Finding>,
    subject: &mut dyn Subject,
) -> Result<Option<TaskJudgement>, FixtureError> {
    let Some(entry) = bench.assignment.entry(task.id) else {
        return Ok(None);
    };
    let late = bench.time.filter(|_| bench.is_late());
    let late = late.map(|time| Finding::TimeIsUp { seconds: time.seconds });
    match precluded.get(task.id).or(late.as_ref()) {
        Some(finding) => Ok(Some(precluded_task(bench, task, entry, finding))),
        None => TaskJudge::new(bench, task, entry).run(broken, subject).map(Some),
    }
}

/// Orders tasks so that every task comes after its parts, otherwise as given.
pub fn parts_first<'a>(tasks: &[&'a Task]) -> Vec<&'a Task> {
    let mut ordered: Vec<&Task> = Vec::new();
    let mut waiting: Vec<&Task> = tasks.to_vec();
    while !waiting.is_empty() {
        let is_waiting = |id: &str| waiting.iter().any(|task| task.id == id);
        // A cycle cannot be ordered; its first task then goes first, and a test forbids cycles.
        let next = waiting
            .iter()
            .position(|task| !task.parts.iter().any(|part| is_waiting(part)))
            .unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}

/// What is wrong among the tasks that a task uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broken {
    /// Those that it calls itself.
    pub parts: Vec<&'static str>,
    /// Those, and what they call in turn.
    pub all: Vec<&'static str>,
}

impl Broken {
    /// What is wrong among the parts of a task, as far as they are among `tasks`.
    pub fn of(task: &Task, tasks: &[&Task], wrong: &BTreeSet<&'static str>) -> Self {
        let of = |parts: Vec<&'static str>| parts.into_iter().filter(|part| wrong.contains(part)).collect();
        Self {
            parts: of(task.parts.to_vec()),
            all: of(all_parts(task, tasks)),
        }
    }
}

/// The parts of a task, their parts, and so on, as far as they are among `tasks`.
fn all_parts(task: &Task, tasks: &[&Task]) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = task.parts.to_vec();
    let mut next = 0;
    while let Some(&id) = found.get(next) {
        let parts = tasks
            .iter()
            .find(|task| task.id == id)
            .map_or(&[][..], |task| task.parts);
        let new: Vec<&'static str> = parts.iter().copied().filter(|part| !found.contains(part)).collect();
        found.extend(new);
        next += 1;
    }
    found
}

/// The check that outputs have no axes of size 1 in front that they should not have; made where one has.
pub use lenient::EXTRA_AXES;
/// The check that stands for all others where the file does not compile.
pub const BUILD: &str = "build";
/// The check that stands for all others where the tasks before have used up the time.
pub const TIME: &str = "time";
/// The check that stands for all others where the task uses what it may not use.
pub const POLICY: &str = "policy";

fn precluded_task(bench: &Bench<'_>, task: &Task, entry: &Entry, finding: &Finding) -> TaskJudgement {
    let ending = Ending::Failed {
        finding: finding.clone(),
        counterexample: None,
    };
    let (name, statement) = match finding {
        Finding::TimeIsUp { .. } => (TIME, "the functions judged before leave time for this one"),
        Finding::Forbidden { .. } => (POLICY, "the task is solved without what it rules out"),
        _ => (BUILD, "the file compiles, and the function has its signature"),
    };
    let portions = points::portions(task, entry, &[], bench.training.includes(task.id));
    TaskJudgement {
        task: task.id,
        verdict: Verdict::of(finding),
        points: 0.0,
        max_points: points::within_reach(&portions),
        training_points: points::out_of_reach(&portions),
        portions,
        checks: vec![Check::new(name, Kind::Golden, statement, ending)],
        likenesses: Vec::new(),
        substituted: Vec::new(),
        gone_round: Vec::new(),
        fault: None,
    }
}

#[cfg(test)]
mod tests;
