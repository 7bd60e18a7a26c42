//! What a student should know about how a submission was read.

use std::fmt;

/// Names that a note lists.
const LISTED: usize = 5;

/// Something about a submission that is no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The submission lacks a topic's file; the template's stands in, so its tasks are not attempted.
    FromTemplate {
        /// The file, relative to the sources.
        file: String,
    },
    /// A file has the name of a topic's, but is another module than the topic.
    Elsewhere {
        /// Its name, relative to the sources.
        name: String,
        /// The topic's file that is missing.
        file: String,
    },
    /// A given file was changed; the change has no effect.
    Replaced {
        /// The file, relative to the sources.
        file: String,
    },
    /// Something that would matter to cargo, and does not here.
    Ignored {
        /// Its name in the submission.
        name: String,
    },
    /// The manifest is not readable, so it names no assignment.
    BrokenManifest {
        /// What is wrong with it.
        reason: String,
    },
    /// The crate lies in a folder of the submission.
    Inside { folder: String },
    /// A file is read under another name.
    ReadAs {
        /// Its name in the submission.
        name: String,
        /// The name that it is read under.
        file: String,
    },
    /// Files and folders that are not graded.
    LeftOut {
        /// Their names, relative to the sources.
        names: Vec<String>,
        /// Why not.
        why: Why,
    },
}

/// Why something among the sources is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A Rust file whose name cannot be that of a module, or that lies in a folder of such a name.
    Name,
    /// A module of the name of a file that is given.
    Shadows,
    /// Another file has the same name but for upper and lower case, or is the same module.
    Twice,
    /// A source that is too large.
    TooLarge,
    /// Folders in folders.
    TooDeep,
    /// It could not be read.
    Unreadable,
    Link,
    /// A pipe, a socket, a device.
    NotAFile,
    /// It is no Rust file.
    NotRust,
}

impl Why {
    fn words(self, is_one: bool) -> &'static str {
        match (self, is_one) {
            (Self::Name, true) => "its name cannot be that of a module",
            (Self::Name, false) => "their names cannot be those of modules",
            (Self::Shadows, true) => "a file that is given has this name",
            (Self::Shadows, false) => "files that are given have these names",
            (Self::Twice, true) => "another file stands for the same module",
            (Self::Twice, false) => "other files stand for the same modules",
            (Self::TooLarge, true) => "it is larger than 1 MiB",
            (Self::TooLarge, false) => "they are larger than 1 MiB each",
            (Self::TooDeep, true) => "it lies in too many folders",
            (Self::TooDeep, false) => "they lie in too many folders",
            (Self::Unreadable, true) => "it cannot be read",
            (Self::Unreadable, false) => "they cannot be read",
            (Self::Link, true) => "it is a link, and links are not followed",
            (Self::Link, false) => "they are links, and links are not followed",
            (Self::NotAFile, true) => "it is no plain file",
            (Self::NotAFile, false) => "they are no plain files",
            (Self::NotRust, true) => "it is no Rust file",
            (Self::NotRust, false) => "they are no Rust files",
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FromTemplate { file } => write!(formatter, "`{file}` is missing: its tasks count as not attempted"),
            Self::Elsewhere { name, file } => {
                write!(
                    formatter,
                    "`{name}` does not stand for `{file}`, which lies directly in `src`: move it there"
                )
            }
            Self::Replaced { file } => write!(formatter, "`{file}` is given: your changes to it have no effect"),
            Self::Ignored { name } => write!(formatter, "`{name}` is ignored: only sources are graded"),
            Self::BrokenManifest { reason } => write!(formatter, "`Cargo.toml` cannot be read: {reason}"),
            Self::Inside { folder } => write!(formatter, "graded is the crate in `{folder}`"),
            Self::ReadAs { name, file } => write!(formatter, "`{name}` is read as `{file}`"),
            Self::LeftOut { names, why } => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let (is_one, listed) = (names.len() == 1, listed(&names, LISTED));
                let verb = if is_one { "is" } else { "are" };
                write!(formatter, "{listed} {verb} left out: {}", why.words(is_one))
            }
        }
    }
}

/// Names in a sentence, the first few of them.
pub(super) fn listed(names: &[&str], most: usize) -> String {
    let quoted = |name: &&str| format!("`{name}`");
    match names {
        [one] => quoted(one),
        [all @ .., last] if names.len() <= most => {
            let all: Vec<String> = all.iter().map(quoted).collect();
            format!("{} and {}", all.join(", "), quoted(last))
        }
        _ => {
            let shown: Vec<String> = names.iter().take(most).map(quoted).collect();
            let more = names.len().saturating_sub(most);
            format!("{} and {more} more", shown.join(", "))
        }
    }
}

/// So many of something.
pub(super) fn counted(count: usize, thing: &str) -> String {
    match count {
        1 => format!("1 {thing}"),
        _ => format!("{count} {thing}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_a_sentence_and_lists_a_few_names() {
        let left_out = |names: &[&str], why| {
            let names = names.iter().map(ToString::to_string).collect();
            Note::LeftOut { names, why }.to_string()
        };
        let words = [
            left_out(&["my notes.txt"], Why::NotRust),
            left_out(&["match.rs", "2.rs"], Why::Name),
            left_out(&["a", "b", "c", "d", "e", "f", "g"], Why::Link),
        ];
        let expected = [
            "`my notes.txt` is left out: it is no Rust file",
            "`match.rs` and `2.rs` are left out: their names cannot be those of modules",
            "`a`, `b`, `c`, `d`, `e` and 2 more are left out: they are links, and links are not followed",
        ];
        assert_eq!(words, expected);
    }
}
