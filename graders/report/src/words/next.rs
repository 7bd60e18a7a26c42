//! The next thing to do after a report.

use judge::findings::verdict::Verdict;

use crate::model::{CheckKind, CheckReport, TaskReport};

/// One command or step: the grader's own faults first, then what keeps code from being judged, then wrong answers in
/// the order of the assignment, then what is not written.
pub(crate) fn next(tasks: &[TaskReport]) -> Option<String> {
    let first = |wanted: fn(&TaskReport) -> bool| tasks.iter().find(|task| wanted(task));
    if first(|task| task.verdict == Verdict::JudgeFault).is_some() {
        return Some("run the same command again; if it fails again, report it with the text above".to_owned());
    }
    if let Some(task) = first(|task| matches!(task.verdict, Verdict::DidNotCompile | Verdict::RefusedByPolicy)) {
        return Some(format!("fix {} and grade again", place(task)));
    }
    let wrong = tasks
        .iter()
        .filter(|task| !is_unwritten(task))
        .find_map(|task| Some((task, failed(task)?)));
    if let Some((task, check)) = wrong {
        return Some(explain(task, check));
    }
    let unwritten = first(is_unwritten).map(|task| format!("grade explain {}", task.id));
    unwritten.or_else(|| first(needs_training).map(|_| "grade again with --training".to_owned()))
}

fn is_unwritten(task: &TaskReport) -> bool {
    task.verdict == Verdict::NotAttempted
}

fn needs_training(task: &TaskReport) -> bool {
    task.training_points > 0.0
}

fn failed(task: &TaskReport) -> Option<&CheckReport> {
    let failures = || task.checks.iter().filter(|check| check.failed());
    failures()
        .find(|check| check.kind == CheckKind::Property)
        .or_else(|| failures().next())
}

fn place(task: &TaskReport) -> String {
    let location = task.checks.iter().find_map(|check| check.location.as_ref());
    match location {
        Some(location) => match location.line {
            Some(line) => format!("{}:{line}", location.file),
            None => location.file.clone(),
        },
        None => task.file.clone(),
    }
}

/// Properties and trials have an explanation of their own; other checks are explained with their task.
fn explain(task: &TaskReport, check: &CheckReport) -> String {
    match check.kind {
        CheckKind::Property | CheckKind::Trial => format!("grade explain {}/{}", task.id, check.name),
        CheckKind::Golden | CheckKind::Single | CheckKind::Precision | CheckKind::Purity | CheckKind::Differential => {
            format!("grade explain {}", task.id)
        }
    }
}
