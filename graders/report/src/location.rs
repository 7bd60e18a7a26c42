//! Places that a process has named.

use crate::model::Location;

/// Letters of a file's name that is shown as a place.
const LONGEST_FILE: usize = 100;

/// A place that a process has named, where it is one: `file.rs:line`, with or without a column.
pub(crate) fn location(text: &str) -> Option<Location> {
    let mut pieces = text.split(':');
    let file = pieces.next()?;
    let line: usize = pieces.next()?.parse().ok()?;
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.' | '/');
    let is_source = file.strip_suffix(".rs").is_some_and(|stem| !stem.is_empty());
    (is_source && file.len() <= LONGEST_FILE && file.chars().all(plain)).then(|| Location {
        file: file.to_owned(),
        line: Some(line),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_line_of_a_source_file_is_a_place() {
        let attention = Location {
            file: "src/attention.rs".to_owned(),
            line: Some(41),
        };
        assert_eq!(location("src/attention.rs:41:9"), Some(attention.clone()));
        assert_eq!(location("src/attention.rs:41"), Some(attention));
        for other in [
            "",
            "attention.rs",
            ".rs:1",
            "a b.rs:1",
            "attention.rs:x",
            "0.4183:7",
            "\u{1b}[0m.rs:1",
        ] {
            assert_eq!(location(other), None, "{other}");
        }
    }
}
