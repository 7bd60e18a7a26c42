//! A submission's sources, copied to where they are built.

use std::path::{Path, PathBuf};

use judge::contract::Task;
use judge::contract::limits::Limits;
use sandbox::stage::{self, Note};
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
    pub(super) sources: stage::Staged,
    /// CPU seconds of the compiler: for one run, and for all of them.
    pub(super) compile_seconds: (u32, u32),
}

impl Staged {
    /// The same with the compiler's limit of an assignment.
    #[must_use]
    pub(crate) fn within(self, limits: Limits) -> Self {
        let compile_seconds = (limits.compile_seconds, limits.all_compile_seconds());
        Self {
            compile_seconds,
            ..self
        }
    }

    /// The assignment that the submission's manifest names.
    pub(crate) fn assignment(&self) -> Option<&str> {
        self.sources.assignment.as_deref()
    }

    /// What is wrong with the manifest, where it cannot be read.
    pub(crate) fn broken_manifest(&self) -> Option<&str> {
        self.sources.notes.iter().find_map(|note| match note {
            Note::BrokenManifest { reason } => Some(reason.as_str()),
            _ => None,
        })
    }

    /// What a student should know about how the submission was read. That a file is missing concerns only whoever has
    /// tasks in it: the template holds the files of every assignment.
    pub(crate) fn notes(&self, wanted: &[&Task]) -> Vec<String> {
        let concerns = |note: &&Note| match note {
            Note::FromTemplate { file } | Note::Elsewhere { file, .. } => wanted.iter().any(|task| task.file == file),
            _ => true,
        };
        self.sources
            .notes
            .iter()
            .filter(concerns)
            .map(ToString::to_string)
            .collect()
    }

    /// Whether a file is the submission's own, and not the template's in its place.
    pub(crate) fn is_own(&self, file: &str) -> bool {
        let stands_in =
            |note: &stage::Note| matches!(note, stage::Note::FromTemplate { file: missing } if missing == file);
        !self.sources.notes.iter().any(stands_in)
    }

    /// The edition in which the sources are compiled.
    pub(super) fn edition(&self) -> &'static str {
        self.sources.edition.year()
    }

    /// SHA-256 of the sources.
    pub(crate) fn hash(&self) -> &str {
        &self.sources.hash
    }

    /// The folder that holds the copy and whatever is built from it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The folder of the sources.
    pub(crate) fn source(&self) -> &Path {
        &self.sources.source
    }
}
