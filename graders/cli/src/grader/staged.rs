//! A submission's sources, copied to where they are built.

use std::path::{Path, PathBuf};

use judge::assignment::Limits;
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
    pub(super) compile_seconds: u32,
}

impl Staged {
    /// The same with the compiler's limit of an assignment.
    #[must_use]
    pub(crate) fn within(self, limits: Limits) -> Self {
        let compile_seconds = limits.compile_seconds;
        Self {
            compile_seconds,
            ..self
        }
    }

    /// The assignment that the submission's manifest names.
    pub(crate) fn assignment(&self) -> Option<&str> {
        self.staged.assignment.as_deref()
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
