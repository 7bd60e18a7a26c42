//! What is read out of the file.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Settings;
use crate::outcome::Mistake;
use crate::roster::Extension;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudentRow {
    /// The roster's id, or what the layout says.
    pub key: String,
    pub name: String,
    /// The address.
    pub email: Option<String>,
    /// The platform's number.
    pub platform: Option<String>,
    /// Whether the roster has the student.
    pub on_roster: bool,
    /// Until when the student has.
    pub extension: Option<Extension>,
    /// When the last attempt was handed in, where the roster says so.
    pub handed_in: Option<Timestamp>,
    /// What is odd about whose it is.
    pub remark: Option<String>,
}

/// An attempt of a student.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its number in the file.
    pub id: i64,
    /// Where it lies.
    pub path: String,
    /// Whose it is.
    pub student: String,
    /// How it lay there.
    pub layout: String,
    /// From 1.
    pub number: i64,
    /// When it was handed in, where the layout says so.
    pub handed_in: Option<Timestamp>,
    /// Whether the platform calls it late.
    pub flagged_late: bool,
}

/// What was read of an attempt: exactly one of content, refusal and fault.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// A hash of the sources.
    pub content: Option<String>,
    /// Why it cannot be graded.
    pub refused: Option<String>,
    /// What its author can do.
    pub next: Option<String>,
    /// Why we failed to read it.
    pub fault: Option<String>,
    /// What was left out or replaced.
    pub notes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Its number.
    pub id: i64,
    /// A hash of all that has a say in its gradings.
    pub conditions: String,
    /// A hash of the grader.
    pub grader: String,
    /// A hash of the golden files.
    pub fixtures: String,
    /// The assignment as it grades.
    pub assignment: String,
    /// The tasks that were graded again on top of another run.
    pub regraded: Option<String>,
    /// That other run.
    pub based_on: Option<i64>,
    /// When it was begun.
    pub begun: String,
    /// What it has cost.
    pub cpu_seconds: f64,
    /// How long it was at work.
    pub wall_seconds: f64,
}

/// A task of a grading.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRow {
    pub task: String,
    pub verdict: String,
    /// Points earned.
    pub points: f64,
    /// Points that can be earned.
    pub max_points: f64,
    /// Equal for equal behaviour, where it is wrong.
    pub behaviour: Option<String>,
}

/// A check that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub task: String,
    /// The check.
    pub name: String,
    pub verdict: String,
    /// What was seen.
    pub message: Option<String>,
}

/// What came of grading a content.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grading {
    /// Why its points do not count yet: a fault of ours.
    pub fault: Option<String>,
    /// How often it was tried.
    pub tries: i64,
    /// Points earned.
    pub points: f64,
    /// Points that can be earned.
    pub max_points: f64,
    /// CPU seconds, where known.
    pub cpu_seconds: Option<f64>,
    /// Seconds by the clock.
    pub wall_seconds: f64,
    /// The tasks in the order of the assignment.
    pub tasks: Vec<TaskRow>,
    /// What does not hold.
    pub findings: Vec<Finding>,
    /// What was recognised.
    pub mistakes: Vec<Mistake>,
}

/// All that a file holds of one run.
#[derive(Debug, Clone)]
pub struct Standing {
    /// How the course grades.
    pub settings: Settings,
    /// What in the folder is no submission.
    pub ignored: Vec<(String, String)>,
    pub run: Run,
    /// All students by key.
    pub students: BTreeMap<String, StudentRow>,
    /// What lies in the folder, by student and number.
    pub attempts: Vec<Attempt>,
    /// What was read, by attempt.
    pub entries: BTreeMap<i64, Entry>,
    /// What came of it, by content.
    pub gradings: BTreeMap<String, Grading>,
}
