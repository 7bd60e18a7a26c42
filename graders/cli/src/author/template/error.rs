//! Why there is no template to speak of, and reading what it is made from.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::marker::Flaw;

/// The folder of the reference, directly under the root.
pub(super) const REFERENCE: &str = "reference";

/// Why there is no template to speak of.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TemplateError {
    /// A file or folder could not be read, written or removed.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A manifest is no TOML, or lacks an entry that the template takes over.
    #[error("{}: {reason}", .path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The lock file is not as cargo writes it.
    #[error("{} is not as cargo writes it", .path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
    },
    /// An assignment cannot be read.
    #[error(transparent)]
    Assignment(#[from] judge::grading::assignment::AssignmentError),
    /// A source file of the reference is marked wrongly.
    #[error("{}:{}: {}", .path.display(), .flaw.line, .flaw.fault)]
    Source {
        /// The file.
        path: PathBuf,
        /// The line and what is wrong there.
        flaw: Flaw,
    },
}

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<String, TemplateError> {
    fs::read_to_string(path).map_err(failed("read", path))
}

/// The error of what was tried with a path.
pub(super) fn failed(action: &'static str, path: &Path) -> impl Fn(io::Error) -> TemplateError {
    move |source| TemplateError::File {
        action,
        path: path.to_path_buf(),
        source,
    }
}
