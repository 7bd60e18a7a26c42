//! What came of grading one submission, as a class keeps it.

use judge::findings::verdict::Verdict;
use report::Report;
use report::model::{CheckKind, CheckReport, TaskReport};

/// A grading.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The report, or why there is none though the submission can be graded: a fault of ours.
    pub result: Result<Report, String>,
    /// The mistakes that were recognised, whatever the assignment lets students see.
    pub mistakes: Vec<Mistake>,
    /// CPU seconds, where they are known of this grading alone.
    pub cpu_seconds: Option<f64>,
    /// Seconds by the clock.
    pub wall_seconds: f64,
}

/// A mistake of the corpus that a submission makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The task in which it is made.
    pub task: String,
    /// The name in the corpus.
    pub name: String,
    /// The mistake in a few words.
    pub words: String,
}

/// Why a report's points do not count: this grader failed on a task.
pub(crate) fn fault_of(report: &Report) -> Option<String> {
    let faulty = report.tasks.iter().filter(|task| task.verdict == Verdict::JudgeFault);
    let names: Vec<&str> = faulty.map(|task| task.id.as_str()).collect();
    let message = || {
        let checks = report.tasks.iter().flat_map(|task| &task.checks);
        let mut faults = checks.filter(|check| check.verdict == Verdict::JudgeFault);
        faults.find_map(|check| check.message.clone())
    };
    (!names.is_empty()).then(|| {
        let why = message().map_or(String::new(), |message| format!(": {message}"));
        format!("this grader failed on {}{why}", names.join(", "))
    })
}

/// What a wrong task does with the golden cases, as far as the report shows it: equal texts for equal behaviour. None where
/// the task is not wrong.
pub(crate) fn behaviour(task: &TaskReport) -> Option<String> {
    let is_wrong = !matches!(
        task.verdict,
        Verdict::Passed | Verdict::NotRun | Verdict::Skipped | Verdict::NotAttempted | Verdict::JudgeFault
    );
    let has_failed = |check: &&CheckReport| check.failed();
    let golden = |check: &CheckReport| matches!(check.kind, CheckKind::Golden | CheckKind::Single);
    if !is_wrong {
        return None;
    }
    let mut lines: Vec<String> = task
        .checks
        .iter()
        .filter(has_failed)
        .map(|check| {
            // Beside the golden cases inputs are drawn for everybody, and so are the words about them.
            let words = if golden(check) {
                check.message.as_deref().unwrap_or_default()
            } else {
                ""
            };
            let verdict = verdict_name(check.verdict);
            format!("{} {verdict} {words}", check.name)
        })
        .collect();
    if lines.iter().any(|line| line.starts_with("golden")) {
        lines.retain(|line| line.starts_with("golden"));
    }
    lines.sort();
    Some(files::sha256(lines.join("\n").as_bytes())[..12].to_owned())
}

/// A verdict as it is written everywhere.
pub(crate) fn verdict_name(verdict: Verdict) -> String {
    let value = serde_json::to_value(verdict).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
