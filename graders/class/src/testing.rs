//! A class for tests, made without grading anything.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use report::Report;
use serde_json::json;

use crate::database::{Conditions, Database, Entry, Scan, Settings};
use crate::layout::{Found, Handed, Layout, Who};
use crate::outcome::{Mistake, Outcome};
use crate::roster::Roster;

pub(crate) fn conditions() -> Conditions {
    Conditions {
        grader: "g".to_owned(),
        fixtures: "f".to_owned(),
        assignment: "a".to_owned(),
        tasks: vec!["t".to_owned()],
        training: false,
        seed: None,
        device: "cpu".to_owned(),
        reference: true,
    }
}

pub(crate) fn report(points: f64, verdict: &str) -> Report {
    let check = json!({
        "name": "golden-f64/case", "kind": "golden", "verdict": verdict, "statement": "it holds",
        "message": format!("seen with {points}")
    });
    let value = json!({
        "schema_version": 5,
        "grader": { "name": "grade", "version": "0" },
        "assignment": { "id": "x", "title": "X" },
        "submission": { "path": "elsewhere", "sha256": "s" },
        "fixtures_sha256": "f", "seed": 1, "fresh_seed": 2, "libtorch": "l", "device": "cpu", "dtypes": [], "sandbox": [],
        "notes": [],
        "tasks": [{
            "id": "t", "file": "t.rs", "item": "1", "hidden": false, "verdict": verdict, "points": points,
            "max_points": 4.0, "training_points": 0.0, "portions": [], "summary": "s", "answered_by_reference": [],
            "checks": [check]
        }],
        "manual": [],
        "totals": {
            "points": points, "max_points": 4.0, "training_points": 0.0, "fault_points": 0.0, "unasked_points": 0.0,
            "manual_points": 0.0, "percent": 0.0
        },
        "conclusion": "graded"
    });
    serde_json::from_value(value).unwrap()
}

pub(crate) fn outcome(points: f64, verdict: &str) -> Outcome {
    Outcome {
        result: Ok(report(points, verdict)),
        mistakes: if verdict == "wrong" {
            vec![Mistake {
                task: "t".to_owned(),
                name: "t-strict".to_owned(),
                words: "strict".to_owned(),
            }]
        } else {
            Vec::new()
        },
        cpu_seconds: None,
        wall_seconds: 1.0,
    }
}

pub(crate) fn handed(path: &str, key: &str, handed_in: Option<&str>) -> Handed {
    Handed {
        path: path.to_owned(),
        layout: Layout::Folder,
        who: vec![Who {
            key: key.to_owned(),
            name: key.to_owned(),
            ids: vec![key.to_owned()],
            email: None,
        }],
        order: 0,
        handed_in: handed_in.map(|time| time.parse().unwrap()),
        flagged_late: false,
    }
}

pub(crate) fn entry(content: &str) -> Entry {
    Entry {
        content: Some(content.to_owned()),
        ..Entry::default()
    }
}

/// A file with these attempts.
pub(crate) fn class(path: &Path, handed: Vec<Handed>, roster: Option<&Roster>) -> (Database, i64) {
    let mut database = Database::open_or_make(path).unwrap();
    let found = Found {
        handed,
        ignored: vec![("notes.csv".to_owned(), "neither a folder nor an archive".to_owned())],
    };
    let settings = Settings {
        assignment: "x".to_owned(),
        ..Settings::default()
    };
    database
        .scan(&Scan {
            settings: &settings,
            found: &found,
            roster,
        })
        .unwrap();
    let run = database.run(&conditions(), None, "laptop").unwrap();
    (database, run)
}
