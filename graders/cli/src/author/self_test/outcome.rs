//! What the self-test keeps of a judgement: enough for its table, and little enough to be stored.

use judge::findings::verdict::Verdict;
use judge::grading::judgement::{Check, Ending, Kind, TaskJudgement};
use serde::{Deserialize, Serialize};

/// What came of one task of a submission.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TaskOutcome {
    pub(crate) task: String,
    pub(crate) verdict: Verdict,
    pub(crate) points: f64,
    pub(crate) max_points: f64,
    /// The checks that failed, in the order in which they were made.
    pub(crate) lost: Vec<String>,
    /// Whether some golden output is wrong.
    pub(crate) has_wrong_golden: bool,
    /// The names of the known mistakes that it looks like.
    pub(crate) names: Vec<String>,
    /// What went wrong on our side.
    pub(crate) fault: Option<String>,
}

impl TaskOutcome {
    /// What is kept of a judgement.
    pub(crate) fn of(judgement: &TaskJudgement) -> Self {
        let golden = judgement.checks.iter().filter(|check| check.kind == Kind::Golden);
        let mut golden = golden.filter_map(Check::finding);
        Self {
            task: judgement.task.to_owned(),
            verdict: judgement.verdict,
            points: judgement.points,
            max_points: judgement.max_points,
            lost: lost(judgement).map(str::to_owned).collect(),
            has_wrong_golden: golden.any(|finding| Verdict::of(finding) == Verdict::Wrong),
            names: judgement
                .mistake_matches
                .iter()
                .map(|mistake_match| mistake_match.name.clone())
                .collect(),
            fault: judgement.fault.clone(),
        }
    }
}

/// The names of the checks that failed.
pub(crate) fn lost(task: &TaskJudgement) -> impl Iterator<Item = &str> {
    task.checks
        .iter()
        .filter(|check| matches!(check.ending, Ending::Failed { .. }))
        .map(|check| check.name.as_str())
}
