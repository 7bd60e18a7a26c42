//! From endings to points. Two rules, and everything that decides about points stands here.
//!
//! *Monotone*: no ending that is in a submission's hands (a failure of any kind, or a check that was not made because of
//! one) gives more points than passing the check would, or than failing it openly would. So there is one loss for all of
//! them: `Standing::Lost`.
//!
//! *Earned*: a portion gives its points where its golden cases and its fresh inputs hold, and its trials reach their
//! thresholds, in checks that really ran. Where no reference is at hand, fresh inputs cannot be judged; then one
//! property at least has to hold, if the task has any. Properties, purity and f32 give nothing: they take a share of
//! what was earned.
//!
//! What could not be judged for a reason of ours is charged to nobody.

use crate::checks::derived;
use crate::contract::{Task, golden_name};
use crate::grading::assignment::{Deductions, Entry};
use crate::grading::judgement::model::{Check, Ending, Kind, Loss, Portion, Skip};
use wire::DType;

/// What a check's ending means for points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It was made and holds, or there is nothing that it could look at in anybody's submission.
    Holds,
    /// It does not hold, or was not made for a reason that is the submission's.
    Lost,
    /// It was not made for a reason that is ours.
    Ours,
}

impl Standing {
    /// What an ending means: the only place where a check that was not made is excused.
    pub fn of(ending: &Ending) -> Self {
        match ending {
            Ending::Passed | Ending::Skipped(Skip::FixedInputs) => Self::Holds,
            Ending::Failed { .. }
            | Ending::Skipped(
                Skip::DependsOn(_)
                | Skip::NothingToJudge
                | Skip::NotWritten
                | Skip::NoAnswer
                | Skip::NothingHolds
                | Skip::TimeUsedUp,
            ) => Self::Lost,
            Ending::Skipped(Skip::NoReference | Skip::TrainingNotAsked) => Self::Ours,
        }
    }
}

/// The portions of a task, earned or not; `trained` says whether its trials were asked for.
pub fn portions(task: &Task, entry: &Entry, checks: &[Check], trained: bool) -> Vec<Portion> {
    let portion = |name: &&'static str| {
        let lost = losses(task, name, checks);
        Portion {
            name: (*name).to_owned(),
            points: entry.portions.get(*name).copied().unwrap_or(0.0),
            earned: lost.is_empty(),
            checks: deciding(task, name),
            lost,
            not_run: !trained && task.trials.iter().any(|trial| trial.portion == *name),
        }
    };
    task.portions().iter().map(portion).collect()
}

/// The rule *earned*: all that keeps a portion from being earned.
fn losses(task: &Task, portion: &str, checks: &[Check]) -> Vec<Loss> {
    let holds = |name: &str| {
        let check = checks.iter().find(|check| check.name == name);
        check.is_some_and(|check| Standing::of(&check.ending) == Standing::Holds)
    };
    let mut lost = Vec::new();
    if task.cases.iter().any(|case| case.portion == portion) {
        if !holds(&golden_name(DType::F64, portion)) {
            lost.push(Loss::Golden);
        }
        lost.extend(fresh_loss(portion, checks));
    }
    let trials = task.trials.iter().filter(|trial| trial.portion == portion);
    let failed = trials.filter(|trial| !holds(trial.name));
    lost.extend(failed.map(|trial| Loss::Trial(trial.name.to_owned())));
    lost
}

/// What is lost by the fresh inputs of a portion. A task without such a check (the self-test can leave it out) loses
/// nothing.
fn fresh_loss(portion: &str, checks: &[Check]) -> Option<Loss> {
    let differential = checks.iter().find(|check| check.kind == Kind::Differential)?;
    match Standing::of(differential.ending_in(portion)) {
        Standing::Holds => None,
        Standing::Lost => Some(Loss::Fresh),
        Standing::Ours => {
            // Golden cases learnt by heart hold in whatever layout.
            let is_derived = |check: &Check| derived::ALL.iter().any(|derived| derived.name == check.name);
            let is_property = |check: &&Check| check.kind == Kind::Property && !is_derived(check);
            let mut properties = checks.iter().filter(is_property).peekable();
            let holds = |property: &Check| Standing::of(&property.ending) == Standing::Holds;
            (properties.peek().is_some() && !properties.any(holds)).then_some(Loss::NoPropertyHolds)
        }
    }
}

fn deciding(task: &Task, portion: &str) -> Vec<String> {
    let golden = task.cases.iter().any(|case| case.portion == portion);
    let golden = golden.then(|| golden_name(DType::F64, portion));
    let trials = task.trials.iter().filter(|trial| trial.portion == portion);
    golden
        .into_iter()
        .chain(trials.map(|trial| trial.name.to_owned()))
        .collect()
}

/// The points that can be earned in this run.
pub fn within_reach(portions: &[Portion]) -> f64 {
    sum(portions.iter().filter(|portion| !portion.not_run))
}

/// The points that cannot, since their trials were not asked for.
pub fn out_of_reach(portions: &[Portion]) -> f64 {
    sum(portions.iter().filter(|portion| portion.not_run))
}

fn sum<'a>(portions: impl Iterator<Item = &'a Portion>) -> f64 {
    // Adding zero turns the negative zero of an empty sum into a plain one.
    portions.map(|portion| portion.points).sum::<f64>() + 0.0
}

/// The points of a task: what its portions earn, less what lost checks take away; to a hundredth.
pub fn points(portions: &[Portion], checks: &[Check], deductions: Deductions) -> f64 {
    let taken = |of: &dyn Fn(&Check) -> bool| -> f64 {
        let checks = checks.iter().filter(|check| of(check));
        checks.filter_map(|check| deduction(check, portions, deductions)).sum()
    };
    let everywhere = taken(&|check| check.kind != Kind::Single);
    let of_portion = |portion: &Portion| {
        let own = taken(&|check| is_single_of(check, portion));
        portion.points * (1.0 - everywhere - own).max(0.0)
    };
    let earned: f64 = portions.iter().filter(|portion| portion.earned).map(of_portion).sum();
    // Adding zero turns the negative zero of an empty sum into a plain one.
    (earned * 100.0).round() / 100.0 + 0.0
}

/// The rule *monotone*: the share that a check takes away, the same for every way of losing it; `None` where it takes
/// nothing. It is a share of all that was earned; of an f32 check, of what its portion has earned. Otherwise losing a
/// small portion could save what its f32 check costs the large ones.
pub fn deduction(check: &Check, portions: &[Portion], deductions: Deductions) -> Option<f64> {
    let is_lost = Standing::of(&check.ending) == Standing::Lost && !is_lost_already(check, portions);
    let cost = match check.kind {
        // These decide about portions.
        Kind::Golden | Kind::Trial | Kind::Differential => 0.0,
        Kind::Single | Kind::Property => deductions.property,
        Kind::Precision => deductions.precision,
        Kind::Purity => deductions.purity,
    };
    (is_lost && cost > 0.0).then_some(cost)
}

/// Whether it is the f32 check of a portion that is lost: that mistake has been paid for.
fn is_lost_already(check: &Check, portions: &[Portion]) -> bool {
    let mut lost = portions.iter().filter(|portion| !portion.earned);
    lost.any(|portion| is_single_of(check, portion))
}

fn is_single_of(check: &Check, portion: &Portion) -> bool {
    check.kind == Kind::Single && check.name == golden_name(DType::F32, &portion.name)
}

#[cfg(test)]
mod rules;
#[cfg(test)]
mod tests;
