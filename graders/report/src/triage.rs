//! The order in which a reader wants the tasks: what is wrong first, what passed last and together.

use std::cmp::Reverse;

use judge::findings::verdict::Verdict;

use crate::model::{Report, TaskReport};

/// The tasks of a report as they are shown.
#[derive(Debug)]
pub(crate) struct Triage<'a> {
    /// Those of which there is something to say, what is wrong first; of equals, the one that loses most.
    pub(crate) open: Vec<&'a TaskReport>,
    /// Those that passed, of which there is nothing more to say, in the order of the assignment.
    pub(crate) passed: Vec<&'a TaskReport>,
}

/// Sorts the tasks of a report.
pub(crate) fn triage(report: &Report) -> Triage<'_> {
    let (passed, mut open): (Vec<_>, Vec<_>) = report.tasks.iter().partition(|task| is_settled(task));
    open.sort_by_key(|task| (rank(task.verdict), Reverse(hundredths_lost(task))));
    Triage { open, passed }
}

/// Whether it passed and nothing else is to be said of it.
fn is_settled(task: &TaskReport) -> bool {
    task.verdict == Verdict::Passed && task.remarks().is_empty()
}

/// Whether a student has something to fix here.
pub(crate) fn is_failing(task: &TaskReport) -> bool {
    !matches!(task.verdict, Verdict::Passed | Verdict::NotRun)
}

/// Whether nothing of it is written: one row says all.
pub(crate) fn is_unwritten(task: &TaskReport) -> bool {
    let remarks = task.remarks();
    task.verdict == Verdict::NotAttempted
        && remarks
            .iter()
            .all(|remark| remark.check.verdict == Verdict::NotAttempted)
}

/// Points lost in hundredths, as whole numbers that can be ordered; what was not judged loses none.
pub(crate) fn hundredths_lost(task: &TaskReport) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "points are small")]
    let lost = ((task.max_points - task.points) * 100.0).round() as i64;
    if task.verdict == Verdict::JudgeFault && task.by_hand.is_none() {
        0
    } else {
        lost
    }
}

/// The place of a verdict among those that are shown.
pub(crate) fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Wrong => 0,
        Verdict::DidNotCompile => 1,
        Verdict::RefusedByPolicy => 2,
        Verdict::Crashed => 3,
        Verdict::TimedOut => 4,
        Verdict::OutOfMemory => 5,
        Verdict::JudgeFault => 6,
        Verdict::Skipped => 7,
        Verdict::NotAttempted => 8,
        Verdict::Passed => 9,
        Verdict::NotRun => 10,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::mixed_report;

    #[test]
    fn what_is_wrong_comes_first_and_what_loses_most_before_that() {
        let report = mixed_report();
        let triage = triage(&report);
        let ids = |tasks: &[&TaskReport]| tasks.iter().map(|task| task.id.clone()).collect::<Vec<_>>();
        assert_eq!(
            ids(&triage.open),
            [
                "causal_self_attention",
                "scaled_dot_product_attention",
                "greedy",
                "nucleus",
                "graph_attention",
                "adjacency_matrix",
                "rotary_embedding",
                "degree_matrix",
            ]
        );
        assert_eq!(ids(&triage.passed), ["rms_norm"]);
    }

    #[test]
    fn a_fault_of_the_grader_loses_nothing() {
        let report = mixed_report();
        let faulted = report.tasks.iter().find(|task| task.verdict == Verdict::JudgeFault);
        assert_eq!(faulted.map(hundredths_lost), Some(0));
    }
}
