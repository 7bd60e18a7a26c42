//! The words around the tasks: where it ran, what is left out, the sums.

use super::figures::{comma, index};
use crate::model::{Argument, Call, ManualItem, Report, Totals};

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

/// Where the values of counterexamples are.
pub(crate) fn values() -> &'static str {
    "--verbose shows the values of these inputs"
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

/// What people grade.
pub(crate) fn manual(items: &[ManualItem]) -> String {
    let item = |item: &ManualItem| format!("{} {} ({})", item.item, item.title, points(item.points));
    format!(
        "graded by hand: {}",
        items.iter().map(item).collect::<Vec<_>>().join(", ")
    )
}

/// The sums in a sentence.
pub(crate) fn totals(totals: &Totals) -> String {
    let rest = [
        (totals.manual_points, "graded by hand"),
        (totals.unasked_points, "not asked for"),
        (totals.fault_points, "in tasks that this grader failed on"),
    ];
    let mut phrases = vec![format!(
        "{} of {} points graded here",
        points(totals.points),
        points(totals.max_points)
    )];
    if totals.training_points > 0.0 {
        phrases.push(format!("{} more need --training", points(totals.training_points)));
    }
    let some = rest.into_iter().filter(|(sum, _)| *sum > 0.0);
    phrases.extend(some.map(|(sum, what)| format!("{} more {what}", points(sum))));
    phrases.join("; ")
}

/// Points with as many decimals as they need.
pub(crate) fn points(points: f64) -> String {
    // Adding zero turns a negative zero, the sum of nothing, into a plain one.
    let text = format!("{:.2}", points + 0.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
