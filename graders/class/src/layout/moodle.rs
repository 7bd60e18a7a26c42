//! Names in Moodle's download: `Name_123_assignsubmission_file_`, a folder with the files, or what a file begins with.

use super::Who;

const FILES: &str = "_assignsubmission_file";
const SUBMISSION: &str = "_assignsubmission_";

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// What was handed in as files.
    File(Who),
    /// What was handed in otherwise.
    Other,
}

/// Reads a name; none where it is no such name.
pub(super) fn read(name: &str) -> Option<Entry> {
    let at = name.find(SUBMISSION)?;
    let (student, id) = name[..at].rsplit_once('_')?;
    if student.is_empty() || id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if !name[at..].starts_with(FILES) {
        return Some(Entry::Other);
    }
    Some(Entry::File(Who {
        key: format!("{}-{id}", student.replace(' ', "-")),
        name: student.to_owned(),
        ids: vec![id.to_owned()],
        email: None,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_files_are_read_and_typed_text_is_none() {
        for name in [
            "Ann Example_12_assignsubmission_file_",
            "Ann Example_12_assignsubmission_file",
            "Ann Example_12_assignsubmission_file_a2.zip",
        ] {
            let read = read(name);
            assert!(
                matches!(&read, Some(Entry::File(who)) if who.key == "Ann-Example-12" && who.name == "Ann Example"),
                "{read:?}"
            );
        }
        assert_eq!(read("Ann Example_12_assignsubmission_onlinetext_"), Some(Entry::Other));
        assert_eq!(read("Ann Example_assignsubmission_file_"), None);
        assert_eq!(read("ann.zip"), None);
    }
}
