//! Grades for programs.

use serde::Serialize;

use super::Title;
use crate::standing::{Row, State};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    assignment: &'a str,
    max_points: f64,
    students: Vec<One<'a>>,
}

#[derive(Serialize)]
struct One<'a> {
    id: &'a str,
    name: &'a str,
    email: Option<&'a str>,
    on_roster: bool,
    state: &'a str,
    reason: Option<&'a str>,
    points: Option<f64>,
    points_before_lateness: Option<f64>,
    days_late: u32,
    penalty_percent: f64,
    handed_in: Option<String>,
    submission: Option<&'a str>,
    attempt: Option<i64>,
    attempts: usize,
    hold: Option<&'a str>,
    remark: Option<&'a str>,
    tasks: Vec<Judged<'a>>,
}

#[derive(Serialize)]
struct Judged<'a> {
    task: &'a str,
    verdict: &'a str,
    points: f64,
    max_points: f64,
    mistakes: Vec<&'a str>,
}

pub(super) fn document(rows: &[Row<'_>], title: Title<'_>) -> String {
    let students = rows.iter().map(|row| {
        let graded = row.grading.filter(|_| row.state == State::Graded);
        let tasks = graded.into_iter().flat_map(|grading| {
            grading.tasks.iter().map(move |task| Judged {
                task: &task.task,
                verdict: &task.verdict,
                points: task.points,
                max_points: task.max_points,
                mistakes: grading
                    .mistakes
                    .iter()
                    .filter(|mistake| mistake.task == task.task)
                    .map(|mistake| mistake.name.as_str())
                    .collect(),
            })
        });
        One {
            id: &row.student.key,
            name: &row.student.name,
            email: row.student.email.as_deref(),
            on_roster: row.student.on_roster,
            state: row.state.word(),
            reason: row.state.reason(),
            points: row.points,
            points_before_lateness: graded.map(|grading| grading.points),
            days_late: row.lateness.days,
            penalty_percent: row.lateness.percent,
            handed_in: row.handed_in.map(|time| time.to_string()),
            submission: row.counted.map(|attempt| attempt.path.as_str()),
            attempt: row.counted.map(|attempt| attempt.number),
            attempts: row.attempts.len(),
            hold: row.hold.as_deref(),
            remark: row.student.remark.as_deref(),
            tasks: tasks.collect(),
        }
    });
    let document = Document {
        schema_version: 1,
        assignment: title.assignment,
        max_points: title.max_points,
        students: students.collect(),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}
