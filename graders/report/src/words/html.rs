//! The words of the page that are on no other report.

use judge::findings::verdict::Verdict;

use super::figures::{comma, index};
use super::picture::index_of;
use crate::model::{Argument, CheckKind, CheckReport, Portion, Report, TaskReport};

pub(crate) const SKIP: &str = "skip to the first task that is wrong";
pub(crate) const SKIP_TO_TASKS: &str = "skip to the tasks";
/// The columns of a table of tasks.
pub(crate) const COLUMNS: [&str; 4] = ["task", "points", "verdict", "what holds"];
/// The tasks that have only a row.
pub(crate) const REST: &str = "Not written or not run";
pub(crate) const NEXT: &str = "Next: ";
pub(crate) const SETTING: &str = "How it was graded";
pub(crate) const BY_HAND: &str = "Graded by hand";
pub(crate) const PORTIONS: &str = "where the points are";
pub(crate) const CURVES: &str = "what was measured along the way";
pub(crate) const EXACT_ELSEWHERE: &str = "Numbers are rounded to six digits; the report in JSON has all of them.";
/// Instead of the values of an argument that was too large to be kept.
pub(crate) const NOT_KEPT: &str = "too many values to list";
pub(crate) const NO_VALUES: &str = "no values";

/// The table of an answer's steps.
pub(crate) const STEPS: &str = "step by step";

/// The table of a trial's figures.
pub(crate) const MEASURED: &str = "what was measured";

/// Whether a figure reaches its threshold.
pub(crate) fn reached(holds: bool) -> &'static str {
    if holds { "✓ reached" } else { "✗ not reached" }
}

/// A verdict's sign, which stands beside its name.
pub(crate) fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "✓",
        Verdict::NotRun | Verdict::Skipped | Verdict::NotAttempted => "○",
        Verdict::Wrong
        | Verdict::OutOfMemory
        | Verdict::TimedOut
        | Verdict::Crashed
        | Verdict::RefusedByPolicy
        | Verdict::DidNotCompile => "✗",
        Verdict::JudgeFault => "!",
    }
}

/// A kind of check, where its title does not say it.
pub(crate) fn kind(check: &CheckReport) -> Option<&'static str> {
    match check.kind {
        CheckKind::Property => Some("property"),
        CheckKind::Trial => Some("training"),
        CheckKind::Golden | CheckKind::Single | CheckKind::Precision | CheckKind::Purity | CheckKind::Differential => {
            None
        }
    }
}

/// What a region with the arguments of a call holds.
pub(crate) fn arguments_of(task: &str) -> String {
    format!("arguments of {task}")
}

/// The fold around the student's own function.
pub(crate) fn your_function(file: &str, line: usize) -> String {
    format!("your function, {file}:{line}")
}

/// A link to a finding, for those who hear it.
pub(crate) fn link_to(finding: &str) -> String {
    format!("link to {finding}")
}

/// What has come of a part of the points.
pub(crate) fn portion(portion: &Portion) -> &'static str {
    match (portion.not_run, portion.earned) {
        (true, _) => "not run",
        (false, true) => "✓ earned",
        (false, false) => "✗ lost",
    }
}

/// The summary of the list of checks.
pub(crate) fn all_checks(checks: usize) -> String {
    match checks {
        1 => "the only check".to_owned(),
        _ => format!("all {checks} checks"),
    }
}

/// The summary of a counterexample.
pub(crate) fn input(summary: &str) -> String {
    if summary.is_empty() {
        "the input that shows it".to_owned()
    } else {
        format!("the smallest input found that shows it: {summary}")
    }
}

/// Calls that a listing leaves out.
pub(crate) fn more_calls(calls: usize) -> String {
    match calls {
        1 => "1 more call is in the report in JSON".to_owned(),
        _ => format!("{calls} more calls are in the report in JSON"),
    }
}

/// Dtype and shape of an argument.
pub(crate) fn typed(argument: &Argument) -> String {
    if argument.shape.is_empty() {
        argument.dtype.clone()
    } else {
        format!("{} {}", argument.dtype, index(&argument.shape))
    }
}

/// Which block of rows and columns follows, where a tensor has more axes than two.
pub(crate) fn block(number: usize, before: &[usize]) -> String {
    format!("[{}, .., ..]", comma(index_of(number, before).iter()))
}

/// Where a task is in the document and in the submission.
pub(crate) fn place_of(task: &TaskReport) -> String {
    let line = task.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("item {}, in {}{line}", task.item, task.file)
}

/// Where and with what it was graded: label and value.
pub(crate) fn setting(report: &Report) -> Vec<(&'static str, String)> {
    let sandbox = if report.sandbox.is_empty() {
        "none".to_owned()
    } else {
        report.sandbox.join(", ")
    };
    let mut rows = vec![
        ("submission", report.submission.path.clone()),
        ("its SHA-256", report.submission.sha256.clone()),
        ("sandbox", sandbox),
        ("device", report.device.clone()),
        ("dtypes", report.dtypes.join(" and ")),
        ("libtorch", report.libtorch.clone()),
        ("seed of the properties", report.seed.to_string()),
        ("seed of fresh inputs", report.fresh_seed.to_string()),
        ("fixtures", report.fixtures_sha256.clone()),
        ("grader", format!("{} {}", report.grader.name, report.grader.version)),
    ];
    if let Some(times) = &report.times {
        let stages: Vec<String> = times
            .stages
            .iter()
            .map(|stage| format!("{} {:.2} s", stage.name, stage.seconds))
            .collect();
        rows.push(("time", format!("{:.2} s ({})", times.total, stages.join(", "))));
        rows.extend(super::taken_over(report).map(|taken_over| ("taken over", taken_over)));
    }
    rows
}
/// The fold around a test that reproduces a finding.
pub(crate) fn test(check: &str) -> String {
    format!("a test that reproduces {check} in your own crate")
}

/// Why there is no such test.
pub(crate) fn no_test(why: &str) -> String {
    format!("No test that reproduces it: {why}.")
}
