#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

use super::*;
use crate::layout::Found;
use crate::outcome::Outcome;
use crate::standing::{self, State};
use crate::testing::{class, conditions, entry, handed, outcome, report};
use crate::trouble::Kind;

fn made(folder: &Path) -> (Database, i64) {
    class(
        &folder.join("a2.class"),
        vec![
            handed("ann", "ann", None),
            handed("bo", "bo", None),
            handed("cy.zip", "cy", None),
        ],
        None,
    )
}

fn id(database: &Database, path: &str) -> i64 {
    database
        .attempts()
        .unwrap()
        .iter()
        .find(|attempt| attempt.path == path)
        .unwrap()
        .id
}

#[test]
fn a_grading_is_kept_once_and_a_fault_until_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (mut database, run) = made(folder.path());
    for (path, content) in [("ann", "x"), ("bo", "x"), ("cy.zip", "y")] {
        database.enter(run, &[(id(&database, path), entry(content))]).unwrap();
    }
    database.keep(run, "x", &outcome(3.0, "wrong"), "laptop").unwrap();
    database.keep(run, "x", &outcome(1.0, "wrong"), "laptop").unwrap();
    let fault = Outcome {
        result: Err("no memory".to_owned()),
        ..outcome(0.0, "wrong")
    };
    database.keep(run, "y", &fault, "laptop").unwrap();
    database.keep(run, "y", &fault, "laptop").unwrap();
    let standing = database.standing(None).unwrap();
    assert_eq!(standing.gradings["x"].points, 3.0);
    assert_eq!(standing.gradings["x"].mistakes[0].name, "t-strict");
    assert_eq!(standing.gradings["y"].tries, 2);
    let rows = standing::rows(&standing, None);
    let states: Vec<&str> = rows.iter().map(|row| row.state.word()).collect();
    assert_eq!(states, ["graded", "graded", "fault"]);
    assert!(rows[2].hold.as_ref().unwrap().contains("no memory"));
    database.keep(run, "y", &outcome(4.0, "passed"), "laptop").unwrap();
    let standing = database.standing(None).unwrap();
    assert_eq!((standing.gradings["y"].tries, standing.gradings["y"].points), (3, 4.0));
    assert_eq!(database.report(run, "x").unwrap().unwrap(), report(3.0, "wrong"));
}

#[test]
fn a_report_with_a_fault_of_ours_is_kept_and_its_points_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let (mut database, run) = made(folder.path());
    database.enter(run, &[(id(&database, "ann"), entry("x"))]).unwrap();
    database.keep(run, "x", &outcome(0.0, "judge_fault"), "laptop").unwrap();
    let standing = database.standing(None).unwrap();
    let rows = standing::rows(&standing, None);
    assert!(
        matches!(&rows[0].state, State::Fault(reason) if reason.contains("failed on t")),
        "{:?}",
        rows[0].state
    );
    assert_eq!(rows[0].points, None);
}

#[test]
fn equal_conditions_are_one_run_and_others_another() {
    let folder = tempfile::tempdir().unwrap();
    let (mut database, run) = made(folder.path());
    assert_eq!(database.run(&conditions(), None, "laptop").unwrap(), run);
    let other = Conditions {
        fixtures: "g".to_owned(),
        ..conditions()
    };
    let second = database.run(&other, None, "laptop").unwrap();
    assert_ne!(second, run);
    database.enter(second, &[(id(&database, "ann"), entry("x"))]).unwrap();
    // A regrading that was interrupted goes on; one that is over is followed by another.
    let regrade = database.run(&other, Some(("t", second)), "laptop").unwrap();
    database.enter(regrade, &[(id(&database, "ann"), entry("x"))]).unwrap();
    assert_eq!(database.run(&other, Some(("t", regrade)), "laptop").unwrap(), regrade);
    database.keep(regrade, "x", &outcome(4.0, "passed"), "laptop").unwrap();
    assert_ne!(database.run(&other, Some(("t", regrade)), "laptop").unwrap(), regrade);
}

#[test]
fn attempts_are_numbered_by_time_and_one_that_is_gone_counts_no_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a2.class");
    let (early, late) = (Some("2026-11-20T10:00:00Z"), Some("2026-11-21T10:00:00Z"));
    let all = || {
        vec![
            handed("a", "ann", late),
            handed("b", "ann", early),
            handed("c", "bo", None),
        ]
    };
    let (database, _) = class(&path, all(), None);
    let numbers = |database: &Database| -> Vec<(String, i64)> {
        database
            .attempts()
            .unwrap()
            .into_iter()
            .map(|attempt| (attempt.path, attempt.number))
            .collect()
    };
    let expected = [("b".to_owned(), 1), ("a".to_owned(), 2), ("c".to_owned(), 1)];
    assert_eq!(numbers(&database), expected);
    drop(database);
    let (database, _) = class(&path, all(), None);
    assert_eq!(numbers(&database), expected);
    drop(database);
    let (database, _) = class(&path, all().split_off(1), None);
    assert_eq!(numbers(&database), [("b".to_owned(), 1), ("c".to_owned(), 1)]);
}

#[test]
fn a_roster_that_comes_later_gives_attempts_their_students() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a2.class");
    let all = || vec![handed("exampleann", "exampleann", None), handed("zed", "zed", None)];
    let (mut database, run) = class(&path, all(), None);
    let ann = id(&database, "exampleann");
    database.enter(run, &[(ann, entry("x"))]).unwrap();
    drop(database);
    let table = folder.path().join("roster.csv");
    fs::write(&table, "id,name\n7,Ann Example\n8,Bo\n").unwrap();
    let roster = crate::Roster::read(&table).unwrap();
    let (database, _) = class(&path, all(), Some(&roster));
    let standing = database.standing(None).unwrap();
    assert_eq!(standing.students.keys().collect::<Vec<_>>(), ["7", "8", "zed"]);
    assert_eq!(standing.students["zed"].remark.as_deref(), Some("is not on the roster"));
    assert_eq!(standing.attempts.len(), 2);
    assert_eq!(standing.attempts[0].id, ann);
    let states: Vec<&str> = standing::rows(&standing, None)
        .iter()
        .map(|row| row.state.word())
        .collect();
    assert_eq!(states, ["pending", "missing", "pending"]);
}

#[test]
fn a_newer_file_and_a_strange_one_are_refused_and_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a2.class");
    let (database, _) = class(&path, vec![handed("ann", "ann", None)], None);
    database.connection.pragma_update(None, "user_version", 99).unwrap();
    database
        .connection
        .pragma_update(None, "journal_mode", "delete")
        .unwrap();
    drop(database);
    let before = fs::read(&path).unwrap();
    let trouble = Database::open(&path).unwrap_err();
    assert!(
        trouble
            .message
            .contains("a2.class was written by a newer grader: it is version 99"),
        "{trouble}"
    );
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    fs::write(
        &path,
        "a text of somebody else, long enough to be looked at as a database",
    )
    .unwrap();
    let trouble = Database::open(&path).unwrap_err();
    assert_eq!(
        (trouble.kind, trouble.message.contains("a2.class is no file of a class")),
        (Kind::Environment, true)
    );
    fs::remove_file(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE x (y)").unwrap();
    drop(other);
    assert!(
        Database::open(&path)
            .unwrap_err()
            .message
            .contains("a database of another program")
    );
    let missing = Database::open(&folder.path().join("no.class")).unwrap_err();
    assert_eq!(missing.kind, Kind::Usage);
}

#[test]
fn a_disk_that_fills_loses_only_what_did_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let (mut database, run) = made(folder.path());
    database.enter(run, &[(id(&database, "ann"), entry("0"))]).unwrap();
    let pages: i64 = database
        .connection
        .pragma_query_value(None, "page_count", |row| row.get(0))
        .unwrap();
    database
        .connection
        .pragma_update(None, "max_page_count", pages + 4)
        .unwrap();
    let mut kept = 0;
    let trouble = loop {
        // A long text that does not pack well.
        let mut outcome = outcome(1.0, "wrong");
        let noise: String = (0..200)
            .map(|at| files::sha256(format!("{kept} {at}").as_bytes()))
            .collect();
        outcome.result.as_mut().unwrap().notes = vec![noise];
        match database.keep(run, &kept.to_string(), &outcome, "laptop") {
            Ok(()) => kept += 1,
            Err(trouble) => break trouble,
        }
    };
    assert!(
        trouble.message.contains("is full; what was graded before is kept"),
        "{trouble}"
    );
    database
        .connection
        .pragma_update(None, "max_page_count", 1_000_000)
        .unwrap();
    let standing = database.standing(None).unwrap();
    assert_eq!(standing.gradings.len(), kept);
    for grading in standing.gradings.values() {
        assert_eq!(
            (grading.tasks.len(), grading.findings.len(), grading.mistakes.len()),
            (1, 1, 1)
        );
    }
    database
        .keep(run, &kept.to_string(), &outcome(1.0, "wrong"), "laptop")
        .unwrap();
}

#[test]
fn what_a_folder_holds_beside_submissions_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (mut database, run) = made(folder.path());
    let standing = database.standing(None).unwrap();
    assert_eq!(standing.ignored[0].0, "notes.csv");
    assert!(
        database
            .standing(Some(run + 1))
            .unwrap_err()
            .next
            .contains("choose one of its runs: 1")
    );
    let nothing = Found::default();
    let scan = Scan {
        settings: &standing.settings,
        found: &nothing,
        roster: None,
    };
    database.scan(&scan).unwrap();
    assert!(database.standing(None).unwrap().attempts.is_empty());
}
