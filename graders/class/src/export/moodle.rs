//! Moodle's grading worksheet of an assignment.
//!
//! The columns are those of Moodle Docs, "Using Assignment", section "Offline marking", and of its importer,
//! `mod/assign/feedback/offline/importgradeslib.php` in Moodle. What follows from them:
//!
//! - `Identifier`, `Grade` and `Last modified (grade)` have to be there. The number after `Participant ` is the assignment's
//!   own, which is in the names of its download. Any other number is *somebody else*, so whoever has none gets none, and
//!   the importer leaves the row alone. The same file goes through Moodle Docs, "Grade import", by `Email address`.
//! - An empty grade changes nothing. A grade that Moodle has changed later than `Last modified (grade)` stays, unless the
//!   importer is told to update it all the same.
//! - `Feedback comments` replaces the comment that is there, by nothing where it is empty. So the column is there only where
//!   somebody has to be told something.

use super::{Made, Title, grade, header, number, safe, written};
use crate::standing::{Row, State};

pub(super) fn table(rows: &[Row<'_>], title: Title<'_>) -> Made {
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
    ])];
    let all_remarks: Vec<String> = rows.iter().map(remarks).collect();
    let has_remarks = all_remarks.iter().any(|remark| !remark.is_empty());
    lines[0].extend(has_remarks.then(|| "Feedback comments".to_owned()));
    for (row, remark) in rows.iter().zip(all_remarks) {
        let is_handed_in = row.counted.is_some();
        let status = if is_handed_in {
            "Submitted for grading"
        } else {
            "No submission"
        };
        let mut line = vec![
            participant(row).map_or(String::new(), |number| format!("Participant {number}")),
            safe(&row.student.name),
            row.student.email.clone().unwrap_or_default(),
            status.to_owned(),
            grade(row),
            number(title.max_points),
            "Yes".to_owned(),
            row.handed_in.map_or("-".to_owned(), |time| time.to_string()),
            "-".to_owned(),
        ];
        line.extend(has_remarks.then_some(remark));
        lines.push(line);
    }
    written(lines)
}

/// The assignment's own number of a student, where the submission came from Moodle.
pub(super) fn participant<'a>(row: &Row<'a>) -> Option<&'a str> {
    let attempt = row.counted?;
    let number = row.student.platform.as_deref();
    number.filter(|_| attempt.layout == "moodle")
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
