//! Why a folder or an archive is not accepted as a submission.

use std::io;
use std::path::{Path, PathBuf};

use super::archive::ArchiveError;
use super::note::listed;

/// Crates that an error lists.
const LISTED: usize = 6;

/// Why a folder or an archive is not accepted as a submission: it cannot be graded at all.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    /// There is nothing there.
    #[error("there is no folder {0}")]
    Missing(PathBuf),
    /// There is something else there.
    #[error("{0} is neither a folder nor a file")]
    NotAFolder(PathBuf),
    /// No Rust sources where they are looked for.
    #[error("{path} is no crate: {found}")]
    NoCrate {
        /// The submission.
        path: PathBuf,
        /// What it holds instead.
        found: String,
    },
    /// Rust sources of more than one crate.
    #[error("{}", several(path, *files, crates))]
    SeveralCrates {
        /// The submission.
        path: PathBuf,
        /// How many Rust files there are in all of them.
        files: usize,
        /// Their folders.
        crates: Vec<String>,
    },
    #[error("there are more than {0} sources")]
    TooManySources(usize),
    /// Too many entries of any kind.
    #[error("there are more than {0} files and folders")]
    TooManyEntries(usize),
    /// Too much text.
    #[error("there are more than {0} bytes of sources")]
    TooMuch(u64),
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
}

fn several(path: &Path, files: usize, crates: &[String]) -> String {
    let names: Vec<&str> = crates.iter().map(String::as_str).collect();
    let count = match names.len() {
        2 => "two".to_owned(),
        count => count.to_string(),
    };
    let names = listed(&names, LISTED);
    format!("{} holds {files} Rust files in {count} crates: {names}", path.display())
}
