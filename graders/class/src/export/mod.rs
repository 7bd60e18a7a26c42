//! Grades for platforms and programs.
//!
//! Canvas' columns are those of the gradebook's CSV, Moodle's those of an assignment's grading worksheet, Gradescope's those
//! of an assignment's exported grades. A grade that has to wait is left empty there, and its reason stands beside it where
//! the format has room; platforms leave a grade that is empty as it is.

mod json;

use std::path::Path;
use std::str::FromStr;

use csv::Writer;

use crate::standing::{Row, State};
use crate::trouble::Trouble;

/// A format of grades.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Canvas' gradebook.
    Canvas,
    /// Moodle's grading worksheet.
    Moodle,
    /// Gradescope's exported grades.
    Gradescope,
    /// Everything, as a table.
    Csv,
    /// Everything, for programs.
    Json,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 5] = [Self::Canvas, Self::Moodle, Self::Gradescope, Self::Csv, Self::Json];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Canvas => "canvas",
            Self::Moodle => "moodle",
            Self::Gradescope => "gradescope",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::name).join(", ");
        let found = Self::ALL.into_iter().find(|format| format.name() == name);
        found.ok_or_else(|| format!("there is no format `{name}`; known are: {names}"))
    }
}

/// What is exported beside the rows.
#[derive(Debug, Clone, Copy)]
pub struct Title<'a> {
    /// The assignment's title.
    pub assignment: &'a str,
    /// Points that can be earned.
    pub max_points: f64,
}

/// The grades in a format.
pub fn export(rows: &[Row<'_>], title: Title<'_>, format: Format) -> Result<String, Trouble> {
    let made = match format {
        Format::Canvas => canvas(rows, title),
        Format::Moodle => moodle(rows, title),
        Format::Gradescope => gradescope(rows, title),
        Format::Csv => table(rows, title),
        Format::Json => return Ok(json::document(rows, title)),
    };
    made.map_err(|error| Trouble::environment(format!("cannot write the grades: {error}"), "report this as a bug"))
}

/// Puts text where it was asked for, whole or not at all.
pub fn write(path: &Path, text: &str) -> Result<(), Trouble> {
    files::write(path, text.as_bytes()).map_err(|error| Trouble::unwritable(path, &error))
}

type Made = Result<String, csv::Error>;

fn written(lines: Vec<Vec<String>>) -> Made {
    let mut writer = Writer::from_writer(Vec::new());
    for line in lines {
        writer.write_record(line.iter().map(|cell| guarded(cell)))?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn header(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// A cell that no spreadsheet takes for a formula, wherever its text comes from: names of folders are ids too.
fn guarded(cell: &str) -> String {
    let is_sign = cell.starts_with('-') && cell.len() > 1 && cell.parse::<f64>().is_err();
    if is_sign || cell.starts_with(['=', '+', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}

/// A text without what only terminals read.
fn safe(text: &str) -> String {
    report::clean(text)
}

fn number(value: f64) -> String {
    format!("{}", (value * 100.0).round() / 100.0)
}

/// The grade to publish: none while it has to wait.
fn grade(row: &Row<'_>) -> String {
    row.points.filter(|_| row.hold.is_none()).map_or(String::new(), number)
}

fn canvas(rows: &[Row<'_>], title: Title<'_>) -> Made {
    let mut lines = vec![header(&["Student", "ID", "SIS User ID", "SIS Login ID", "Section"])];
    lines[0].push(safe(title.assignment));
    lines.push(header(&["    Points Possible", "", "", "", ""]));
    lines[1].push(number(title.max_points));
    for row in rows {
        // Canvas' own number stands in the names of its download; the roster's is the university's.
        let is_canvas = row.counted.is_some_and(|attempt| attempt.layout == "canvas");
        let platform = row.student.platform.clone().filter(|_| is_canvas).unwrap_or_default();
        let own = if row.student.on_roster {
            row.student.key.clone()
        } else {
            String::new()
        };
        let login = row.student.email.clone().unwrap_or_else(|| own.clone());
        lines.push(vec![
            safe(&row.student.name),
            platform,
            own,
            login,
            String::new(),
            grade(row),
        ]);
    }
    written(lines)
}

fn moodle(rows: &[Row<'_>], title: Title<'_>) -> Made {
    let mut lines = vec![header(&[
        "Identifier",
        "Full name",
        "Email address",
        "Status",
        "Grade",
        "Maximum Grade",
        "Grade can be changed",
        "Last modified (submission)",
        "Last modified (grade)",
        "Feedback comments",
    ])];
    for row in rows {
        let is_moodle = row.counted.is_some_and(|attempt| attempt.layout == "moodle");
        let own = row.student.platform.clone().filter(|_| is_moodle);
        let status = if row.counted.is_some() {
            "Submitted for grading"
        } else {
            "No submission"
        };
        lines.push(vec![
            format!("Participant {}", own.unwrap_or_else(|| row.student.key.clone())),
            safe(&row.student.name),
            row.student.email.clone().unwrap_or_default(),
            status.to_owned(),
            grade(row),
            number(title.max_points),
            "Yes".to_owned(),
            row.handed_in.map_or("-".to_owned(), |time| time.to_string()),
            "-".to_owned(),
            remarks(row),
        ]);
    }
    written(lines)
}

fn gradescope(rows: &[Row<'_>], title: Title<'_>) -> Made {
    let mut lines = vec![header(&[
        "First Name",
        "Last Name",
        "SID",
        "Email",
        "Sections",
        "Total Score",
        "Max Points",
        "Status",
        "Submission ID",
        "Submission Time",
        "Lateness (H:M:S)",
    ])];
    for row in rows {
        let (first, last) = row.student.name.rsplit_once(' ').unwrap_or(("", &row.student.name));
        let folder = row
            .counted
            .map_or("", |attempt| attempt.path.split('/').next().unwrap_or_default());
        let status = match (&row.state, &row.hold) {
            (State::Missing, _) => "Missing",
            (State::Graded, None) => "Graded",
            _ => "Ungraded",
        };
        lines.push(vec![
            safe(first),
            safe(last),
            row.student.key.clone(),
            row.student.email.clone().unwrap_or_default(),
            String::new(),
            grade(row),
            number(title.max_points),
            status.to_owned(),
            folder.strip_prefix("submission_").unwrap_or_default().to_owned(),
            row.handed_in.map_or(String::new(), |time| time.to_string()),
            hours(row.seconds_late),
        ]);
    }
    written(lines)
}

/// Seconds as hours, minutes and seconds.
fn hours(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// What a student should know beside the points.
fn remarks(row: &Row<'_>) -> String {
    let late = (row.lateness.days > 0).then(|| {
        format!(
            "late by {} days: {} percent of the points are taken away",
            row.lateness.days,
            number(row.lateness.percent)
        )
    });
    let refused = match &row.state {
        State::Refused(reason) => Some(format!("cannot be graded: {reason}")),
        _ => None,
    };
    safe(&late.into_iter().chain(refused).collect::<Vec<_>>().join("; "))
}

fn table(rows: &[Row<'_>], title: Title<'_>) -> Made {
    let mut tasks: Vec<&str> = Vec::new();
    for task in rows
        .iter()
        .filter_map(|row| row.grading)
        .flat_map(|grading| &grading.tasks)
    {
        if !tasks.contains(&task.task.as_str()) {
            tasks.push(&task.task);
        }
    }
    let fixed = [
        "id",
        "name",
        "email",
        "state",
        "points",
        "max_points",
        "points_before_lateness",
        "days_late",
        "penalty_percent",
        "handed_in",
        "attempt",
        "attempts",
        "submission",
        "hold",
        "remark",
    ];
    let mut lines = vec![header(&fixed)];
    lines[0].extend(tasks.iter().map(|task| (*task).to_owned()));
    for row in rows {
        let graded = row.grading.filter(|_| row.state == State::Graded);
        let of = |task: &&str| {
            let found = graded.and_then(|grading| grading.tasks.iter().find(|own| own.task == **task));
            found.map_or(String::new(), |own| number(own.points))
        };
        let mut line = vec![
            safe(&row.student.key),
            safe(&row.student.name),
            row.student.email.as_deref().map(safe).unwrap_or_default(),
            row.state.word().to_owned(),
            row.points.map_or(String::new(), number),
            number(title.max_points),
            graded.map_or(String::new(), |grading| number(grading.points)),
            row.lateness.days.to_string(),
            number(row.lateness.percent),
            row.handed_in.map_or(String::new(), |time| time.to_string()),
            row.counted.map_or(String::new(), |attempt| attempt.number.to_string()),
            row.attempts.len().to_string(),
            row.counted.map_or(String::new(), |attempt| safe(&attempt.path)),
            row.hold.as_deref().map(safe).unwrap_or_default(),
            row.student.remark.as_deref().map(safe).unwrap_or_default(),
        ];
        line.extend(tasks.iter().map(of));
        lines.push(line);
    }
    written(lines)
}

#[cfg(test)]
mod tests;
