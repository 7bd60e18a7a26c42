//! How late a submission is, from Gradescope's metadata: the times of the file, never this machine's clock.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;

use crate::output::Output;

/// What is read of the metadata. Everything else in it is personal data and stays unread.
#[derive(Debug, Deserialize)]
struct Metadata {
    created_at: Timestamp,
    assignment: Dates,
}

#[derive(Debug, Deserialize)]
struct Dates {
    #[serde(default)]
    due_date: Option<Timestamp>,
}

/// What the report says about it. A file that does not say when is no reason not to grade; what a reader of it complains of
/// is for the course, and not for the student's page.
pub(crate) fn note(path: &Path, output: &Output) -> Option<String> {
    let seconds = fs::read_to_string(path)
        .map_err(|error| error.to_string())
        .and_then(|text| serde_json::from_str::<Metadata>(&text).map_err(|error| error.to_string()))
        .map(|metadata| seconds_late(&metadata));
    match seconds {
        Ok(seconds) => seconds.map(report::late),
        Err(reason) => {
            output.note(&format!("warning: {} cannot be read: {reason}", path.display()));
            Some("whether this is late is not known: the file about the submission cannot be read".to_owned())
        }
    }
}

/// Seconds after the due date; `None` where there is none, or it was met.
fn seconds_late(metadata: &Metadata) -> Option<u64> {
    let due = metadata.assignment.due_date?;
    let seconds = metadata.created_at.as_second() - due.as_second();
    u64::try_from(seconds).ok().filter(|&seconds| seconds > 0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn of(created: &str, due: &str) -> Option<u64> {
        let text = format!(
            r#"{{"id": 1, "created_at": {created}, "assignment": {{"title": "x", "due_date": {due}}}, "users": []}}"#
        );
        seconds_late(&serde_json::from_str(&text).unwrap())
    }

    #[test]
    fn times_are_compared_across_offsets() {
        let due = r#""2026-11-20T23:59:00.000000-05:00""#;
        assert_eq!(of(r#""2026-11-21T04:58:59Z""#, due), None);
        assert_eq!(of(r#""2026-11-21T05:59:00+01:00""#, due), None);
        assert_eq!(of(r#""2026-11-21T06:00:00Z""#, due), Some(3660));
        assert_eq!(of(r#""2026-11-21T06:00:00Z""#, "null"), None);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_said_and_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let broken = folder.path().join("broken.json");
        fs::write(&broken, "{\"created_at\": 3").unwrap();
        for path in [Path::new("/nonexistent/metadata.json"), &broken] {
            let said = note(path, &Output::new()).unwrap();
            assert!(said.starts_with("whether this is late is not known: "), "{said}");
            for word in ["line", "column", "EOF", "json", "os error"] {
                assert!(!said.contains(word), "{said}");
            }
        }
    }
}
