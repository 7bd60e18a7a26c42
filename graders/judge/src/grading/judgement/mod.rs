//! Judging a submission: every check of every task, in an order in which parts come first.
//!
//! Here is the way through the tasks; `model` says what a judgement is, `context` what judging needs. `task` judges one
//! task, `cases` and `trials` make its checks, `blame` says whose mistake it is where a part is called, `lenient` has
//! mistakes of form cost only themselves, `verdict` says what the checks mean together.

pub mod blame;
mod cases;
pub mod context;
mod lenient;
mod meter;
pub mod model;
mod task;
mod task_judge;
mod trials;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use self::task_judge::TaskJudge;
use crate::contract::Task;
use crate::contract::subject::Subject;
use crate::findings::verdict::Verdict;
use crate::findings::{BeforeRun, Finding};
use crate::fixtures::files::FixtureError;
use crate::grading::assignment::Entry;
use crate::grading::parts::Broken;
use crate::grading::points;

pub use blame::{AS_PART, charge_parts, charged, is_part};
pub use context::{Carried, CarriedInput, GradingContext, TimeLimit, Training};
pub use lenient::EXTRA_AXES;
pub use model::{BUILD, Blame, Check, Ending, Kind, Loss, POLICY, Portion, Skip, TIME, TaskJudgement};

/// Judges tasks that are given with parts first.
///
/// `rejected` holds what was found before anything ran: files that do not compile, forbidden items. `progress` is told
/// of each task as it begins.
pub fn judge(
    context: &GradingContext<'_>,
    tasks: &[&Task],
    rejected: &BTreeMap<&str, Finding>,
    subject: &mut dyn Subject,
    progress: &mut dyn FnMut(&Task),
) -> Result<Vec<TaskJudgement>, FixtureError> {
    let mut wrong: BTreeSet<&'static str> = BTreeSet::new();
    let mut judgements = Vec::new();
    for task in tasks {
        progress(task);
        let broken = Broken::of(task, tasks, &wrong);
        let Some(judgement) = judge_task(context, task, &broken, rejected, subject)? else {
            continue;
        };
        if !judgement.verdict.is_spotless() {
            wrong.insert(task.id);
        }
        judgements.push(judgement);
    }
    charge_parts(context, &mut judgements);
    Ok(judgements)
}

/// Judges one task, given what is wrong among its parts; `None` where the assignment does not have it.
pub fn judge_task(
    context: &GradingContext<'_>,
    task: &Task,
    broken: &Broken,
    rejected: &BTreeMap<&str, Finding>,
    subject: &mut dyn Subject,
) -> Result<Option<TaskJudgement>, FixtureError> {
    let Some(entry) = context.assignment.entry(task.id) else {
        return Ok(None);
    };
    let late = context.time.filter(|_| context.is_late());
    let late = late.map(|time| Finding::BeforeRun(BeforeRun::TimeIsUp { seconds: time.seconds }));
    match rejected.get(task.id).or(late.as_ref()) {
        Some(finding) => Ok(Some(rejected_task(context, task, entry, finding))),
        None => TaskJudge::new(context, task, entry).run(broken, subject).map(Some),
    }
}

fn rejected_task(context: &GradingContext<'_>, task: &Task, entry: &Entry, finding: &Finding) -> TaskJudgement {
    let ending = Ending::Failed {
        finding: finding.clone(),
        counterexample: None,
    };
    let (name, statement) = match finding {
        Finding::BeforeRun(BeforeRun::TimeIsUp { .. }) => (TIME, "the functions judged before leave time for this one"),
        Finding::BeforeRun(BeforeRun::Forbidden { .. }) => (POLICY, "the task is solved without what it rules out"),
        _ => (BUILD, "the file compiles, and the function has its signature"),
    };
    let portions = points::portions(task, entry, &[], context.training.includes(task.id));
    TaskJudgement {
        task: task.id,
        verdict: Verdict::of(finding),
        points: 0.0,
        max_points: points::within_reach(&portions),
        training_points: points::out_of_reach(&portions),
        portions,
        checks: vec![Check::new(name, Kind::Golden, statement, ending)],
        mistake_matches: Vec::new(),
        substituted: Vec::new(),
        unanswered: Vec::new(),
        gone_round: Vec::new(),
        blames: Vec::new(),
        fault: None,
    }
}

#[cfg(test)]
mod tests;
