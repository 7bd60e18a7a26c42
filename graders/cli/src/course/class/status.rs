//! `grade class status`: how it stands.

use class::database::{Database, Standing};
use class::layout::Layout;
use class::standing::{self, State};
use class::summary::{self, Ungraded};
use judge::grading::assignment::Assignment;

use crate::arguments::ClassStatus;
use crate::course_root::CourseRoot;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;

/// Names that a line lists.
const LISTED: usize = 12;
/// Letters of a hash that people compare.
const SHOWN: usize = 10;

/// Says how it stands.
pub(super) fn status(options: &ClassStatus, output: &Output) -> Result<Exit, Failure> {
    let database = Database::open(&options.file)?;
    let assignment = assignment_of(&database.standing(options.run)?)?;
    say(&database, options.run, &assignment, output)
}

/// Says how it stands with a run, the newest unless another is named. Exit code 4 says that there are faults.
pub(super) fn say(
    database: &Database,
    run: Option<i64>,
    assignment: &Assignment,
    output: &Output,
) -> Result<Exit, Failure> {
    let standing = database.standing(run)?;
    output.line(&words(database, &standing, assignment)?);
    Ok(if has_faults(&standing) {
        Exit::JudgeFault
    } else {
        Exit::Done
    })
}

/// The assignment as it is now: lateness is reckoned by it.
pub(super) fn assignment_of(standing: &Standing) -> Result<Assignment, Failure> {
    selection::assignment(
        &CourseRoot::find()?.assignments(),
        Some(&standing.settings.assignment),
        None,
    )
}

/// Whether something failed through no fault of a submission.
pub(super) fn has_faults(standing: &Standing) -> bool {
    let mut all = standing
        .attempts
        .iter()
        .filter(|attempt| standing.entries.contains_key(&attempt.id));
    all.any(|attempt| matches!(standing::state(standing, attempt), State::Fault(_)))
}

/// How it stands, in lines.
fn words(database: &Database, standing: &Standing, assignment: &Assignment) -> Result<String, Failure> {
    let rows = standing::rows(standing, assignment.late.as_ref());
    let summary = summary::summary(standing, &rows);
    let run = &standing.run;
    let short = |hash: &str| hash.chars().take(SHOWN).collect::<String>();
    let count = |state: &str| summary.ungraded.iter().filter(|one| one.state == state).count();
    let graded = rows.iter().filter(|row| row.state == State::Graded).count();
    let mut lines = vec![
        format!(
            "{}: {}, run {} of {}, begun {}{}",
            database.path().display(),
            standing.settings.assignment,
            run.id,
            database.runs()?.len(),
            run.begun,
            run.regraded.as_ref().map_or(String::new(), |tasks| format!(
                ", {tasks} again on top of run {}",
                run.based_on.unwrap_or(0)
            ))
        ),
        format!("  grader {}, golden files {}", short(&run.grader), short(&run.fixtures)),
        format!(
            "  students      {} ({graded} graded, {} without a submission)",
            summary.students,
            summary.missing.len()
        ),
        format!("  attempts      {} ({})", summary.attempts, layouts(standing)),
        format!("  contents      {} graded; equal ones once", summary.contents),
        format!(
            "  not graded    {} cannot be, {} by a fault of the grader, {} whose turn has not come",
            count("not graded"),
            count("fault"),
            count("pending")
        ),
        format!(
            "  time          {:.0} s by the clock, {:.0} s of CPU time",
            run.wall_seconds, run.cpu_seconds
        ),
    ];
    let mut list = |title: &str, names: Vec<String>| {
        if !names.is_empty() {
            lines.push(format!("  {title:<13} {}", shortened(&names)));
        }
    };
    list("missing", summary.missing.clone());
    list(
        "several times",
        summary
            .several
            .iter()
            .map(|(key, count)| format!("{key} ({count})"))
            .collect(),
    );
    list(
        "late",
        summary
            .late
            .iter()
            .map(|(key, days, percent)| format!("{key} (day {days}, {percent} %)"))
            .collect(),
    );
    list(
        "whose?",
        summary
            .odd
            .iter()
            .map(|(key, remark)| format!("{key} {remark}"))
            .collect(),
    );
    list(
        "left alone",
        standing
            .ignored
            .iter()
            .map(|(name, reason)| format!("{name} ({reason})"))
            .collect(),
    );
    for one in &summary.ungraded {
        lines.push(ungraded(one));
    }
    let file = database.path().display();
    let next = if count("fault") > 0 {
        format!("grade class retry {file}")
    } else if count("pending") > 0 {
        format!(
            "grade class run {} --into {file} --assignment {}",
            standing.settings.folder.display(),
            assignment.id
        )
    } else {
        format!(
            "grade class report {file}; grade class export {file} --format csv; grade class feedback {file} --out FOLDER"
        )
    };
    lines.push(format!("next  {next}"));
    Ok(lines.join("\n"))
}

fn ungraded(one: &Ungraded) -> String {
    let tries = if one.tries > 1 {
        format!(" (tried {} times)", one.tries)
    } else {
        String::new()
    };
    format!(
        "  {:<13} {}, {}: {}{tries}",
        one.state, one.student, one.path, one.reason
    )
}

fn shortened(names: &[String]) -> String {
    let shown = names[..names.len().min(LISTED)].join(", ");
    match names.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown}, and {more} more"),
    }
}

fn layouts(standing: &Standing) -> String {
    let all = [
        Layout::Canvas,
        Layout::Moodle,
        Layout::Gradescope,
        Layout::Clone,
        Layout::Folder,
        Layout::Archive,
    ];
    let counted = all.iter().filter_map(|layout| {
        let count = standing
            .attempts
            .iter()
            .filter(|attempt| attempt.layout == layout.name())
            .count();
        (count > 0).then(|| format!("{count} {layout}"))
    });
    counted.collect::<Vec<_>>().join(", ")
}
