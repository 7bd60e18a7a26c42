#![expect(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::standing;
use crate::testing::{class, entry, handed, outcome};

fn exported(format: Format) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let late = handed("b", "=bo", Some("2026-11-21T10:00:00Z"));
    let all = vec![
        handed("a", "ann", Some("2026-11-20T09:00:00Z")),
        late,
        handed("c", "cy", None),
    ];
    let (mut database, run) = class(&folder.path().join("x.class"), all, None);
    let ids: Vec<i64> = database.attempts().unwrap().iter().map(|attempt| attempt.id).collect();
    // By key: `=bo` comes first.
    let entries = vec![(ids[0], entry("x")), (ids[1], entry("x"))];
    database.enter(run, &entries).unwrap();
    database.keep(run, "x", &outcome(3.0, "wrong"), "laptop").unwrap();
    let standing = database.standing(None).unwrap();
    let late = judge::grading::assignment::Late {
        due: "2026-11-20T10:00:00Z".parse().unwrap(),
        grace_minutes: 0,
        per_day: 10.0,
        cap: 100.0,
        last_day: None,
    };
    let rows = standing::rows(&standing, Some(&late));
    let title = Title {
        assignment: "A2",
        column: None,
        max_points: 4.0,
    };
    let text = export(&rows, title, format).unwrap();
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    reader
        .records()
        .map(|record| record.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

fn column(lines: &[Vec<String>], name: &str) -> Vec<String> {
    let at = lines[0].iter().position(|title| title == name).unwrap();
    lines[1..].iter().map(|line| line[at].clone()).collect()
}

#[test]
fn a_table_has_points_after_lateness_and_what_has_to_wait_is_empty() {
    let lines = exported(Format::Csv);
    assert_eq!(column(&lines, "name"), ["'=bo", "ann", "cy"]);
    assert_eq!(column(&lines, "points"), ["2.7", "3", ""]);
    assert_eq!(column(&lines, "points_before_lateness"), ["3", "3", ""]);
    assert_eq!(column(&lines, "days_late"), ["1", "0", "0"]);
    assert_eq!(column(&lines, "state"), ["graded", "graded", "pending"]);
    assert_eq!(column(&lines, "t"), ["3", "3", ""]);
}

#[test]
fn no_cell_of_any_table_is_a_formula() {
    for format in [Format::Csv, Format::Canvas, Format::Moodle, Format::Gradescope] {
        let cells = exported(format).concat();
        let formula = cells.iter().find(|cell| cell.starts_with(['=', '+', '@']));
        assert_eq!(formula, None, "{format:?}");
        assert!(cells.iter().any(|cell| cell == "'=bo"), "{format:?}");
    }
    assert_eq!(["-1.5", "-", "-2+3", "ann"].map(guarded), ["-1.5", "-", "'-2+3", "ann"]);
}

#[test]
fn platforms_get_their_own_columns_and_every_line_has_all_of_them() {
    for (format, grade, expected) in [
        // Canvas takes an empty cell for a grade to be removed: who has none is not there.
        (Format::Canvas, "A2", &["4", "2.7", "3"][..]),
        (Format::Moodle, "Grade", &["2.7", "3", ""]),
        (Format::Gradescope, "Total Score", &["2.7", "3", ""]),
    ] {
        let lines = exported(format);
        assert_eq!(column(&lines, grade), expected, "{format:?}");
        assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{format:?}");
    }
    // The class's folders are no Moodle download: a number of ours would be another student's there.
    assert_eq!(column(&exported(Format::Moodle), "Identifier"), ["", "", ""]);
    let times = column(&exported(Format::Gradescope), "Submission Time");
    assert_eq!(times, ["2026-11-21 10:00:00 +0000", "2026-11-20 09:00:00 +0000", ""]);
    let lateness = column(&exported(Format::Gradescope), "Lateness (H:M:S)");
    assert_eq!(lateness, ["24:00:00", "00:00:00", "00:00:00"]);
}

#[test]
fn formats_are_known_by_their_names() {
    for format in Format::ALL {
        assert_eq!(format.name().parse(), Ok(format));
    }
    assert!(
        "xlsx"
            .parse::<Format>()
            .unwrap_err()
            .contains("canvas, moodle, gradescope, csv, json")
    );
}
