//! The rules on everything that this repository calls correct or wrong.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::*;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The inspection of a submission, or of files laid over the reference, and the seconds that it took.
fn inspected(folder: &Path) -> (Inspection, f64) {
    let temporary = tempfile::tempdir().unwrap();
    let destination = temporary.path().join("src");
    let staged = stage::stage(folder, &root().join("reference"), &destination).unwrap();
    let begun = Instant::now();
    let inspection = inspect(&staged).unwrap();
    (inspection, begun.elapsed().as_secs_f64())
}

fn corpus(kind: &str) -> Vec<PathBuf> {
    let place = root().join("fixtures/submissions").join(kind);
    let mut folders: Vec<PathBuf> = std::fs::read_dir(place)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    folders
}

#[test]
fn nothing_correct_is_refused() {
    let mut folders = corpus("correct");
    folders.extend([root().join("reference"), root().join("student_template")]);
    for folder in folders {
        let (inspection, _) = inspected(&folder);
        assert_eq!(inspection, Inspection::default(), "{}", folder.display());
    }
}

#[test]
fn of_the_wrong_submissions_only_those_about_the_rules_are_refused() {
    let folders = corpus("wrong");
    let is_about_rules = |folder: &Path| folder.file_name().unwrap().to_str().unwrap().starts_with("policy-");
    assert!(folders.iter().filter(|folder| is_about_rules(folder)).count() > 5);
    for folder in folders {
        let (inspection, _) = inspected(&folder);
        let is_refused = !inspection.breaches.is_empty();
        assert_eq!(
            is_refused,
            is_about_rules(&folder),
            "{}: {inspection:?}",
            folder.display()
        );
    }
}

#[test]
fn a_submission_is_inspected_in_no_time() {
    let seconds = (0..5)
        .map(|_| inspected(&root().join("reference")).1)
        .fold(f64::INFINITY, f64::min);
    assert!(seconds < 0.1, "{seconds} s");
}

#[test]
fn every_task_has_a_function_to_look_for() {
    let rules = rules();
    for task in &rules.tasks {
        let path = root().join("reference/src").join(task.file);
        let text = std::fs::read_to_string(path).unwrap();
        let is_there = |name: &String| text.contains(&format!("\npub fn {name}("));
        assert!(task.functions.iter().any(is_there), "{}", task.task);
    }
}
