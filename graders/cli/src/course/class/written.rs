//! What a course writes: grades, feedback, the page about the class, and what differs between two runs.

use std::collections::{BTreeMap, BTreeSet};

use class::comparison::{self, Change};
use class::database::{Database, Standing};
use class::export::{self, Format, Title};
use class::standing::{self, Row};
use class::{feedback as pages, page, summary};

use super::status::assignment_of;
use crate::arguments::{ClassCompare, ClassExport, ClassFeedback, ClassReport};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

/// Writes grades.
pub(super) fn export(options: &ClassExport, output: &Output) -> Result<Exit, Failure> {
    let database = Database::open(&options.file)?;
    let standing = database.standing(options.run)?;
    let assignment = assignment_of(&standing)?;
    let mut rows = standing::rows(&standing, assignment.late.as_ref());
    if let Some(run) = options.changed_since {
        let before = database.standing(Some(run))?;
        let changed: BTreeSet<String> = comparison::changes(&before, &standing)
            .into_iter()
            .map(|change| change.student)
            .collect();
        rows.retain(|row| changed.contains(&row.student.key));
    }
    let title = Title {
        assignment: &assignment.title,
        column: options.column.as_deref(),
        max_points: most_points(&rows),
    };
    let text = export::export(&rows, title, options.format)?;
    if options.column.is_some() && options.format != Format::Canvas {
        return Err(
            Failure::usage("--column names a column of Canvas' gradebook").hint("leave it out, or add --format canvas")
        );
    }
    let held: Vec<&Row<'_>> = rows.iter().filter(|row| row.hold.is_some()).collect();
    match &options.out {
        Some(path) => {
            export::write(path, &text)?;
            output.line(&format!("{} students in {}", rows.len(), path.display()));
        }
        None => output.report(&text),
    }
    if !held.is_empty() {
        let names: Vec<&str> = held.iter().map(|row| row.student.key.as_str()).collect();
        output.note(&format!(
            "{} have no grade yet, and none in this file: {}; `grade class show {} STUDENT` says why",
            held.len(),
            names.join(", "),
            options.file.display()
        ));
    }
    let lost = export::unfindable(&rows, options.format);
    if !lost.is_empty() {
        output.note(&format!(
            "{} have no number of this assignment's, which only Moodle's own download gives, so that the grading worksheet \
             leaves them out: {}; import the file in Moodle's gradebook by the column `Email address` in its place",
            lost.len(),
            lost.join(", ")
        ));
    }
    Ok(Exit::Done)
}

fn most_points(rows: &[Row<'_>]) -> f64 {
    rows.iter()
        .filter_map(|row| row.grading)
        .map(|grading| grading.max_points)
        .fold(0.0, f64::max)
}

/// Writes feedback.
pub(super) fn feedback(options: &ClassFeedback, output: &Output) -> Result<Exit, Failure> {
    let database = Database::open(&options.file)?;
    let standing = database.standing(options.run)?;
    let assignment = assignment_of(&standing)?;
    let rows = standing::rows(&standing, assignment.late.as_ref());
    let written = pages::write(&database, &standing, &rows, &options.out)?;
    let mut lines = vec![format!(
        "feedback for {} students in {}",
        written.students,
        options.out.display()
    )];
    lines.extend(
        written
            .without
            .iter()
            .map(|(student, reason)| format!("  none for {student}: {reason}")),
    );
    output.line(&lines.join("\n"));
    Ok(Exit::Done)
}

/// Writes the page about the class.
pub(super) fn report(options: &ClassReport, output: &Output) -> Result<Exit, Failure> {
    let database = Database::open(&options.file)?;
    let standing = database.standing(options.run)?;
    let assignment = assignment_of(&standing)?;
    let rows = standing::rows(&standing, assignment.late.as_ref());
    let found = database.similarity(standing.run.id)?;
    let mut summary = summary::summary(&standing, &rows).with_alike(found, &standing);
    let numbers = numbers(&standing);
    if options.anonymous {
        for one in &mut summary.ungraded {
            one.reason = one.reason.replace(&one.path, "the submission");
            "-".clone_into(&mut one.path);
        }
        for (_, remark) in &mut summary.odd {
            "it is not plain whose this is".clone_into(remark);
        }
    }
    let name = |key: &str| match numbers.get(key) {
        Some(number) if options.anonymous => format!("student {number}"),
        _ => key.to_owned(),
    };
    let title = format!("{}: the class", assignment.title);
    let subtitle = format!(
        "Run {} of {}, begun {}.",
        standing.run.id,
        database.runs()?.len(),
        standing.run.begun
    );
    export::write(&options.out, &page::render(&title, &subtitle, &summary, &name))?;
    output.line(&format!("{} holds the class on one page", options.out.display()));
    Ok(Exit::Done)
}

/// Numbers in place of names, in an order that says nothing of them.
fn numbers(standing: &Standing) -> BTreeMap<&str, usize> {
    let mut keys: Vec<&str> = standing.students.keys().map(String::as_str).collect();
    keys.sort_by_key(|key| files::sha256(key.as_bytes()));
    (1..).zip(keys).map(|(number, key)| (key, number)).collect()
}

/// Says what differs between two runs.
pub(super) fn compare(options: &ClassCompare, output: &Output) -> Result<Exit, Failure> {
    let database = Database::open(&options.file)?;
    let before = database.standing(Some(options.before))?;
    let after = database.standing(Some(options.after))?;
    let changes = comparison::changes(&before, &after);
    let mut lines = vec![format!(
        "run {} and run {}: {}{}{}the points of {} students differ",
        options.before,
        options.after,
        if before.run.grader == after.run.grader {
            ""
        } else {
            "another grader, "
        },
        if before.run.fixtures == after.run.fixtures {
            ""
        } else {
            "other golden files, "
        },
        if before.run.assignment == after.run.assignment {
            ""
        } else {
            "other points or limits, "
        },
        changes.len()
    )];
    lines.extend(changes.iter().flat_map(change));
    if !changes.is_empty() {
        lines.push(format!(
            "next  grade class export {} --format csv --run {} --changed-since {}",
            options.file.display(),
            options.after,
            options.before
        ));
    }
    output.line(&lines.join("\n"));
    Ok(Exit::Done)
}

fn change(change: &Change) -> Vec<String> {
    let points = |points: Option<f64>| points.map_or("no grade".to_owned(), |points| points.to_string());
    let reason = change
        .reason
        .as_ref()
        .map_or(String::new(), |reason| format!("  ({reason})"));
    let mut lines = vec![format!(
        "  {}  {} -> {}{reason}",
        change.student,
        points(change.before),
        points(change.after)
    )];
    for task in &change.tasks {
        lines.push(format!("    {}  {} -> {}", task.task, task.before, task.after));
        for (name, message) in &task.broken {
            let message = message.as_ref().map_or(String::new(), |message| format!(": {message}"));
            lines.push(format!("      does not hold any more: {name}{message}"));
        }
        if !task.fixed.is_empty() {
            lines.push(format!("      holds now: {}", task.fixed.join(", ")));
        }
    }
    lines
}
