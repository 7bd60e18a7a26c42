//! From endings to points: golden cases and trials give, everything else only takes away.

use crate::assignment::{Deductions, Entry};
use crate::judgement::{Check, Ending, Kind};
use crate::task::{Task, golden_name};
use wire::DType;

/// A named part of a task's points.
#[derive(Debug, Clone, PartialEq)]
pub struct Portion {
    /// Its name.
    pub name: String,
    /// Its points.
    pub points: f64,
    /// The names of the checks that decide: its golden cases in f64, its trials.
    pub checks: Vec<String>,
    /// Whether all of these hold.
    pub earned: bool,
    /// Whether trials among them were not asked for, so that it cannot be earned in this run.
    pub not_run: bool,
}

/// The portions of a task, earned or not; `trained` says whether its trials were asked for.
pub fn portions(task: &Task, entry: &Entry, checks: &[Check], trained: bool) -> Vec<Portion> {
    let holds = |name: &String| {
        checks
            .iter()
            .any(|check| check.name == *name && check.ending == Ending::Passed)
    };
    let portion = |name: &&'static str| {
        let deciding = deciding(task, name);
        Portion {
            name: (*name).to_owned(),
            points: entry.portions.get(*name).copied().unwrap_or(0.0),
            earned: deciding.iter().all(holds),
            checks: deciding,
            not_run: !trained && task.trials.iter().any(|trial| trial.portion == *name),
        }
    };
    task.portions().iter().map(portion).collect()
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

/// The points of a task: what its portions earn, less what failed checks take away; to a hundredth.
pub fn points(portions: &[Portion], checks: &[Check], deductions: Deductions) -> f64 {
    let earned: f64 = portions
        .iter()
        .filter(|portion| portion.earned)
        .map(|portion| portion.points)
        .sum();
    let failed = checks
        .iter()
        .filter(|check| matches!(check.ending, Ending::Failed { .. }))
        .filter(|check| !is_lost_already(portions, check));
    let lost: f64 = failed.map(|check| cost(check.kind, deductions)).sum();
    // Adding zero turns the negative zero of an empty sum into a plain one.
    (earned * (1.0 - lost).max(0.0) * 100.0).round() / 100.0 + 0.0
}

/// Whether it is the f32 check of a portion that is lost: that mistake has been paid for.
fn is_lost_already(portions: &[Portion], check: &Check) -> bool {
    check.kind == Kind::Single
        && portions
            .iter()
            .any(|portion| !portion.earned && check.name == golden_name(DType::F32, &portion.name))
}

/// The share of the earned points that a failed check takes away.
fn cost(kind: Kind, deductions: Deductions) -> f64 {
    match kind {
        Kind::Golden | Kind::Trial => 0.0,
        Kind::Single | Kind::Law | Kind::Differential => deductions.law,
        Kind::Precision => deductions.precision,
        // Also what right values behind axes of size 1 cost, whatever the number of checks that they would fail.
        Kind::Hygiene => deductions.hygiene,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Finding;

    const DEDUCTIONS: Deductions = Deductions {
        law: 0.25,
        hygiene: 0.1,
        precision: 0.1,
    };

    fn check(kind: Kind, holds: bool) -> Check {
        let finding = Finding::NotAttempted;
        let failed = Ending::Failed {
            finding,
            counterexample: None,
        };
        let ending = if holds { Ending::Passed } else { failed };
        Check::new("", kind, "", ending)
    }

    fn portion(points: f64, earned: bool) -> Portion {
        Portion {
            name: String::new(),
            points,
            checks: Vec::new(),
            earned,
            not_run: false,
        }
    }

    #[test]
    fn laws_that_hold_give_nothing() {
        assert_eq!(
            points(&[portion(4.0, false)], &[check(Kind::Law, true)], DEDUCTIONS),
            0.0
        );
    }

    #[test]
    fn a_broken_law_takes_a_share_of_what_was_earned() {
        let portions = [portion(4.0, true), portion(4.0, false)];
        assert_eq!(points(&portions, &[check(Kind::Law, false)], DEDUCTIONS), 3.0);
    }

    #[test]
    fn a_portion_that_is_lost_in_f64_is_not_charged_again_in_f32() {
        let named = |name: &str, earned| Portion {
            name: name.to_owned(),
            ..portion(4.0, earned)
        };
        let single = |name: &str| Check {
            name: golden_name(DType::F32, name),
            ..check(Kind::Single, false)
        };
        let portions = [named("left", true), named("right", false)];
        assert_eq!(points(&portions, &[single("right")], DEDUCTIONS), 4.0);
        assert_eq!(points(&portions, &[single("left")], DEDUCTIONS), 3.0);
    }

    #[test]
    fn points_never_fall_below_zero() {
        let checks = vec![check(Kind::Law, false); 9];
        assert_eq!(points(&[portion(4.0, true)], &checks, DEDUCTIONS), 0.0);
    }
}
