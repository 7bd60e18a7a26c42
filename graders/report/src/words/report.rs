//! The words around the tasks: where it ran, what is left out, the sums.

use judge::verdict::Verdict;

use super::figures::{comma, index};
use crate::model::{Argument, Call, ManualItem, Report, TaskReport, Totals};
use crate::refusal::Refused;

/// Submission, device and sandbox.
pub(crate) fn setting(report: &Report) -> String {
    let sandbox = if report.sandbox.is_empty() {
        "none".to_owned()
    } else {
        report.sandbox.join(", ")
    };
    format!(
        "{} on {}, {}, libtorch {}; sandbox: {sandbox}",
        report.submission.path,
        report.device,
        report.dtypes.join(" and "),
        report.libtorch
    )
}

/// How many checks failed with the words of the one that is shown.
pub(crate) fn alike(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => " and 1 other check".to_owned(),
        _ => format!(" and {others} other checks"),
    }
}

/// How many failed checks are not shown.
pub(crate) fn more(checks: usize) -> String {
    match checks {
        1 => "1 more check does not hold; --verbose lists all".to_owned(),
        _ => format!("{checks} more checks do not hold; --verbose lists all"),
    }
}

/// Where the values of counterexamples are, and the tests that reproduce findings.
pub(crate) fn verbose(values: bool, snippets: bool) -> Option<&'static str> {
    match (values, snippets) {
        (false, false) => None,
        (true, false) => Some("--verbose shows the values of these inputs"),
        (false, true) => Some("--verbose shows findings as tests that you can run in your own crate"),
        (true, true) => Some("--verbose shows the inputs, and findings as tests that you can run in your own crate"),
    }
}

/// A call with the values of small arguments.
pub(crate) fn call(call: &Call) -> String {
    let argument = |argument: &Argument| {
        let Argument {
            name,
            dtype,
            shape,
            values,
        } = argument;
        let given = if values.is_empty() {
            String::new()
        } else {
            format!(" = {}", comma(values.iter()))
        };
        if shape.is_empty() {
            format!("{name}{given}")
        } else {
            format!("{name} {dtype} {}{given}", index(shape))
        }
    };
    let arguments: Vec<String> = call.arguments.iter().map(argument).collect();
    format!("{} with {}", call.task, arguments.join("; "))
}

/// How many findings are left to the summary.
pub(crate) fn more_findings(findings: usize) -> String {
    match findings {
        1 => "1 more finding; the report has it".to_owned(),
        _ => format!("{findings} more findings; the report has them"),
    }
}

/// How many tasks a page has no room for.
pub(crate) fn left_out(tasks: usize) -> String {
    match tasks {
        1 => "1 more task is not shown here; the report in JSON has it".to_owned(),
        _ => format!("{tasks} more tasks are not shown here; the report in JSON has them"),
    }
}

/// What is said where this grader failed.
pub(crate) fn grader_failed() -> &'static str {
    "the grader itself failed on some tasks: nothing is lost, ask the course staff to run it again"
}

/// The heading where nothing was graded.
pub(crate) fn not_graded(conclusion: Refused) -> &'static str {
    match conclusion {
        Refused::Refused => "not graded: this was refused, and no points are claimed",
        Refused::Failed => "not graded: the grader could not do its work, and no submission is to blame",
    }
}

/// What is said in a report that would be too large with everything in it.
pub(crate) const DETAILS_LEFT_OUT: &str =
    "values, inputs, tests and curves are left out: with them this report would be larger than it may be";

/// Whether a task's points count: a fault of the grader costs nothing, nor does training that was not asked for.
pub(crate) fn is_judged(verdict: Verdict) -> bool {
    !matches!(verdict, Verdict::JudgeFault | Verdict::NotRun)
}

/// Points earned of those that can be earned.
pub(crate) fn earned(task: &TaskReport) -> String {
    let most = points(task.max_points);
    if is_judged(task.verdict) {
        format!("{} / {most}", points(task.points))
    } else {
        format!("- / {most}")
    }
}

/// The line above what people grade.
pub(crate) const BY_HAND: &str = "graded by hand";

/// What an item that people grade is worth.
pub(crate) fn worth(item: &ManualItem) -> String {
    match (item.bonus, item.points > 0.0) {
        (false, _) => points(item.points),
        (true, true) => format!("{}, a bonus", points(item.points)),
        (true, false) => "a bonus".to_owned(),
    }
}

/// The sums in a sentence.
pub(crate) fn totals(totals: &Totals) -> String {
    let rest = [
        (totals.manual_points, "graded by hand"),
        (totals.unasked_points, "not asked for"),
        (totals.fault_points, "in tasks that this grader failed on"),
    ];
    let graded = totals.max_points > 0.0;
    let mut phrases = vec![if graded {
        format!(
            "{} of {} points graded here",
            points(totals.points),
            points(totals.max_points)
        )
    } else {
        "no points graded here".to_owned()
    }];
    let more = if graded { " more" } else { "" };
    if totals.training_points > 0.0 {
        phrases.push(format!("{}{more} need --training", points(totals.training_points)));
    }
    let some = rest.into_iter().filter(|(sum, _)| *sum > 0.0);
    phrases.extend(some.map(|(sum, what)| format!("{}{more} {what}", points(sum))));
    phrases.join("; ")
}

/// How late a submission was handed in; a day that has begun counts.
pub fn late(seconds: u64) -> String {
    let minutes = seconds.div_ceil(60);
    let (days, hours, minutes) = (minutes / (24 * 60), minutes / 60 % 24, minutes % 60);
    let begun = seconds.div_ceil(24 * 60 * 60);
    let late_days = if begun == 1 {
        "1 late day"
    } else {
        &format!("{begun} late days")
    };
    format!(
        "handed in {days} d {hours} h {minutes} min after it was due: {late_days}; the points are without a deduction"
    )
}

/// Points with as many decimals as they need.
pub(crate) fn points(points: f64) -> String {
    // Adding zero turns a negative zero, the sum of nothing, into a plain one.
    let text = format!("{:.2}", points + 0.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_day_that_has_begun_counts() {
        let words = "; the points are without a deduction";
        assert_eq!(
            late(61),
            format!("handed in 0 d 0 h 2 min after it was due: 1 late day{words}")
        );
        assert_eq!(
            late(86_400),
            format!("handed in 1 d 0 h 0 min after it was due: 1 late day{words}")
        );
        assert_eq!(
            late(90_061),
            format!("handed in 1 d 1 h 2 min after it was due: 2 late days{words}")
        );
    }
}
