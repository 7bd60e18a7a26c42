//! Problem Set 3's coding part from end to end: what blank rows of padding are called, and that one mistake costs its own
//! task only.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use tests::Submission;

const ASSIGNMENT: [&str; 2] = ["--assignment", "gt-cs7643-ps3"];

/// The reference with the files of a submission of the corpus.
fn wrong(name: &str, file: &str) -> Submission {
    let folder = tests::root().join("fixtures/submissions/wrong").join(name);
    let text = std::fs::read_to_string(folder.join("src").join(file)).unwrap();
    Submission::reference().with_file(&format!("src/{file}"), &text)
}

fn tasks(report: &Value) -> Vec<&Value> {
    report["tasks"].as_array().unwrap().iter().collect()
}

fn task<'a>(report: &'a Value, id: &str) -> &'a Value {
    tasks(report).into_iter().find(|task| task["id"] == id).unwrap()
}

/// The messages of a task's failed checks.
fn messages(task: &Value) -> Vec<&str> {
    let checks = task["checks"].as_array().unwrap().iter();
    checks.filter_map(|check| check["message"].as_str()).collect()
}

#[test]
fn blank_rows_of_a_mask_are_told_as_nan_in_padded_rows_and_cost_the_mask_only() {
    let (run, report) = wrong("encoder-mask-padded-rows-blank", "sequence_masks.rs").graded(&ASSIGNMENT);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let mask = task(&report, "encoder_mask");
    assert_eq!(mask["points"], 0.0);
    let told = messages(mask);
    assert!(
        told.first()
            .is_some_and(|first| first.starts_with("NaN in padded rows")),
        "{told:?}"
    );
    assert!(run.stdout.contains("NaN in padded rows"), "{}", run.stdout);
    for task in tasks(&report) {
        if task["id"] != "encoder_mask" {
            assert_eq!(task["points"], task["max_points"], "{} keeps its points", task["id"]);
        }
    }
    let answered = &task(&report, "generic_transformer")["answered_by_reference"];
    assert_eq!(*answered, serde_json::json!(["encoder_mask"]));
}

#[test]
fn nan_at_padding_of_a_transformer_is_told_as_such_not_as_a_wrong_number() {
    let submission = wrong("transformer-padded-rows-blank", "sequence_transformer.rs");
    let mut arguments = ASSIGNMENT.to_vec();
    arguments.extend(["--task", "generic_transformer"]);
    let (run, report) = submission.graded(&arguments);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let told = messages(task(&report, "generic_transformer"));
    assert!(!told.is_empty());
    let golden = told.first().unwrap();
    assert!(golden.starts_with("NaN in padded rows: `hidden` is NaN at"), "{told:?}");
}

#[test]
fn a_submission_is_asked_for_the_tasks_of_its_assignment_only() {
    let (_, report) = Submission::reference().graded(&["--assignment", "gt-cs7643-ps3"]);
    assert!(tasks(&report).iter().all(|task| task["id"] != "rms_norm"));
    let named = Submission::reference().replacing("Cargo.toml", "uva-dl1-a2", "gt-cs7643-ps3");
    let (run, by_metadata) = named.graded(&["--min-score", "100"]);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    let ids = |report: &Value| {
        tasks(report)
            .iter()
            .map(|task| task["id"].to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(ids(&report), ids(&by_metadata));
}
