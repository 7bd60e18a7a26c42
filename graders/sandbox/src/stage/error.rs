//! Why a folder or an archive is not accepted as a submission.

use std::io;
use std::path::{Path, PathBuf};

use super::archive::ArchiveError;

/// Why a folder or an archive is not accepted as a submission. Names are relative to its sources.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// There is nothing there.
    #[error("there is no folder {0}")]
    Missing(PathBuf),
    /// There is something else there.
    #[error("{0} is neither a folder nor a file")]
    NotAFolder(PathBuf),
    /// No Rust sources where they are looked for.
    #[error("{0} is no crate: it holds neither a folder `src` nor Rust files")]
    NoCrate(PathBuf),
    /// A symbolic link, which could lead anywhere.
    #[error("`{0}` is a link; a submission consists of plain files")]
    Link(String),
    /// A fifo, a device, a folder named like a source.
    #[error("`{0}` is not a plain file")]
    NotAFile(String),
    /// A name with letters that are not accepted.
    #[error("the name `{0}` holds something else than letters, digits, `_`, `-` and `.`")]
    Name(String),
    /// A name that is not text.
    #[error("the name `{0}` is not UTF-8")]
    NotUtf8(String),
    /// Two names that only some file systems can tell apart.
    #[error("`{0}` and `{1}` differ only in upper and lower case")]
    CaseClash(String, String),
    /// A file at the top that cannot be a module.
    #[error("`{0}` cannot be a module: rename it like an identifier")]
    ModuleName(String),
    /// A file that is too large.
    #[error("`{name}` is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        name: String,
        /// What is allowed.
        limit: u64,
    },
    /// Too many sources.
    #[error("there are more than {0} sources")]
    TooManySources(usize),
    /// Too many entries of any kind.
    #[error("there are more than {0} files and folders")]
    TooManyEntries(usize),
    /// Folders in folders.
    #[error("`{0}` lies in {1} folders or more")]
    TooDeep(String, usize),
    /// An archive that is not accepted.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The submission cannot be read.
    #[error("cannot read `{name}`: {source}")]
    Read {
        /// The file or folder.
        name: String,
        /// Why not.
        source: io::Error,
    },
    /// The staging folder cannot be written: a fault of this machine.
    #[error("cannot write to {folder}: {source}", folder = folder.display())]
    Write {
        /// The staging folder.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The template is broken: a fault of this installation.
    #[error("the template is broken: {0}")]
    Template(Box<StageError>),
    /// The template lacks a given file: a fault of this installation.
    #[error("the template lacks `{0}`")]
    TemplateLacks(String),
}

impl StageError {
    /// Whether the submission is not to blame.
    pub fn is_ours(&self) -> bool {
        matches!(self, Self::Write { .. } | Self::Template(_) | Self::TemplateLacks(_))
    }

    /// The same of an archive, which has been looked at in a folder that nobody else knows.
    pub(super) fn of_archive(self, archive: &Path) -> Self {
        match self {
            Self::NoCrate(_) => Self::NoCrate(archive.to_owned()),
            other => other,
        }
    }
}
