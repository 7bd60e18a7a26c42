//! What the checks of a task mean together.

use super::{Check, Ending, Kind, Skip};
use crate::finding::{Finding, Violation};
use crate::verdict::Verdict;

/// Whether the check has come upon nothing but a `todo!()`.
pub(super) fn is_unwritten(check: &Check) -> bool {
    match check.finding() {
        Some(Finding::LawBroken(Violation::Call(finding))) => **finding == Finding::NotAttempted,
        Some(finding) => *finding == Finding::NotAttempted,
        None => false,
    }
}

/// Whether everything that could give points found nothing but `todo!()`, as far as it was tried.
pub(super) fn untried(checks: &[Check]) -> bool {
    let mut tried = checks
        .iter()
        .filter(|check| gives_points(check.kind) && !is_not_asked(check) && !is_training_through_others(check))
        .peekable();
    tried.peek().is_some() && tried.all(is_unwritten)
}

fn gives_points(kind: Kind) -> bool {
    match kind {
        Kind::Golden | Kind::Trial => true,
        Kind::Single | Kind::Precision | Kind::Law | Kind::Hygiene | Kind::Differential => false,
    }
}

fn is_not_asked(check: &Check) -> bool {
    check.ending == Ending::Skipped(Skip::TrainingNotAsked)
}

/// Whether it is a trial of which nothing is known, because it trains through tasks that are wrong.
fn is_training_through_others(check: &Check) -> bool {
    check.kind == Kind::Trial && matches!(check.ending, Ending::Skipped(Skip::DependsOn(_)))
}

/// A task that goes round `parts` while one of its parts is wrong: its own failures prove nothing.
pub(super) fn blame_parts(checks: &mut [Check], parts: &[&'static str]) {
    for check in checks {
        if check.finding().is_some_and(|finding| *finding != Finding::NotAttempted) {
            check.ending = Ending::Skipped(Skip::DependsOn(parts.iter().map(ToString::to_string).collect()));
        }
    }
}

/// The worst of the checks; those that were not asked for have no say beside others.
pub(super) fn verdict(checks: &[Check]) -> Verdict {
    if untried(checks) {
        return Verdict::NotAttempted;
    }
    let asked = checks.iter().filter(|check| !is_not_asked(check));
    match asked.map(verdict_of_check).max() {
        Some(worst) => worst,
        None if checks.is_empty() => Verdict::Passed,
        None => Verdict::NotRun,
    }
}

fn verdict_of_check(check: &Check) -> Verdict {
    match (&check.ending, check.kind) {
        // What takes points away and was not tried takes nothing away.
        (Ending::Passed | Ending::Skipped(Skip::NothingHolds | Skip::FixedInputs | Skip::NoReference), _)
        | (Ending::Skipped(Skip::DependsOn(_)), Kind::Law | Kind::Hygiene | Kind::Differential) => Verdict::Passed,
        (Ending::Skipped(_), _) => Verdict::Skipped,
        // A function of which only a branch is not written is wrong.
        (Ending::Failed { finding, .. }, _) => match Verdict::of(finding) {
            Verdict::NotAttempted => Verdict::Wrong,
            verdict => verdict,
        },
    }
}
