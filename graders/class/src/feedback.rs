//! What students get back: a page and a Markdown file each, in a folder of their own, with nothing of others in it.

use std::collections::BTreeSet;
use std::path::Path;

use report::{Format, Refusal, Refused, Report};

use crate::database::{Database, Entry, Standing};
use crate::standing::{Row, State};
use crate::trouble::Trouble;

/// What was written, and for whom nothing was.
#[derive(Debug, Default)]
pub struct Written {
    /// Students with feedback.
    pub students: usize,
    /// Students without, and why.
    pub without: Vec<(String, String)>,
}

/// Writes the folder, which must not exist, whole or not at all.
pub fn write(database: &Database, standing: &Standing, rows: &[Row<'_>], folder: &Path) -> Result<Written, Trouble> {
    if folder.exists() {
        return Err(Trouble::usage(
            format!("{} exists already", folder.display()),
            "name a folder that does not exist yet, so that nothing of another time is sent back",
        ));
    }
    let mut written = Written::default();
    let mut trouble = None;
    let filled = files::write_folder(folder, |temporary| {
        let mut taken = BTreeSet::new();
        for row in rows {
            let texts = match texts(database, standing, row) {
                Ok(Ok(texts)) => texts,
                Ok(Err(reason)) => {
                    written.without.push((row.student.key.clone(), reason));
                    continue;
                }
                Err(found) => {
                    trouble = Some(found);
                    return Err(std::io::Error::other("a report cannot be read"));
                }
            };
            let own = temporary.join(free_name(&row.student.key, &mut taken));
            std::fs::create_dir(&own)?;
            std::fs::write(own.join("report.html"), texts.0)?;
            std::fs::write(own.join("report.md"), texts.1)?;
            written.students += 1;
        }
        Ok(())
    });
    match (trouble, filled) {
        (Some(trouble), _) => Err(trouble),
        (None, Err(error)) => Err(Trouble::unwritable(folder, &error)),
        (None, Ok(())) => Ok(written),
    }
}

/// A folder's name: letters, digits and hyphens of the key, each name once.
fn free_name(key: &str, taken: &mut BTreeSet<String>) -> String {
    let kept = |letter: char| {
        if letter.is_alphanumeric() || "-_.@".contains(letter) {
            letter
        } else {
            '-'
        }
    };
    let name: String = key.chars().map(kept).take(80).collect();
    let name = name.trim_start_matches('.').to_owned();
    let name = if name.is_empty() { "student".to_owned() } else { name };
    let mut free = name.clone();
    let mut number = 2;
    while !taken.insert(free.to_lowercase()) {
        free = format!("{name}-{number}");
        number += 1;
    }
    free
}

type Texts = (String, String);

fn texts(database: &Database, standing: &Standing, row: &Row<'_>) -> Result<Result<Texts, String>, Trouble> {
    let Some(attempt) = row.counted else {
        return Ok(Err("nothing was handed in".to_owned()));
    };
    let entry = standing.entries.get(&attempt.id).cloned().unwrap_or_default();
    match &row.state {
        State::Graded => {
            let Some(report) = report_of(database, standing, row, &entry)? else {
                return Ok(Err("its report is not there".to_owned()));
            };
            let text = |format| report::render(&report, format);
            Ok(Ok((text(Format::Html), text(Format::Markdown))))
        }
        State::Refused(reason) => {
            let refusal = Refusal::new(Refused::Refused, reason, entry.next.as_deref());
            let text = |format| report::refused(&refusal, format).unwrap_or_default();
            Ok(Ok((text(Format::Html), text(Format::Markdown))))
        }
        state => Ok(Err(state.reason().unwrap_or("not graded yet").to_owned())),
    }
}

/// The report as its student reads it: of this attempt, with how it was read, and what lateness costs.
fn report_of(
    database: &Database,
    standing: &Standing,
    row: &Row<'_>,
    entry: &Entry,
) -> Result<Option<Report>, Trouble> {
    let Some(content) = &entry.content else {
        return Ok(None);
    };
    let path = row.counted.map_or("", |attempt| attempt.path.as_str());
    let report = database.report(standing.run.id, content)?;
    Ok(report.map(|report| of_attempt(report, path, &entry.notes, late(row))))
}

/// A report that was made of equal sources, as that of this attempt.
pub fn of_attempt(mut report: Report, path: &str, notes: &[String], late: Option<String>) -> Report {
    report.submission.path = report::clean(path.rsplit('/').next().unwrap_or(path));
    let own = notes.iter().map(|note| report::clean(note));
    report.notes = late.into_iter().chain(own).chain(report.notes).collect();
    report.times = None;
    report
}

fn late(row: &Row<'_>) -> Option<String> {
    let points = row.points?;
    (row.lateness.days > 0).then(|| {
        format!(
            "handed in late, on day {}: {} percent of the points are taken away, which leaves {points}",
            row.lateness.days, row.lateness.percent
        )
    })
}
