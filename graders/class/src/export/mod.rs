//! Grades for platforms and programs. What a platform makes of its file is in the format's own.
//!
//! A grade that has to wait is in none of the platforms' files, in such a way that the platform leaves what it has.

mod canvas;
mod gradescope;
mod json;
mod moodle;

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
    /// The platform's own name of the column, where that is another.
    pub column: Option<&'a str>,
    /// Points that can be earned.
    pub max_points: f64,
}

/// Those whom a platform cannot find by what is known of them, so that their grades do not arrive.
pub fn unfindable<'a>(rows: &'a [Row<'a>], format: Format) -> Vec<&'a str> {
    if format != Format::Moodle {
        return Vec::new();
    }
    let lost = rows
        .iter()
        .filter(|row| !grade(row).is_empty() && moodle::participant(row).is_none());
    lost.map(|row| row.student.key.as_str()).collect()
}

/// The grades in a format.
pub fn export(rows: &[Row<'_>], title: Title<'_>, format: Format) -> Result<String, Trouble> {
    let made = match format {
        Format::Canvas => canvas::table(rows, title),
        Format::Moodle => moodle::table(rows, title),
        Format::Gradescope => gradescope::table(rows, title),
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
