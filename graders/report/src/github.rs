//! The report as annotations of GitHub Actions: workflow commands, one a line, for the step's standard output.
//!
//! At most ten of each kind are shown per step, so the worst come first and the rest is left to the summary. Data and
//! properties are escaped, so that no text of a submission can begin a command of its own.

use std::cmp::Reverse;
use std::fmt::Write;

use judge::findings::verdict::Verdict;

use crate::model::{Remark, Report, TaskReport};
use crate::refusal::Refusal;
use crate::steps;
use crate::triage::{hundredths_lost, is_unwritten, rank};
use crate::words::{self, title};

/// Annotations of a kind that are shown per step.
const PER_KIND: usize = 10;

/// The annotations, worst first.
pub fn render(report: &Report) -> String {
    let mut tasks: Vec<&TaskReport> = report
        .tasks
        .iter()
        .filter(|task| task.verdict != Verdict::Passed)
        .collect();
    tasks.sort_by_key(|task| (rank(task.verdict), Reverse(hundredths_lost(task))));
    let mut text = String::new();
    for kind in ["error", "warning", "notice"] {
        let of_kind: Vec<&TaskReport> = tasks.iter().copied().filter(|task| kind_of(task) == kind).collect();
        let all = annotations(kind, report, &of_kind);
        let shown = if all.len() > PER_KIND { PER_KIND - 1 } else { all.len() };
        text.extend(all[..shown].iter().map(String::as_str));
        if all.len() > shown {
            let _ = writeln!(text, "::{kind}::{}", data(&words::more_findings(all.len() - shown)));
        }
    }
    let _ = writeln!(text, "{}", without_commands(&words::answer(report)));
    let _ = writeln!(text, "{}", without_commands(&words::totals(&report.totals)));
    text
}

/// What is written where nothing was graded.
pub(crate) fn refused(refusal: &Refusal) -> String {
    format!(
        "::error title={}::{}\n",
        property(refusal.title()),
        data(&refusal.text())
    )
}

/// The worst finding of every task before the second of any; a task that the grader failed on has its summary only.
fn annotations(kind: &str, report: &Report, tasks: &[&TaskReport]) -> Vec<String> {
    let (without, tasks): (Vec<&TaskReport>, Vec<&TaskReport>) = tasks
        .iter()
        .partition(|task| task.remarks().is_empty() || is_unwritten(task));
    let without = without.into_iter();
    let mut all: Vec<String> = without.map(|task| summary(kind, report, task)).collect();
    let most = tasks.iter().map(|task| task.remarks().len()).max().unwrap_or(0);
    for rank in 0..most {
        let ranked = tasks
            .iter()
            .filter_map(|task| Some((task, task.remarks().get(rank).copied()?)));
        all.extend(ranked.map(|(task, remark)| annotation(kind, report, task, &remark, rank == 0)));
    }
    all
}

fn summary(kind: &str, report: &Report, task: &TaskReport) -> String {
    let place = place(report, &task.file, task.line);
    let heading = property(&format!("{}: {}", task.id, title(task.verdict)));
    format!("::{kind} {place},title={heading}::{}\n", data(&task.summary))
}

/// What has to be fixed is an error, a fault of the grader a warning, what is not there yet a notice.
fn kind_of(task: &TaskReport) -> &'static str {
    match task.verdict {
        Verdict::JudgeFault => "warning",
        Verdict::NotAttempted | Verdict::Skipped | Verdict::NotRun => "notice",
        _ => "error",
    }
}

/// The properties that say where.
fn place(report: &Report, file: &str, line: Option<usize>) -> String {
    let file = property(&in_repository(&report.submission.path, file));
    let line = line.map(|line| format!(",line={line}"));
    format!("file={file}{}", line.unwrap_or_default())
}

/// A finding at its own line, otherwise at that of the function; the first one of a task names the mistake.
fn annotation(kind: &str, report: &Report, task: &TaskReport, remark: &Remark<'_>, is_first: bool) -> String {
    let check = remark.check;
    let mut properties = match &check.location {
        Some(location) => place(report, &location.file, location.line),
        None => place(report, &task.file, task.line),
    };
    let heading = match words::mistake(task).filter(|_| is_first) {
        Some(mistake) => format!("{}: {mistake}", task.id),
        None => format!("{}: {}, {}", task.id, title(check.verdict), words::check_title(check)),
    };
    let _ = write!(properties, ",title={}", property(&heading));
    let mut message = check.message.clone().unwrap_or_else(|| check.statement.clone());
    if let Some(others) = words::alike(remark.others) {
        let _ = write!(message, "\n{others}");
    }
    for line in words::diagnosis(&task.diagnosis, false).iter().filter(|_| is_first) {
        let _ = write!(message, "\n{} {}", line.label, line.text);
    }
    for line in steps::lines(check) {
        let _ = write!(message, "\n{line}");
    }
    for (label, said) in [
        (
            words::INPUT,
            check
                .counterexample
                .as_ref()
                .map(|example| example.summary.as_str())
                .filter(|said| !said.is_empty()),
        ),
        (words::HINT, check.hint.as_deref()),
    ] {
        if let Some(said) = said {
            let _ = write!(message, "\n{label}: {said}");
        }
    }
    format!("::{kind} {properties}::{}\n", data(&message))
}

/// The file as the repository knows it: sources lie in `src` of the submission's folder.
fn in_repository(submission: &str, file: &str) -> String {
    let folder = submission.trim_end_matches('/').trim_start_matches("./");
    let folder = if folder.is_empty() || folder == "." {
        String::new()
    } else {
        format!("{folder}/")
    };
    if folder.ends_with("src/") || file.starts_with("src/") {
        format!("{folder}{file}")
    } else {
        format!("{folder}src/{file}")
    }
}

/// Text after the colons of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text in a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A line that is no command, whatever it begins with.
fn without_commands(text: &str) -> String {
    text.replace("::", ": :")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::mixed_report;

    #[test]
    fn a_mixed_report_makes_annotations() {
        insta::assert_snapshot!(render(&mixed_report()));
    }

    #[test]
    fn the_mistake_is_named_once_and_a_finding_without_a_place_is_at_the_line_of_its_function() {
        let mut report = mixed_report();
        for task in &mut report.tasks {
            task.line = Some(17);
        }
        let text = render(&report);
        let of = |id: &str| {
            text.lines()
                .filter(|line| line.contains(&format!("title={id}%3A")))
                .collect::<Vec<_>>()
        };
        let attention = of("causal_self_attention");
        assert!(attention.len() > 1);
        let named = attention
            .iter()
            .filter(|line| line.contains("title=causal_self_attention%3A heads merged twice::"));
        assert_eq!(named.count(), 1, "{text}");
        assert!(attention.iter().all(|line| line.contains(",line=17,")), "{text}");
        assert!(of("adjacency_matrix")[0].contains(",line=17,"), "{text}");
        // Where the compiler names a line, that one is meant.
        assert!(of("greedy")[0].contains(",line=41,"), "{text}");
    }

    #[test]
    fn the_number_of_like_checks_never_stands_behind_a_value() {
        let text = render(&mixed_report());
        assert!(
            text.contains("::no answer within 5 s of CPU time%0Athe same in 2 other checks%0A"),
            "{text}"
        );
    }

    #[test]
    fn at_most_ten_of_a_kind_are_written_and_the_rest_is_counted() {
        let mut report = mixed_report();
        let wrong = report.tasks.iter().find(|task| task.verdict == Verdict::Wrong).cloned();
        report.tasks = std::iter::repeat_n(wrong, 40).flatten().collect();
        let text = render(&report);
        let errors: Vec<&str> = text.lines().filter(|line| line.starts_with("::error")).collect();
        assert_eq!(errors.len(), PER_KIND);
        assert!(
            errors[PER_KIND - 1].contains("more findings"),
            "{}",
            errors[PER_KIND - 1]
        );
    }

    #[test]
    fn text_of_a_submission_begins_no_command() {
        let mut report = mixed_report();
        for task in &mut report.tasks {
            for check in &mut task.checks {
                check.message = Some("x\n::stop-commands::token\n::error::forged\r\n##[error]forged".to_owned());
                check.hint = check.message.clone();
            }
        }
        for line in render(&report)
            .lines()
            .filter(|line| line.contains("forged") || line.contains("token"))
        {
            let ours = ["::error file=", "::warning file=", "::notice file="];
            assert!(ours.iter().any(|start| line.starts_with(start)), "{line}");
        }
    }

    #[test]
    fn a_place_is_written_as_the_repository_knows_it() {
        assert_eq!(in_repository("./student", "attention.rs"), "student/src/attention.rs");
        assert_eq!(in_repository(".", "attention.rs"), "src/attention.rs");
        assert_eq!(in_repository("student/src", "attention.rs"), "student/src/attention.rs");
        assert_eq!(property("a:b,c%"), "a%3Ab%2Cc%25");
    }
}
