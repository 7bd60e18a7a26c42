//! The words around the tasks: where it ran, what is left out, the sums.

use judge::findings::verdict::Verdict;
use judge::grading::assignment::Shown;

use super::figures::{comma, index};
use crate::model::{Argument, Call, HandedIn, ManualItem, Report, TaskReport, Totals};
use crate::named::by_name;
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

/// How many tasks were taken over from the run before, where any were.
pub(crate) fn taken_over(report: &Report) -> Option<String> {
    let number = report.times.as_ref()?.taken_over?;
    let all = report.tasks.len();
    Some(format!(
        "{number} of {all} tasks were taken over from the run before, since nothing that they reach has changed; \
         `--fresh` judges all of them"
    ))
}

/// How many checks failed with the words of the one that is shown; it never stands behind a value.
pub(crate) fn alike(others: usize) -> Option<String> {
    match others {
        0 => None,
        1 => Some("the same in 1 other check".to_owned()),
        _ => Some(format!("the same in {others} other checks")),
    }
}

/// A check's name with the number of those that say the same.
pub(crate) fn with_alike(name: &str, others: usize) -> String {
    match alike(others) {
        None => name.to_owned(),
        Some(others) => format!("{name} ({others})"),
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
        let given = if let Some(named) = by_name(call, name) {
            format!(" = {named}")
        } else if values.is_empty() {
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

/// Whether a task's points count: a fault of the grader costs nothing, nor does training that was not asked for. What a
/// person has decided counts whatever the grader could say.
pub(crate) fn is_judged(task: &TaskReport) -> bool {
    task.by_hand.is_some() || !matches!(task.verdict, Verdict::JudgeFault | Verdict::NotRun)
}

/// Points earned, or a dash where none could be, and the points that there are: also those that this run left out.
pub(crate) fn earned_of(task: &TaskReport) -> (String, String) {
    let is_left_out = task.max_points == 0.0 && task.training_points > 0.0;
    let most = if is_left_out {
        task.training_points
    } else {
        task.max_points
    };
    let earned = if is_left_out || !is_judged(task) {
        "-".to_owned()
    } else {
        points(task.points)
    };
    (earned, points(most))
}

/// Points earned of those that there are.
pub(crate) fn earned(task: &TaskReport) -> String {
    let (earned, most) = earned_of(task);
    format!("{earned} / {most}")
}

/// The line above what people grade.
pub(crate) const BY_HAND: &str = "graded by hand";
/// Before what was seen.
pub(crate) const SEEN: &str = "got";
/// Before the smallest input that shows it.
pub(crate) const INPUT: &str = "input";
/// Before the property that does not hold.
pub(crate) const RULE: &str = "must hold";
/// Before the next step.
pub(crate) const HINT: &str = "hint";
/// Before a call of the input.
pub(crate) const CALL: &str = "call";
/// Before a test that reproduces it.
pub(crate) const TEST: &str = "test";

/// What people grade, where the whole assignment was graded or something was given.
pub(crate) fn by_hand(report: &Report) -> &[ManualItem] {
    let is_whole = report.totals.unasked_points == 0.0;
    if is_whole || report.manual.iter().any(|item| item.given.is_some()) {
        &report.manual
    } else {
        &[]
    }
}

/// An item that people grade: what it is and its points.
pub(crate) fn item(item: &ManualItem) -> String {
    match worth(item) {
        worth if worth.is_empty() => format!("{} ({BY_HAND})", item.title),
        worth => format!("{}: {worth}", item.title),
    }
}

/// The same where nothing else says that people grade it.
pub(crate) fn by_hand_item(item: &ManualItem) -> String {
    let said = self::item(item);
    if said.contains(BY_HAND) {
        said
    } else {
        format!("{BY_HAND}: {said}")
    }
}

/// How many failing tasks are not repeated.
pub(crate) fn more_tasks(tasks: usize) -> String {
    match tasks {
        1 => "and 1 more task".to_owned(),
        _ => format!("and {tasks} more tasks"),
    }
}

/// What an item that people grade is worth, or what was given for it and why.
fn worth(item: &ManualItem) -> String {
    if let Some(given) = item.given {
        let most = if item.points > 0.0 {
            format!(" / {}", points(item.points))
        } else {
            String::new()
        };
        let bonus = if item.bonus { ", a bonus" } else { "" };
        let comment = item.comment.as_ref().map(|comment| format!(" ({comment})"));
        return format!("{}{most}{bonus}{}", points(given), comment.unwrap_or_default());
    }
    match (item.bonus, item.points > 0.0) {
        (false, _) => points(item.points),
        (true, true) => format!("{}, a bonus", points(item.points)),
        (true, false) => String::new(),
    }
}

/// The sums in a sentence.
pub(crate) fn totals(totals: &Totals) -> String {
    let rest = [
        (totals.manual_points, "graded by hand"),
        (totals.unasked_points, "not selected"),
        (totals.fault_points, "in tasks that this grader failed on"),
    ];
    let graded = totals.max_points > 0.0;
    let mut phrases = vec![if let Some(by_hand) = totals.by_hand {
        format!(
            "{} of {} points: {} of {} graded here, {} of {} by hand",
            points(by_hand.total_points),
            points(by_hand.total_max_points),
            points(totals.points),
            points(totals.max_points),
            points(by_hand.points),
            points(by_hand.max_points)
        )
    } else if graded {
        format!(
            "{} of {} points graded here",
            points(totals.points),
            points(totals.max_points)
        )
    } else {
        "no points graded here".to_owned()
    }];
    let more = if graded || totals.by_hand.is_some() {
        " more"
    } else {
        ""
    };
    if totals.training_points > 0.0 {
        phrases.push(format!("{}{more} need --training", points(totals.training_points)));
    }
    let some = rest.into_iter().filter(|(sum, _)| *sum > 0.0);
    phrases.extend(some.map(|(sum, what)| format!("{}{more} {what}", points(sum))));
    phrases.join("; ")
}

/// A task's summary with what a person decided on its points.
pub(crate) fn decided(task: &TaskReport) -> String {
    let Some(decision) = &task.by_hand else {
        return task.summary.clone();
    };
    let instead = decision.graded.map(|graded| format!(" in place of {}", points(graded)));
    let unit = if decision.points == 1.0 { "point" } else { "points" };
    format!(
        "{}; {} {unit} by hand{}: {}",
        task.summary,
        points(decision.points),
        instead.unwrap_or_default(),
        decision.reason
    )
}

/// What is in place of a result that a student does not see yet; none where it is shown.
pub(crate) fn withheld(handed_in: &HandedIn) -> Option<String> {
    let when = match handed_in.shown {
        Shown::Visible => return None,
        Shown::AfterDueDate => "its points and findings are shown after the due date",
        Shown::AfterPublished => "its points and findings are shown when the course publishes grades",
        Shown::Hidden => "its points and findings are not shown",
    };
    let number = handed_in.number.map(|number| format!(" {number}"));
    let every = handed_in
        .every
        .map(|every| format!("; those of every {} are shown at once", ordinal(every)));
    Some(format!(
        "submission{} is graded; {when}{}",
        number.unwrap_or_default(),
        every.unwrap_or_default()
    ))
}

fn ordinal(number: u32) -> String {
    let ending = match (number % 10, number % 100) {
        (1, rest) if rest != 11 => "st",
        (2, rest) if rest != 12 => "nd",
        (3, rest) if rest != 13 => "rd",
        _ => "th",
    };
    format!("{number}{ending} submission")
}

/// That a submission is in time by the student's own date, where it would be late by everybody's.
pub fn in_time_by_own_date() -> String {
    "handed in after everybody's due date, and in time: the student's own date, an extension, counts".to_owned()
}

/// How late a submission was handed in; a day that has begun counts. `own` says that the date is the student's own.
pub fn late(seconds: u64, own: bool) -> String {
    let minutes = seconds.div_ceil(60);
    let (days, hours, minutes) = (minutes / (24 * 60), minutes / 60 % 24, minutes % 60);
    let begun = seconds.div_ceil(24 * 60 * 60);
    let late_days = if begun == 1 {
        "1 late day"
    } else {
        &format!("{begun} late days")
    };
    let whose = if own { " by the student's own date" } else { "" };
    format!(
        "handed in {days} d {hours} h {minutes} min after it was due{whose}: {late_days}; the points are without a deduction"
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
    use judge::grading::assignment::Visibility;

    use super::*;
    use crate::build::build;
    use crate::testing::{assignment, mixed_context, not_run};
    use crate::{Format, render};

    #[test]
    fn what_was_not_run_says_what_it_would_be_worth() {
        let assignment = assignment(&[("rms_norm", &["training"])], Visibility::Public);
        let report = build(&mixed_context(), &[not_run("rms_norm", false)], &assignment);
        assert_eq!(earned(&report.tasks[0]), "- / 2");
        for format in [Format::Markdown, Format::Html, Format::Terminal] {
            let text = render(&report, format).split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains("- / 2") && !text.contains("/ 0"), "{format}: {text}");
        }
    }

    #[test]
    fn a_late_day_that_has_begun_counts() {
        let words = "; the points are without a deduction";
        assert_eq!(
            late(61, false),
            format!("handed in 0 d 0 h 2 min after it was due: 1 late day{words}")
        );
        assert_eq!(
            late(86_400, false),
            format!("handed in 1 d 0 h 0 min after it was due: 1 late day{words}")
        );
        assert_eq!(
            late(90_061, false),
            format!("handed in 1 d 1 h 2 min after it was due: 2 late days{words}")
        );
        assert_eq!(
            late(61, true),
            format!("handed in 0 d 0 h 2 min after it was due by the student's own date: 1 late day{words}")
        );
    }

    #[test]
    fn a_result_that_is_not_shown_yet_says_when_it_will_be() {
        let said = |shown, number, every| {
            let late_seconds = 0;
            withheld(&HandedIn {
                number,
                late_seconds,
                shown,
                every,
            })
        };
        assert_eq!(said(Shown::Visible, Some(3), Some(3)), None);
        let due = said(Shown::AfterDueDate, Some(2), Some(3)).unwrap_or_default();
        let expected = "submission 2 is graded; its points and findings are shown after the due date; \
            those of every 3rd submission are shown at once";
        assert_eq!(due, expected);
        let never = said(Shown::Hidden, None, None).unwrap_or_default();
        assert_eq!(never, "submission is graded; its points and findings are not shown");
    }
}
