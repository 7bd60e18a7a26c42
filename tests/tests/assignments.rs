//! The committed assignments: their totals are the documents', and one mistake costs its own task.
#![expect(clippy::unwrap_used, reason = "tests")]

use judge::grading::assignment::{Assignment, known};
use serde_json::Value;
use tests::Submission;

fn assignment(id: &str) -> Assignment {
    Assignment::load(&tests::root().join("fixtures/assignments"), id, tasks::ALL).unwrap()
}

fn headings(assignment: &Assignment) -> Vec<(&str, f64)> {
    let named = assignment.headings.iter();
    named.map(|heading| (heading.id.as_str(), heading.points)).collect()
}

/// Reading a file checks that the items under each heading add up to these.
#[test]
fn assignment_2_has_the_totals_of_its_document() {
    let expected = [("1", 17.0), ("2", 55.0), ("3", 30.0)];
    assert_eq!(headings(&assignment("uva-dl1-a2")), expected);
}

#[test]
fn every_task_stands_in_an_assignment() {
    let folder = tests::root().join("fixtures/assignments");
    let assignments: Vec<Assignment> = known(&folder).iter().map(|id| assignment(id)).collect();
    for task in tasks::ALL {
        assert!(
            assignments.iter().any(|assignment| assignment.entry(task.id).is_some()),
            "{} can be graded in no assignment",
            task.id
        );
    }
}

#[test]
fn problem_set_3_has_the_totals_of_its_document() {
    let theory = ("theory", 26.5);
    assert!(headings(&assignment("gt-cs7643-ps3")).contains(&theory));
}

#[test]
fn the_reference_has_full_marks_beside_what_people_grade() {
    for id in known(&tests::root().join("fixtures/assignments")) {
        has_full_marks(&assignment(&id));
    }
}

fn has_full_marks(assignment: &Assignment) {
    let (run, report) = Submission::reference().graded(&["--assignment", &assignment.id, "--min-score", "100"]);
    assert_eq!(run.code, Some(0), "{}\n{}", run.stdout, run.stderr);
    let totals = &report["totals"];
    assert_eq!(totals["points"], totals["max_points"]);
    let number = |name: &str| totals[name].as_f64().unwrap();
    let document: f64 = assignment.headings.iter().map(|heading| heading.points).sum();
    assert!(
        (number("max_points") + number("training_points") + number("manual_points") - document).abs() < 1e-9,
        "{totals}"
    );
    let by_hand: Vec<&str> = report["manual"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["item"].as_str().unwrap())
        .collect();
    let expected: Vec<&str> = assignment.manual.iter().map(|item| item.item.as_str()).collect();
    assert_eq!(by_hand, expected);
}

/// The layers above are judged with the reference's norm in place of the wrong one.
#[test]
fn epsilon_outside_the_root_costs_rms_norm_and_nothing_else() {
    let wrong = tests::root().join("fixtures/submissions/wrong/rms-norm-epsilon-outside-root/src/normalization.rs");
    let text = std::fs::read_to_string(wrong).unwrap();
    let (run, report) = Submission::reference()
        .with_file("src/normalization.rs", &text)
        .graded(&[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let tasks: Vec<&Value> = report["tasks"].as_array().unwrap().iter().collect();
    for task in &tasks {
        let kept = task["points"] == task["max_points"];
        assert_eq!(kept, task["id"] != "rms_norm", "{task:#}");
    }
    for id in ["decoder_block", "gpt_forward"] {
        let task = tasks.iter().find(|task| task["id"] == id).unwrap();
        assert_eq!(task["answered_by_reference"], serde_json::json!(["rms_norm"]), "{id}");
    }
}
