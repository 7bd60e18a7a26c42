//! Staging: a submission's sources, and nothing else of it, in a fresh folder beside the files that are given.
//!
//! Nothing is followed that could lead out of the submission, and nothing of it configures the build: no manifest, no
//! lock file, no cargo configuration, no build script.

mod archive;
mod assignment;
mod collect;
mod error;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use archive::ArchiveError;
pub use error::StageError;

/// Files that are given and always replaced: the contract and the way between tasks.
pub const GIVEN: [&str; 3] = [TYPES, PARTS, "sequence_types.rs"];
/// The types that the tasks of every assignment share.
const TYPES: &str = "types.rs";
/// The given file through which tasks call each other.
pub(crate) const PARTS: &str = "parts.rs";
/// Generated: declares every file at the top of the crate.
pub const ROOT: &str = "lib.rs";

/// Whether a file is ours in every submission.
pub fn is_given(name: &str) -> bool {
    name == ROOT || GIVEN.contains(&name)
}
/// Roots of programs; a submission is a library.
const PROGRAMS: [&str; 2] = ["main.rs", "bin/"];

/// A submission in a folder of ours.
#[derive(Debug, Clone)]
pub struct Staged {
    /// The crate's sources.
    pub source: PathBuf,
    /// Every file of `source` relative to it, sorted.
    pub files: Vec<String>,
    /// A hash of names and contents of all files: equal hashes give equal programs.
    pub hash: String,
    /// What the submission's manifest says about the assignment.
    pub assignment: Option<String>,
    /// What a student should know about how the submission was read.
    pub notes: Vec<Note>,
}

/// Something about a submission that is no error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// The submission lacks a topic's file; the template's stands in, so its tasks are not attempted.
    FromTemplate {
        /// The file, relative to the sources.
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
}

impl fmt::Display for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FromTemplate { file } => write!(formatter, "`{file}` is missing: its tasks count as not attempted"),
            Self::Replaced { file } => write!(formatter, "`{file}` is given: your changes to it have no effect"),
            Self::Ignored { name } => write!(formatter, "`{name}` is ignored: only sources are graded"),
            Self::BrokenManifest { reason } => write!(formatter, "`Cargo.toml` cannot be read: {reason}"),
        }
    }
}

/// A crate's files by their names relative to its sources.
type Files = BTreeMap<String, Vec<u8>>;

/// Copies the sources of `submission`, a folder or an archive, to `destination`, which is made and must not exist.
/// `template` is the folder of the template's crate.
pub fn stage(submission: &Path, template: &Path, destination: &Path) -> Result<Staged, StageError> {
    match archive::unpack(submission)? {
        None => stage_folder(submission, template, destination),
        Some(folder) => {
            stage_folder(folder.path(), template, destination).map_err(|error| error.of_archive(submission))
        }
    }
}

fn stage_folder(submission: &Path, template: &Path, destination: &Path) -> Result<Staged, StageError> {
    let collected = collect::collect(submission)?;
    let template = collect::collect(template)
        .map_err(|error| StageError::Template(Box::new(error)))?
        .files;
    let manifest = assignment::read(submission);
    let mut notes: Vec<Note> = collected
        .ignored
        .into_iter()
        .map(|name| Note::Ignored { name })
        .collect();
    notes.extend(
        manifest
            .as_ref()
            .err()
            .map(|reason| Note::BrokenManifest { reason: reason.clone() }),
    );
    let files = complete(collected.files, &template, &mut notes)?;
    write(&files, destination).map_err(|source| StageError::Write {
        folder: destination.to_owned(),
        source,
    })?;
    Ok(Staged {
        source: destination.to_owned(),
        hash: hash(&files),
        files: files.into_keys().collect(),
        assignment: manifest.ok().flatten(),
        notes,
    })
}

/// Puts the given files in place, fills up from the template and generates the root.
fn complete(mut files: Files, template: &Files, notes: &mut Vec<Note>) -> Result<Files, StageError> {
    files.retain(|name, _| {
        let is_program = PROGRAMS.iter().any(|program| name.starts_with(program));
        if is_program {
            notes.push(Note::Ignored { name: name.clone() });
        }
        !is_program
    });
    for (name, given) in template {
        let is_given = is_given(name);
        match files.get(name) {
            Some(own) if is_given && own != given => notes.push(Note::Replaced { file: name.clone() }),
            None if !is_given => notes.push(Note::FromTemplate { file: name.clone() }),
            _ => {}
        }
        if is_given || !files.contains_key(name) {
            files.insert(name.clone(), given.clone());
        }
    }
    if let Some(given) = [TYPES, PARTS].iter().find(|given| !files.contains_key(**given)) {
        return Err(StageError::TemplateLacks((*given).to_owned()));
    }
    let modules = modules_of(files.keys())?;
    files.insert(ROOT.to_owned(), root(&modules).into_bytes());
    Ok(files)
}

/// The modules that the root declares: every file at the top, and every folder with a `mod.rs`.
fn modules_of<'a>(files: impl Iterator<Item = &'a String>) -> Result<BTreeSet<String>, StageError> {
    let stems = files.filter(|name| *name != ROOT).filter_map(|name| {
        let stem = name.strip_suffix("/mod.rs").or_else(|| name.strip_suffix(".rs"))?;
        (!stem.contains('/')).then_some((name, stem))
    });
    stems
        .map(|(name, stem)| {
            if is_identifier(stem) {
                Ok(stem.to_owned())
            } else {
                Err(StageError::ModuleName(name.clone()))
            }
        })
        .collect()
}

/// Names for a module. Keywords pass: `pub mod match;` is the compiler's to refuse, at that line.
fn is_identifier(name: &str) -> bool {
    name.chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !name.starts_with(|letter: char| letter.is_ascii_digit())
        && !name.trim_matches('_').is_empty()
}

fn root(modules: &BTreeSet<String>) -> String {
    let lines: Vec<String> = modules.iter().map(|module| format!("pub mod {module};\n")).collect();
    format!("//! Made by the grader.\n{}", lines.concat())
}

fn write(files: &Files, folder: &Path) -> std::io::Result<()> {
    fs::create_dir(folder)?;
    fill(files, folder)
}

/// Writes files into a folder that is there.
fn fill(files: &Files, folder: &Path) -> std::io::Result<()> {
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)?;
    }
    Ok(())
}

fn hash(files: &Files) -> String {
    let mut hasher = Sha256::new();
    for (name, bytes) in files {
        // Lengths first, so that no two sets of files give the same stream.
        for part in [name.as_bytes(), bytes] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    let bytes: Vec<String> = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    bytes.concat()
}

#[cfg(test)]
mod tests;
