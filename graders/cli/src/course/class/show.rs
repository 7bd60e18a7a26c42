//! `grade class show`: one student.

use class::database::{Database, Standing, StudentRow};
use class::feedback;
use class::standing::{self, Row, State};
use report::Look;

use super::status::assignment_of;
use crate::arguments::ClassShow;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::names;
use crate::output::Output;

/// Shows a student.
pub(super) fn show(options: &ClassShow, output: &Output) -> Result<Exit, Failure> {
    let database = Database::open(&options.file)?;
    let standing = database.standing(options.run)?;
    let assignment = assignment_of(&standing)?;
    let student = find(&standing, &options.student)?;
    let rows = standing::rows(&standing, assignment.late.as_ref());
    let row = rows.iter().find(|row| row.student.key == student.key);
    let Some(row) = row else {
        return Ok(Exit::Done);
    };
    output.line(&words(&standing, row));
    let counted = row
        .counted
        .and_then(|attempt| Some((attempt, standing.entries.get(&attempt.id)?)));
    if let Some((attempt, entry)) = counted.filter(|_| row.state == State::Graded)
        && let Some(content) = &entry.content
        && let Some(report) = database.report(standing.run.id, content)?
    {
        let report = feedback::of_attempt(report, &attempt.path, &entry.notes, None);
        let look = Look {
            verbose: options.verbose,
            colour: true,
            width: Output::width(false),
        };
        output.line(&report::terminal::render(&report, look));
    }
    Ok(Exit::Done)
}

/// A student by id, by address, or by a part of the name that nobody else has.
fn find<'a>(standing: &'a Standing, asked: &str) -> Result<&'a StudentRow, Failure> {
    let all = || standing.students.values();
    let is_same = |text: &str| text.eq_ignore_ascii_case(asked);
    let exact = all().find(|student| is_same(&student.key) || student.email.as_deref().is_some_and(is_same));
    if let Some(student) = exact {
        return Ok(student);
    }
    let part = asked.to_lowercase();
    let named: Vec<&StudentRow> = all()
        .filter(|student| student.name.to_lowercase().contains(&part))
        .collect();
    match named.as_slice() {
        [one] => Ok(one),
        [] => {
            let hint = names::hint(asked, all().map(|student| student.key.as_str()), "choose from");
            Err(Failure::usage(format!("this class has no student `{asked}`")).hint(hint))
        }
        several => {
            let keys: Vec<&str> = several.iter().map(|student| student.key.as_str()).collect();
            Err(Failure::usage(format!("several students are called `{asked}`"))
                .hint(format!("name one by id: {}", keys.join(", "))))
        }
    }
}

fn words(standing: &Standing, row: &Row<'_>) -> String {
    let student = row.student;
    let mut lines = vec![format!(
        "{}  {}{}",
        student.key,
        student.name,
        student
            .email
            .as_ref()
            .map_or(String::new(), |email| format!("  {email}"))
    )];
    lines.extend(student.remark.iter().map(|remark| format!("  {remark}")));
    if row.attempts.is_empty() {
        lines.push("  nothing was handed in".to_owned());
    }
    for attempt in &row.attempts {
        let state = standing::state(standing, attempt);
        let points = standing::grading(standing, attempt).filter(|_| state == State::Graded);
        let points = points.map_or(String::new(), |grading| {
            format!(", {} of {}", grading.points, grading.max_points)
        });
        let reason = state.reason().map_or(String::new(), |reason| format!(": {reason}"));
        let counts = if row.counted.is_some_and(|counted| counted.id == attempt.id) {
            ", counts"
        } else {
            ""
        };
        // Where only the last one counts, the others are not even read.
        let is_read = standing.entries.contains_key(&attempt.id) || !counts.is_empty();
        let word = if is_read { state.word() } else { "not asked for" };
        let time = attempt.handed_in.map_or(String::new(), |time| format!(", {time}"));
        lines.push(format!(
            "  attempt {}  {} ({}{time}{counts})  {word}{points}{reason}",
            attempt.number, attempt.path, attempt.layout
        ));
    }
    if row.lateness.days > 0 {
        lines.push(format!(
            "  late, day {}: {} percent are taken away",
            row.lateness.days, row.lateness.percent
        ));
    }
    lines.extend(row.points.map(|points| format!("  points  {points}")));
    lines.extend(row.hold.iter().map(|hold| format!("  hold    {hold}")));
    lines.join("\n")
}
