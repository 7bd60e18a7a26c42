//! A submission's sources, copied to where they are built.

use std::path::{Path, PathBuf};

use sandbox::stage;
use tempfile::TempDir;

/// Where a submission is copied to and built.
#[derive(Debug)]
pub(super) enum Ground {
    /// Removed when the submission is no longer needed.
    Own(TempDir),
    /// Somebody else's, who has more to build there.
    Lent(PathBuf),
}

impl Ground {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::Lent(folder) => folder,
        }
    }
}

/// A submission whose sources have been copied.
#[derive(Debug)]
pub(crate) struct Staged {
    pub(super) folder: Ground,
    pub(super) staged: stage::Staged,
}

impl Staged {
    /// The assignment that the submission's manifest names.
    pub(crate) fn assignment(&self) -> Option<&str> {
        self.staged.assignment.as_deref()
    }

    /// Whether a file is the submission's own, and not the template's in its place.
    pub(crate) fn is_own(&self, file: &str) -> bool {
        let stands_in =
            |note: &stage::Note| matches!(note, stage::Note::FromTemplate { file: missing } if missing == file);
        !self.staged.notes.iter().any(stands_in)
    }

    /// SHA-256 of the sources.
    pub(crate) fn hash(&self) -> &str {
        &self.staged.hash
    }

    /// The folder that holds the copy and whatever is built from it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the sources.
    pub(crate) fn source(&self) -> &Path {
        &self.staged.source
    }
}
