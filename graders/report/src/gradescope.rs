//! The report as Gradescope's `results.json`: a test per task with its points, one without points per manual item.
//!
//! What an assignment hides was left out when the model was built, so every test is visible: with a hidden one,
//! Gradescope would hide the total from its students. Where the assignment has a result shown later, all tests are, and
//! what is said at once holds no points.

use std::collections::BTreeSet;
use std::fmt::Write;

use judge::findings::verdict::Verdict;
use judge::grading::assignment::Shown;
use serde::Serialize;
use serde_json::json;

use crate::model::{CheckKind, CheckReport, Conclusion, Evidence, ManualItem, Remark, Report, Seen, TaskReport};
use crate::steps;
use crate::triage::{Triage, is_failing, is_unwritten, triage};
use crate::words::{self, title};

/// Gradescope's object; points are the tests', so it has no score of its own.
#[derive(Debug, Serialize)]
struct Results {
    #[serde(skip_serializing_if = "Option::is_none")]
    execution_time: Option<f64>,
    output: String,
    output_format: &'static str,
    test_output_format: &'static str,
    test_name_format: &'static str,
    visibility: &'static str,
    stdout_visibility: &'static str,
    tests: Vec<Test>,
    extra_data: serde_json::Value,
}

#[derive(Debug, Serialize)]
struct Test {
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_score: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    name: String,
    number: String,
    output: String,
    visibility: &'static str,
}

/// The report as one JSON object.
pub fn render(report: &Report) -> String {
    let shown = report
        .handed_in
        .as_ref()
        .map_or(Shown::Visible, |handed_in| handed_in.shown);
    let Triage { open, passed } = triage(report);
    let tasks = open.into_iter().chain(passed).map(task);
    let tests = tasks.chain(words::by_hand(report).iter().map(by_hand));
    let tests = tests.map(|test| Test {
        visibility: visibility(shown),
        ..test
    });
    let results = Results {
        execution_time: report.times.as_ref().map(|times| times.total),
        output: output(report),
        output_format: "text",
        test_output_format: "text",
        test_name_format: "text",
        visibility: "visible",
        stdout_visibility: "hidden",
        tests: tests.collect(),
        extra_data: json!({
            "assignment": report.assignment.id,
            "submission_sha256": report.submission.sha256,
            "fixtures_sha256": report.fixtures_sha256,
            "grader": report.grader.version,
            "libtorch": report.libtorch,
            "seed": report.seed,
            "fresh_seed": report.fresh_seed,
            "sandbox": report.sandbox,
            "handed_in": report.handed_in,
        }),
    };
    let mut text = serde_json::to_string_pretty(&results).expect("plain data with names for keys is always JSON");
    text.push('\n');
    text
}

/// What Gradescope shows where the submission is none that could be graded: no points, and why.
pub(crate) fn refused(reason: &str) -> String {
    let results = json!({
        "score": 0.0,
        "output": reason,
        "output_format": "text",
        "stdout_visibility": "hidden",
    });
    format!("{results:#}\n")
}

fn visibility(shown: Shown) -> &'static str {
    match shown {
        Shown::Visible => "visible",
        Shown::AfterDueDate => "after_due_date",
        Shown::AfterPublished => "after_published",
        Shown::Hidden => "hidden",
    }
}

/// What people grade: information until they have, then a test with its points. A bonus is extra credit.
fn by_hand(item: &ManualItem) -> Test {
    Test {
        score: item.given,
        max_score: item.given.map(|_| if item.bonus { 0.0 } else { item.points }),
        status: None,
        name: item.title.clone(),
        number: item.item.clone(),
        output: words::by_hand_item(item),
        visibility: "visible",
    }
}

fn output(report: &Report) -> String {
    let withheld = report.handed_in.as_ref().and_then(words::withheld);
    let is_shown = withheld.is_none();
    let mut text = withheld.unwrap_or_else(|| answer(report));
    if report.conclusion == Conclusion::JudgeFault {
        let _ = write!(text, "\n{}", words::grader_failed());
    }
    for note in &report.notes {
        let _ = write!(text, "\n{note}");
    }
    if let Some(next) = report.next.as_ref().filter(|_| is_shown) {
        let _ = write!(text, "\nnext: {next}");
    }
    // A file that does not compile is worth a new submission, and says nothing of what is asked.
    for task in report.tasks.iter().filter(|_| !is_shown) {
        if task.verdict == Verdict::DidNotCompile {
            let _ = write!(text, "\n{}: {}, {}", task.id, title(task.verdict), task.summary);
        }
    }
    text
}

/// What is wrong, each failing task with its mistake in a line, and the sums.
fn answer(report: &Report) -> String {
    let mut text = words::answer(report);
    for task in triage(report).open.into_iter().filter(|task| is_failing(task)) {
        let _ = write!(text, "\n  {}", words::failing(task));
    }
    let _ = write!(text, "\n{}", words::totals(&report.totals));
    text
}

/// A task that this grader failed on, or that was not judged, carries no points at all rather than none earned.
fn task(task: &TaskReport) -> Test {
    let judged = words::is_judged(task);
    let mut text = String::new();
    for line in words::diagnosis(&task.diagnosis, true) {
        let _ = writeln!(text, "{}  {}", line.label, line.text);
    }
    let _ = write!(text, "{}: {}", title(task.verdict), task.summary);
    if let Some(deducted) = words::deducted(task) {
        let _ = write!(text, "\n{deducted}");
    }
    let remarks = if is_unwritten(task) { Vec::new() } else { task.remarks() };
    let mut hints = BTreeSet::new();
    for remark in remarks {
        let hint = remark.check.hint.as_deref().filter(|hint| hints.insert(*hint));
        text.push_str(&finding(&remark, hint));
    }
    let is_full = match &task.by_hand {
        Some(_) => task.points >= task.max_points,
        None => task.verdict == Verdict::Passed,
    };
    Test {
        score: judged.then(|| task.points.clamp(0.0, task.max_points)),
        max_score: judged.then_some(task.max_points),
        status: judged.then_some(if is_full { "passed" } else { "failed" }),
        name: task.id.clone(),
        number: task.item.clone(),
        output: text,
        visibility: "visible",
    }
}

fn finding(remark: &Remark<'_>, hint: Option<&str>) -> String {
    let check = remark.check;
    let name = words::check_name(check);
    let mut text = format!("\n\n{}", words::with_alike(&name, remark.others));
    let rule = check.verdict == Verdict::Wrong && matches!(check.kind, CheckKind::Property | CheckKind::Purity);
    for (label, said) in [
        (words::RULE, Some(check.statement.as_str()).filter(|_| rule)),
        (words::SEEN, check.message.as_deref()),
        (
            words::INPUT,
            check.counterexample.as_ref().map(|example| example.summary.as_str()),
        ),
        (words::HINT, hint),
    ] {
        if let Some(said) = said.filter(|said| !said.is_empty()) {
            let _ = write!(text, "\n  {label}  {said}");
        }
        if label == words::SEEN {
            for line in steps::lines(check).into_iter().chain(compiler(check)) {
                let _ = write!(text, "\n        {line}");
            }
        }
    }
    text
}

/// What the compiler says, as it says it.
fn compiler(check: &CheckReport) -> Vec<String> {
    match &check.evidence {
        Some(Evidence {
            seen: Seen::Compiler { text, .. },
            ..
        }) => text.trim_end().lines().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::Value;

    use super::*;
    use crate::model::HandedIn;
    use crate::testing::mixed_report;

    /// Gradescope's rules as a schema of our own writing, from its documentation of the format.
    fn rules() -> Value {
        let visibility = json!({"enum": ["hidden", "after_due_date", "after_published", "visible"]});
        let format = json!({"enum": ["text", "html", "simple_format", "md", "ansi"]});
        let test = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["name"],
            "dependentRequired": {"score": ["max_score"]},
            "properties": {
                "score": {"type": "number", "minimum": 0}, "max_score": {"type": "number", "minimum": 0},
                "status": {"enum": ["passed", "failed"]}, "name": {"type": "string"}, "name_format": format,
                "number": {"type": "string"}, "output": {"type": "string"}, "output_format": format,
                "tags": {"type": "array"}, "visibility": visibility, "extra_data": {"type": "object"},
            },
        });
        json!({
            "type": "object",
            "additionalProperties": false,
            "anyOf": [{"required": ["score"]}, {"required": ["tests"]}],
            "properties": {
                "score": {"type": "number"}, "execution_time": {"type": "number"}, "output": {"type": "string"},
                "output_format": format, "test_output_format": format, "test_name_format": format,
                "visibility": visibility, "stdout_visibility": visibility, "extra_data": {"type": "object"},
                "tests": {"type": "array", "items": test}, "leaderboard": {"type": "array"},
            },
        })
    }

    #[test]
    fn a_mixed_report_keeps_gradescopes_rules_and_its_points_are_the_reports() {
        let report = mixed_report();
        let value: Value = serde_json::from_str(&render(&report)).unwrap();
        let validator = jsonschema::validator_for(&rules()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert_eq!(errors, Vec::<String>::new());
        let sum = |name: &str| -> f64 {
            let tests = value["tests"].as_array().unwrap();
            tests.iter().filter_map(|test| test[name].as_f64()).sum()
        };
        assert!((sum("score") - report.totals.points).abs() < 1e-9);
        assert!((sum("max_score") - report.totals.max_points).abs() < 1e-9);
        assert!(
            value["tests"]
                .as_array()
                .unwrap()
                .iter()
                .all(|test| test["visibility"] == "visible")
        );
    }

    #[test]
    fn a_result_that_is_shown_later_says_no_points_before() {
        let mut report = mixed_report();
        report.handed_in = Some(HandedIn {
            number: Some(2),
            late_seconds: 0,
            shown: Shown::AfterDueDate,
            every: Some(3),
        });
        let value: Value = serde_json::from_str(&render(&report)).unwrap();
        assert!(jsonschema::validator_for(&rules()).unwrap().is_valid(&value), "{value}");
        let tests = value["tests"].as_array().unwrap();
        assert!(tests.iter().all(|test| test["visibility"] == "after_due_date"));
        let said = value["output"].as_str().unwrap();
        assert!(said.starts_with("submission 2 is graded; "), "{said}");
        assert!(said.contains("greedy: did not compile, sampling.rs:41"), "{said}");
        for kept in ["6.47", "next:", "rotary", "heads merged twice"] {
            assert!(!said.contains(kept), "{kept}: {said}");
        }
    }

    #[test]
    fn the_mistake_stands_before_the_findings() {
        let value: Value = serde_json::from_str(&render(&mixed_report())).unwrap();
        let tests = value["tests"].as_array().unwrap();
        let test = tests
            .iter()
            .find(|test| test["name"] == "causal_self_attention")
            .unwrap();
        let first = test["output"].as_str().unwrap().lines().next().unwrap();
        assert!(first.starts_with("looks like  heads merged twice: "), "{first}");
    }

    #[test]
    fn a_submission_that_is_none_earns_nothing_and_is_told_why() {
        let value: Value = serde_json::from_str(&refused("there are no sources")).unwrap();
        assert!(jsonschema::validator_for(&rules()).unwrap().is_valid(&value), "{value}");
        assert_eq!(value["score"], 0.0);
        assert_eq!(value["output"], "there are no sources");
    }

    #[test]
    fn a_fault_of_the_grader_gives_no_score_of_zero() {
        let report = mixed_report();
        let value: Value = serde_json::from_str(&render(&report)).unwrap();
        let faulted = report
            .tasks
            .iter()
            .find(|task| task.verdict == Verdict::JudgeFault)
            .unwrap();
        let tests = value["tests"].as_array().unwrap();
        let test = tests.iter().find(|test| test["name"] == faulted.id.as_str()).unwrap();
        assert!(test.get("score").is_none() && test.get("status").is_none(), "{test}");
    }

    #[test]
    fn a_mixed_report_reads_well_on_gradescope() {
        insta::assert_snapshot!(render(&mixed_report().without_times()));
    }
}
