//! Names in Canvas' download: `name_LATE_123_456_file.zip`, the student's number and then the file's.

use super::Who;

/// What a name says.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) who: Who,
    /// The number of the file, which grows from one attempt to the next.
    pub(super) file: u64,
    pub(super) is_late: bool,
}

/// Reads a name; none where it is no such name. Where grading is anonymous, letters stand for the student.
pub(super) fn read(name: &str) -> Option<Read> {
    let (student, rest) = name.split_once('_')?;
    let (is_late, rest) = match rest.strip_prefix("LATE_") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let (id, rest) = rest.split_once('_')?;
    let (file, rest) = rest.split_once('_')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_id = is_number(id) || (student == "anon" && id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    if student.is_empty() || id.is_empty() || !is_id || !is_number(file) || rest.is_empty() {
        return None;
    }
    Some(Read {
        who: Who {
            key: format!("{student}-{id}"),
            name: student.to_owned(),
            ids: vec![id.to_owned()],
            email: None,
        },
        file: file.parse().ok()?,
        is_late,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_download_are_read_and_others_are_not() {
        let of = |name: &str| read(name).map(|read| (read.who.key, read.file, read.is_late));
        assert_eq!(
            of("exampleann_12_345_a2.zip"),
            Some(("exampleann-12".to_owned(), 345, false))
        );
        assert_eq!(
            of("exampleann_LATE_12_345_my_a2-1.zip"),
            Some(("exampleann-12".to_owned(), 345, true))
        );
        assert_eq!(of("anon_x7Kq2_345_a2.zip"), Some(("anon-x7Kq2".to_owned(), 345, false)));
        for name in [
            "ann.zip",
            "ann_a2.zip",
            "ann_12_a2.zip",
            "_12_345_a2.zip",
            "ann_12_345_",
            "ann_x_1_a2.zip",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
