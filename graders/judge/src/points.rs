//! From endings to points: golden cases give, everything else only takes away.

use crate::assignment::{Deductions, Entry};
use crate::judgement::{Check, Ending, Kind};
use crate::task::Task;

/// A named part of a task's points.
#[derive(Debug, Clone, PartialEq)]
pub struct Portion {
    /// Its name.
    pub name: String,
    /// Its points.
    pub points: f64,
    /// Whether its golden cases hold in f64.
    pub earned: bool,
}

/// The portions of a task, earned or not.
pub fn portions(task: &Task, entry: &Entry, checks: &[Check]) -> Vec<Portion> {
    let earned = |portion: &str| {
        let name = format!("golden-f64/{portion}");
        checks
            .iter()
            .any(|check| check.name == name && check.ending == Ending::Passed)
    };
    let portion = |name: &&'static str| Portion {
        name: (*name).to_owned(),
        points: entry.portions.get(*name).copied().unwrap_or(0.0),
        earned: earned(name),
    };
    task.portions().iter().map(portion).collect()
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
        .filter(|check| matches!(check.ending, Ending::Failed { .. }));
    let lost: f64 = failed.map(|check| cost(check.kind, deductions)).sum();
    // Adding zero turns the negative zero of an empty sum into a plain one.
    (earned * (1.0 - lost).max(0.0) * 100.0).round() / 100.0 + 0.0
}

/// The share of the earned points that a failed check takes away.
fn cost(kind: Kind, deductions: Deductions) -> f64 {
    match kind {
        Kind::Golden => 0.0,
        Kind::Single | Kind::Law => deductions.law,
        Kind::Precision => deductions.precision,
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
        Check {
            name: String::new(),
            kind,
            statement: String::new(),
            ending,
        }
    }

    fn portion(points: f64, earned: bool) -> Portion {
        Portion {
            name: String::new(),
            points,
            earned,
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
    fn points_never_fall_below_zero() {
        let checks = vec![check(Kind::Law, false); 9];
        assert_eq!(points(&[portion(4.0, true)], &checks, DEDUCTIONS), 0.0);
    }
}
