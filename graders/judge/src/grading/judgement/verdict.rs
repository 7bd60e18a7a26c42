//! What the checks of a task mean together.

use super::model::{Check, Ending, Kind, Skip};
use crate::findings::verdict::Verdict;
use crate::findings::{BeforeRun, Finding, Violation};

/// Whether the check has come upon nothing but a `todo!()`.
pub(super) fn is_unwritten(check: &Check) -> bool {
    match check.finding() {
        Some(Finding::PropertyFailed(Violation::Call(finding))) => {
            **finding == Finding::BeforeRun(BeforeRun::NotAttempted)
        }
        Some(finding) => *finding == Finding::BeforeRun(BeforeRun::NotAttempted),
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
        Kind::Single | Kind::Precision | Kind::Property | Kind::Purity | Kind::Differential => false,
    }
}

fn is_not_asked(check: &Check) -> bool {
    check.ending == Ending::Skipped(Skip::TrainingNotAsked)
}

/// Whether it is a trial of which nothing is known, because it trains through tasks that are wrong.
fn is_training_through_others(check: &Check) -> bool {
    check.kind == Kind::Trial && matches!(check.ending, Ending::Skipped(Skip::DependsOn(_)))
}

/// Where no reference is at hand to answer for the parts that are wrong, a failure may be theirs. Nobody can tell, so it
/// is said; it costs as much, since the part was the submission's to fix.
pub(super) fn depends_on(checks: &mut [Check], parts: &[&'static str]) {
    let depends = || Ending::Skipped(Skip::DependsOn(parts.iter().map(ToString::to_string).collect()));
    for check in checks {
        if check
            .finding()
            .is_some_and(|finding| *finding != Finding::BeforeRun(BeforeRun::NotAttempted))
        {
            check.ending = depends();
            check.reproduction = None;
            for (_, ending) in &mut check.portions {
                if matches!(ending, Ending::Failed { .. }) {
                    *ending = depends();
                }
            }
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
        // Where no golden case holds, the golden check says so; the others were not made for a reason of ours.
        (Ending::Passed | Ending::Skipped(Skip::NothingHolds | Skip::FixedInputs | Skip::NoReference), _) => {
            Verdict::Passed
        }
        (Ending::Skipped(_), _) => Verdict::Skipped,
        // A function of which only a branch is not written is wrong.
        (Ending::Failed { finding, .. }, _) => match Verdict::of(finding) {
            Verdict::NotAttempted => Verdict::Wrong,
            verdict => verdict,
        },
    }
}
