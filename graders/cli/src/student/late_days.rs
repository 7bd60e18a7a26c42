//! When a submission was handed in, from Gradescope's metadata: the times of the file, never this machine's clock.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use judge::grading::assignment::Gradescope;
use report::model::HandedIn;
use serde_json::Value;

use crate::output::Output;

/// What the metadata gives for a report.
#[derive(Debug, PartialEq)]
pub(crate) struct Reading {
    pub(crate) handed_in: HandedIn,
    /// What is said of lateness, where there is something to say.
    pub(crate) note: Option<String>,
}

/// Reads the file. One that does not say when is no reason not to grade, and none to show a result early; what is wrong with
/// it is for the course, and not for the student's page.
pub(crate) fn read(path: &Path, gradescope: Gradescope, output: &Output) -> Reading {
    let metadata = fs::read_to_string(path)
        .map_err(|error| error.to_string())
        .and_then(|text| serde_json::from_str::<Value>(&text).map_err(|_| "it is no JSON".to_owned()));
    let number = metadata.as_ref().ok().and_then(number);
    let lateness = metadata.as_ref().map_err(Clone::clone).and_then(lateness);
    let (late_seconds, note) = match lateness {
        Ok(Lateness::InTime) => (0, None),
        Ok(Lateness::InTimeByOwnDate) => (0, Some(report::in_time_by_own_date())),
        Ok(Lateness::Late { seconds, own }) => (seconds, Some(report::late(seconds, own))),
        Err(reason) => {
            output.note(&format!("warning: {} cannot be read: {reason}", path.display()));
            let words = "whether this is late is not known: the file about the submission cannot be read";
            (0, Some(words.to_owned()))
        }
    };
    Reading {
        handed_in: HandedIn {
            number,
            late_seconds,
            shown: gradescope.shown(number),
            every: gradescope.every,
        },
        note,
    }
}

/// How a submission stands to its due date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lateness {
    InTime,
    /// Late by everybody's date, and not by the student's own.
    InTimeByOwnDate,
    Late {
        seconds: u64,
        own: bool,
    },
}

/// Everything else in the file is personal data and stays unread.
fn lateness(metadata: &Value) -> Result<Lateness, String> {
    let handed_in = date(&metadata["created_at"]).ok_or("`created_at` is missing, or no time")?;
    let everybodys = date(&metadata["assignment"]["due_date"]);
    let users = metadata["users"].as_array().map(Vec::as_slice).unwrap_or_default();
    // Of a group, the latest date counts: whoever has the extension may use it.
    let own = users
        .iter()
        .filter_map(|user| date(&user["assignment"]["due_date"]))
        .max();
    let Some(due) = own.or(everybodys) else {
        return Ok(Lateness::InTime);
    };
    let seconds_after = |due: Timestamp| {
        let seconds = handed_in.as_second() - due.as_second();
        u64::try_from(seconds).ok().filter(|&seconds| seconds > 0)
    };
    let is_own = own.is_some() && own != everybodys;
    Ok(match (seconds_after(due), everybodys.and_then(seconds_after)) {
        (Some(seconds), _) => Lateness::Late { seconds, own: is_own },
        (None, Some(_)) => Lateness::InTimeByOwnDate,
        (None, None) => Lateness::InTime,
    })
}

fn date(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}

/// The submission's number among the student's, from 1; none where the file does not list those before it.
fn number(metadata: &Value) -> Option<u32> {
    let before = metadata["previous_submissions"].as_array()?.len();
    u32::try_from(before).ok()?.checked_add(1)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use judge::grading::assignment::Shown;

    use super::*;

    fn of(created: &str, due: &str, users: &str) -> Lateness {
        let text = format!(
            r#"{{"id": 1, "created_at": {created}, "assignment": {{"title": "x", "due_date": {due}}}, "users": {users}}}"#
        );
        lateness(&serde_json::from_str(&text).unwrap()).unwrap()
    }

    const DUE: &str = r#""2026-11-20T23:59:00.000000-05:00""#;

    #[test]
    fn times_are_compared_across_offsets() {
        let of = |created, due| of(created, due, "[]");
        assert_eq!(of(r#""2026-11-21T04:58:59Z""#, DUE), Lateness::InTime);
        assert_eq!(of(r#""2026-11-21T05:59:00+01:00""#, DUE), Lateness::InTime);
        let hour = Lateness::Late {
            seconds: 3660,
            own: false,
        };
        assert_eq!(of(r#""2026-11-21T06:00:00Z""#, DUE), hour);
        assert_eq!(of(r#""2026-11-21T06:00:00Z""#, "null"), Lateness::InTime);
    }

    #[test]
    fn the_students_own_date_wins_and_of_a_group_the_latest() {
        let user = |due: &str| format!(r#"{{"id": 7, "assignment": {{"due_date": {due}}}}}"#);
        let (early, late) = (r#""2026-11-20T12:00:00-05:00""#, r#""2026-11-22T23:59:00-05:00""#);
        let handed_in = r#""2026-11-21T06:00:00Z""#;
        let with = |users: &[String]| of(handed_in, DUE, &format!("[{}]", users.join(",")));
        assert_eq!(with(&[user(late)]), Lateness::InTimeByOwnDate);
        assert_eq!(with(&[user(early), user(late)]), Lateness::InTimeByOwnDate);
        let by_own = |seconds| Lateness::Late { seconds, own: true };
        assert_eq!(with(&[user(early)]), by_own(13 * 3600));
        // Dates that are everybody's are no extension, and those that make no sense are passed over.
        let by_all = Lateness::Late {
            seconds: 3660,
            own: false,
        };
        for users in [
            vec![user(DUE)],
            vec![user("null")],
            vec![user("\"soon\"")],
            vec!["7".to_owned()],
            vec![],
        ] {
            assert_eq!(with(&users), by_all, "{users:?}");
        }
        assert_eq!(of(handed_in, "null", &format!("[{}]", user(early))), by_own(13 * 3600));
    }

    #[test]
    fn previous_submissions_give_the_number_and_it_decides_what_is_shown() {
        let gradescope = Gradescope {
            visibility: Shown::AfterDueDate,
            every: Some(3),
        };
        let file = tempfile::NamedTempFile::new().unwrap();
        let with = |previous: &str| {
            let text = format!(
                r#"{{"created_at": "2026-11-20T12:00:00Z", "assignment": {{}}, "previous_submissions": {previous}}}"#
            );
            fs::write(file.path(), text).unwrap();
            let handed_in = read(file.path(), gradescope, &Output::new()).handed_in;
            (handed_in.number, handed_in.shown)
        };
        assert_eq!(with("[]"), (Some(1), Shown::AfterDueDate));
        assert_eq!(
            with(r#"[{"score": "1.0"}, {"results": {}}]"#),
            (Some(3), Shown::Visible)
        );
        assert_eq!(with("null"), (None, Shown::AfterDueDate));
    }

    #[test]
    fn a_file_that_cannot_be_read_is_said_is_no_error_and_shows_nothing_early() {
        let gradescope = Gradescope {
            visibility: Shown::AfterPublished,
            every: None,
        };
        let folder = tempfile::tempdir().unwrap();
        let broken = folder.path().join("broken.json");
        fs::write(&broken, "{\"created_at\": 3").unwrap();
        for path in [Path::new("/nonexistent/metadata.json"), &broken] {
            let reading = read(path, gradescope, &Output::new());
            let said = reading.note.unwrap();
            assert!(said.starts_with("whether this is late is not known: "), "{said}");
            for word in ["line", "column", "EOF", "json", "os error"] {
                assert!(!said.contains(word), "{said}");
            }
            assert_eq!(reading.handed_in.shown, Shown::AfterPublished);
        }
    }
}
