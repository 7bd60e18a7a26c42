//! Gradescope's grades of one assignment, as it exports them.
//!
//! The columns are those of the file of Gradescope's help, "Reviewing Grades", "Download Grades" of an assignment.
//! Gradescope itself reads no grades; this is for the scripts of courses that read its exports. Times are written as
//! there, `2026-11-20 10:00:00 +0000`.

use super::{Made, Title, grade, header, number, safe, written};
use crate::standing::{Row, State};

pub(super) fn table(rows: &[Row<'_>], title: Title<'_>) -> Made {
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
        let time = |time: jiff::Timestamp| time.strftime("%Y-%m-%d %H:%M:%S +0000").to_string();
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
            row.handed_in.map_or(String::new(), time),
            hours(row.seconds_late),
        ]);
    }
    written(lines)
}

/// Seconds as hours, minutes and seconds.
fn hours(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
