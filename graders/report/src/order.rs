//! The order of a task's checks: what a student should look at first comes first.

use std::cmp::Reverse;

use crate::model::{CheckKind, CheckReport};
use judge::findings::verdict::Verdict;

/// Failed checks first, the worst verdict at the top; then skipped ones; then those that hold.
///
/// Among equally bad ones a golden case leads, since it costs the points, and properties follow, since they come with a
/// small input; further golden cases, which mostly repeat the first, come after them. Where all golden cases hold, a
/// side effect stands before everything else: what fails beside it mostly fails because of it.
pub(crate) fn worst_first(checks: Vec<CheckReport>) -> Vec<CheckReport> {
    let leading = checks
        .iter()
        .position(|check| check.failed() && gives_points(check.kind) && check.verdict == Verdict::Wrong);
    let golden_cases_hold = !checks.iter().any(|check| check.failed() && gives_points(check.kind));
    let mut placed: Vec<(usize, CheckReport)> = checks.into_iter().enumerate().collect();
    placed.sort_by_key(|(position, check)| {
        let severity = if check.failed() { Some(check.verdict) } else { None };
        let leads = leading == Some(*position);
        let group = match (check.failed(), check.verdict) {
            (true, _) => 0,
            (false, Verdict::Skipped | Verdict::NotRun) => 1,
            (false, _) => 2,
        };
        let explains = golden_cases_hold && group == 0 && check.kind == CheckKind::Purity;
        (group, !explains, Reverse(severity), !leads, rank(check))
    });
    placed.into_iter().map(|(_, check)| check).collect()
}

fn gives_points(kind: CheckKind) -> bool {
    matches!(kind, CheckKind::Golden | CheckKind::Trial)
}

/// Checks that hold keep the order in which they were made.
fn rank(check: &CheckReport) -> u8 {
    match check.kind {
        _ if !check.failed() => 0,
        CheckKind::Property => 1,
        CheckKind::Golden | CheckKind::Trial => 2,
        CheckKind::Single => 3,
        CheckKind::Differential => 4,
        CheckKind::Purity => 5,
        CheckKind::Precision => 6,
    }
}
