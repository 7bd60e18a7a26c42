//! Canvas' gradebook.
//!
//! Columns and the row `Points Possible` are those of Canvas' Instructor Guide, "How do I import grades in the Gradebook?",
//! and of its importer, `lib/gradebook_importer.rb` in Canvas LMS. What follows from them:
//!
//! - A column is an assignment that exists by its number in brackets, `Assignment 2 (1234)`, otherwise by its whole title;
//!   any other title makes a new assignment.
//! - A student is found by `ID`, which is Canvas' own number, then by `SIS User ID`, then by `SIS Login ID`, and only then
//!   by name.
//! - An empty cell *removes* the grade that is there. So whoever has no grade to publish has no row, and is left alone.

use super::{Made, Title, grade, header, number, safe, written};
use crate::standing::Row;

pub(super) fn table(rows: &[Row<'_>], title: Title<'_>) -> Made {
    let mut lines = vec![header(&["Student", "ID", "SIS User ID", "SIS Login ID", "Section"])];
    lines[0].push(safe(title.column.unwrap_or(title.assignment)));
    lines.push(header(&["    Points Possible", "", "", "", ""]));
    lines[1].push(number(title.max_points));
    for row in rows {
        let grade = grade(row);
        if grade.is_empty() {
            continue;
        }
        // Canvas' own number is in the names of its download; the roster's is the university's.
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
            grade,
        ]);
    }
    written(lines)
}
