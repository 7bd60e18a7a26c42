//! Problem Set 3: answers that are tried out, and two assignments beside each other.
#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::Value;
use tests::{Submission, grade};

const ID: &str = "gt-cs7643-ps3";

fn check<'a>(report: &'a Value, task: &str, check: &str) -> &'a Value {
    let named = |list: &'a Value, key: &str, name: &str| {
        let found = list.as_array().unwrap().iter().find(|entry| entry[key] == name);
        found.unwrap_or_else(|| panic!("no {name}"))
    };
    named(&named(&report["tasks"], "id", task)["checks"], "name", check)
}

/// The state latches: it goes to 1 with the first one and stays there.
const LATCH: &str = "    let gate = |weights, bias| Gate { weights, bias };
    ParityLstm {
        forget: gate([0.0, 0.0], 1.0),
        input: gate([-1.0, 1.0], -0.5),
        candidate: gate([0.0, 0.0], 1.0),
    }";

#[test]
fn a_wrong_lstm_is_shown_bit_by_bit_on_the_shortest_string_that_it_fails_on() {
    let submission = Submission::reference().with_body("src/parity_lstm.rs", "lstm_parity", LATCH);
    let (run, report) = submission.graded(&["--assignment", ID, "--task", "lstm_parity"]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let seen = &check(&report, "lstm_parity", "golden-f64/all")["evidence"]["seen"];
    assert_eq!(seen["kind"], "steps");
    assert_eq!(seen["input"], "the bits 11");
    assert_eq!(seen["rows"].as_array().unwrap().len(), 2);
    for line in [
        "got        for the bits 11: C after step 2 is 1, must be 0",
        "step  x  f  i  candidate  C  h  parity",
        "1     1  1  1  1          1  1  1",
        "2     1  1  0  1          1  1  0",
    ] {
        assert!(run.stdout.contains(line), "{line} is missing:\n{}", run.stdout);
    }
}

#[test]
fn a_beam_search_that_never_stops_is_told_how_many_calls_it_needs() {
    let wrong = tests::root().join("fixtures/submissions/wrong/beam-never-stops/src/beam_search.rs");
    let text = std::fs::read_to_string(wrong).unwrap();
    let (run, report) = Submission::reference().with_file("src/beam_search.rs", &text).graded(&[
        "--assignment",
        ID,
        "--task",
        "beam_search",
    ]);
    let message = check(&report, "beam_search", "golden-f64/early_stop")["message"]
        .as_str()
        .unwrap();
    assert!(message.contains("times; with the early stop "), "{message}");
    assert_eq!(check(&report, "beam_search", "golden-f64/beam")["verdict"], "passed");
    assert!(
        run.stdout.contains("your search asks about") && run.stdout.contains("its best complete"),
        "{}",
        run.stdout
    );
}

/// A folder of one file names no assignment; with two of them, none is the only one.
#[test]
fn a_submission_without_an_assignment_is_told_which_there_are() {
    let text = std::fs::read_to_string(tests::root().join("student_template/src/neurons.rs")).unwrap();
    let submission = Submission::empty().with_file("neurons.rs", &text);
    let run = grade(["--submission", submission.path().to_str().unwrap()]);
    assert_eq!(run.code, Some(2), "{}", run.stderr);
    for name in [ID, "uva-dl1-a2", "--assignment"] {
        assert!(run.stderr.contains(name), "{name}: {}", run.stderr);
    }
}

#[test]
fn missing_files_are_told_of_only_where_their_tasks_are_graded() {
    let text = std::fs::read_to_string(tests::root().join("student_template/src/neurons.rs")).unwrap();
    let submission = Submission::empty().with_file("neurons.rs", &text);
    let (_, report) = submission.graded(&["--assignment", ID]);
    let notes: Vec<&str> = report["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note.as_str().unwrap())
        .collect();
    let speaks_of = |file: &str| notes.iter().any(|note| note.contains(&format!("`{file}`")));
    assert!(speaks_of("beam_search.rs"), "{notes:?}");
    assert!(!speaks_of("attention.rs") && !speaks_of("graph.rs"), "{notes:?}");
}
