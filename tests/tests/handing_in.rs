//! What a course does with submissions that are handed in: own due dates, results that are shown later, points by hand.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tests::{Run, Submission, course, grade};

/// Grades one task as Gradescope's script does, in another course; gives what Gradescope reads.
fn on_gradescope(course: &Submission, metadata: &Value) -> Value {
    let submission =
        Submission::reference().with_body("src/normalization.rs", "rms_norm", "    input * weight * epsilon");
    let folder = Submission::empty().with_file("metadata.json", &metadata.to_string());
    let results = folder.path().join("results.json");
    let run = tests::command([
        "--submission",
        submission.path().to_str().unwrap(),
        "--task",
        "rms_norm",
        "--gradescope-metadata",
        folder.path().join("metadata.json").to_str().unwrap(),
        "--report",
        &format!("gradescope={}", results.display()),
    ])
    .env("GRADE_HOME", course.path())
    .output()
    .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    serde_json::from_str(&fs::read_to_string(results).unwrap()).unwrap()
}

/// Handed in an hour after everybody's date, after so many other submissions.
fn metadata(own_date: Option<&str>, before: usize) -> Value {
    let user = match own_date {
        Some(date) => json!({"id": 1, "assignment": {"due_date": date}}),
        None => json!({"id": 1}),
    };
    json!({
        "created_at": "2026-03-02T00:59:00.000000-05:00",
        "assignment": {"due_date": "2026-03-01T23:59:00.000000-05:00"},
        "users": [user],
        "previous_submissions": vec![json!({"score": "1.0"}); before],
    })
}

#[test]
fn the_students_own_date_decides_about_late_days() {
    let course = course(|_| ());
    let said = |own| {
        on_gradescope(&course, &metadata(own, 0))["output"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let late = said(None);
    assert!(
        late.contains("handed in 0 d 1 h 0 min after it was due: 1 late day"),
        "{late}"
    );
    let in_time = said(Some("2026-03-04T23:59:00.000000-05:00"));
    assert!(
        !in_time.contains("late day") && in_time.contains("an extension, counts"),
        "{in_time}"
    );
    let earlier = said(Some("2026-02-28T00:59:00.000000-05:00"));
    assert!(
        earlier.contains("2 d 0 h 0 min after it was due by the student's own date: 2 late days"),
        "{earlier}"
    );
}

#[test]
fn results_are_shown_after_the_due_date_and_those_of_every_third_submission_at_once() {
    let course = course(|root| {
        let path = root.join("fixtures/assignments/uva-dl1-a2.toml");
        let text = fs::read_to_string(&path).unwrap();
        let table = "[gradescope]\nvisibility = \"after_due_date\"\nevery = 3\n\n[limits]";
        fs::write(path, text.replacen("[limits]", table, 1)).unwrap();
    });
    let shown = |before| {
        let results = on_gradescope(&course, &metadata(None, before));
        let tests = results["tests"].as_array().unwrap();
        let visibility = tests[0]["visibility"].as_str().unwrap().to_owned();
        assert!(tests.iter().all(|test| test["visibility"] == visibility.as_str()));
        (visibility, results["output"].as_str().unwrap().to_owned())
    };
    for before in [0, 1] {
        let (visibility, said) = shown(before);
        assert_eq!(visibility, "after_due_date");
        assert!(said.contains(&format!("submission {} is graded", before + 1)), "{said}");
        assert!(
            said.contains("every 3rd submission") && !said.contains("points graded here"),
            "{said}"
        );
    }
    let (visibility, said) = shown(2);
    assert_eq!(visibility, "visible");
    assert!(said.contains("0 of 2 points graded here"), "{said}");
}

const SCORES: &str = "[[item]]\nitem = \"2.1 to 2.9\"\npoints = 17.5\ncomment = \"one proof is missing\"\n\n\
    [[override]]\ntask = \"rms_norm\"\npoints = 1.5\nreason = \"an epsilon outside of the root was allowed\"\n";

fn scored(submission: &Path, scores: &Path, more: &[&str]) -> Run {
    let mut all = vec!["--submission", submission.to_str().unwrap(), "--task", "rms_norm"];
    all.extend(["--manual", scores.to_str().unwrap()]);
    all.extend(more);
    grade(all)
}

fn sheet(text: &str) -> (Submission, PathBuf) {
    let folder = Submission::empty().with_file("scores.toml", text);
    let path = folder.path().join("scores.toml");
    (folder, path)
}

#[test]
fn points_by_hand_and_the_graders_are_one_total_and_without_them_all_is_as_before() {
    let submission = Submission::template();
    let (_folder, path) = sheet(SCORES);
    let before = grade([
        "--submission",
        submission.path().to_str().unwrap(),
        "--task",
        "rms_norm",
    ]);
    let run = scored(submission.path(), &path, &[]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let words = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "19 of 22 points: 1.5 of 2 graded here, 17.5 of 20 by hand",
        "17.5 / 20 (one proof is missing)",
        "1.5 points by hand in place of 0: an epsilon outside of the root was allowed",
    ] {
        assert!(words.contains(said), "{said}:\n{}", run.stdout);
    }
    let after = grade([
        "--submission",
        submission.path().to_str().unwrap(),
        "--task",
        "rms_norm",
    ]);
    for run in [&before, &after] {
        let said = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains("0 of 2 points graded here; "), "{}", run.stdout);
        assert!(
            !said.contains("in place of") && !said.contains("17.5"),
            "{}",
            run.stdout
        );
    }
}

#[test]
fn an_override_counts_for_the_bar() {
    let submission = Submission::template();
    let (_folder, path) = sheet(SCORES);
    assert_eq!(scored(submission.path(), &path, &["--min-score", "70"]).code, Some(0));
    assert_eq!(scored(submission.path(), &path, &["--min-score", "80"]).code, Some(1));
}

#[test]
fn a_sheet_that_cannot_be_right_is_named_and_one_in_the_submission_is_refused() {
    let submission = Submission::template();
    let (_folder, path) = sheet(&SCORES.replace("17.5", "25"));
    let run = scored(submission.path(), &path, &[]);
    assert_eq!(run.code, Some(3), "{}", run.stdout);
    let said = "item `2.1 to 2.9` has 20 points at most, not 25";
    assert!(
        run.stderr.contains(said) && run.stderr.contains("scores.toml"),
        "{}",
        run.stderr
    );
    let submission = submission.with_file("scores.toml", SCORES);
    let run = scored(submission.path(), &submission.path().join("scores.toml"), &[]);
    assert_eq!(run.code, Some(2), "{}", run.stdout);
    assert!(run.stderr.contains("lie in the submission"), "{}", run.stderr);
}

/// What a course is told when it makes its files.
#[test]
fn making_the_zip_says_whether_training_runs_and_when_results_are_shown() {
    let folder = tempfile::tempdir().unwrap();
    let zip = folder.path().join("autograder.zip");
    let run = grade([
        "gradescope",
        "--assignment",
        "uva-dl1-a2",
        "--out",
        zip.to_str().unwrap(),
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(
        run.stdout.contains("training: runs with every submission"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("for 10 points"), "{}", run.stdout);
    assert!(run.stdout.contains("results: shown at once"), "{}", run.stdout);
    let text = fs::read(&zip).unwrap();
    assert!(!text.is_empty());
}
