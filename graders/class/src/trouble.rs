//! What can be wrong with a class: the file, the cause, the next step, and whose doing it is.

use std::fmt;
use std::path::Path;

/// Whose doing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What was asked for makes no sense.
    Usage,
    /// A file or this machine will not do.
    Environment,
    /// Another run has the file.
    Held,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Whose doing it is.
    pub kind: Kind,
    /// The file and the cause.
    pub message: String,
    /// What to do next.
    pub next: String,
}

impl Trouble {
    /// Something that was asked for and makes no sense.
    pub fn usage(message: impl fmt::Display, next: impl fmt::Display) -> Self {
        Self::new(Kind::Usage, message, next)
    }

    /// A file or a machine that will not do.
    pub fn environment(message: impl fmt::Display, next: impl fmt::Display) -> Self {
        Self::new(Kind::Environment, message, next)
    }

    pub(crate) fn new(kind: Kind, message: impl fmt::Display, next: impl fmt::Display) -> Self {
        Self {
            kind,
            message: message.to_string(),
            next: next.to_string(),
        }
    }

    /// A file that cannot be written.
    pub(crate) fn unwritable(path: &Path, error: &dyn fmt::Display) -> Self {
        Self::environment(
            format!("cannot write {}: {error}", path.display()),
            "name a place that exists and can be written, on a disk with room",
        )
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Trouble {}
