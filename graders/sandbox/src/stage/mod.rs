//! Staging: a submission's sources, and nothing else of it, in a fresh folder beside the files that are given.
//!
//! Nothing is followed that could lead out of the submission, and nothing of it configures the build: no manifest, no
//! lock file, no cargo configuration, no build script.

mod archive;
mod choose;
mod error;
mod given;
mod locate;
mod manifest;
mod names;
mod note;
mod tree;
mod walk;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use archive::ArchiveError;
pub use error::StageError;
use given::{Files, TYPES};
pub use given::{GIVEN, PARTS, ROOT, is_given};
pub use manifest::Edition;
pub use note::{Note, Why};
use tree::{Entry, Tree, is_rust};
use walk::Walk;

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
    /// The edition in which it is compiled.
    pub edition: Edition,
    /// What a student should know about how the submission was read.
    pub notes: Vec<Note>,
}

/// Copies the sources of `submission`, a folder or an archive, to `destination`, which is made and must not exist.
/// `template` is the folder of the template's crate.
pub fn stage(submission: &Path, template: &Path, destination: &Path) -> Result<Staged, StageError> {
    let template = template_files(template).map_err(|error| StageError::Template(Box::new(error)))?;
    let tree = tree_of(submission, &template)?;
    let own = locate::locate(submission, &tree, &template)?;
    let chosen = choose::choose(&tree, &own, &template)?;
    let manifest = manifest::read(&tree, &own.folder);
    let mut notes = Vec::new();
    if !own.folder.is_empty() {
        let folder = own.folder.clone();
        notes.push(Note::Inside { folder });
    }
    notes.extend(chosen.notes);
    let broken = manifest.as_ref().err().cloned();
    notes.extend(broken.map(|reason| Note::BrokenManifest { reason }));
    let manifest = manifest.unwrap_or_default();
    let mut files = chosen.files;
    if let Some(given) = [TYPES, PARTS].iter().find(|given| !files.contains_key(**given)) {
        return Err(StageError::TemplateLacks((*given).to_owned()));
    }
    files.insert(ROOT.to_owned(), root(&modules_of(files.keys())).into_bytes());
    write(&files, destination).map_err(|source| StageError::Write {
        folder: destination.to_owned(),
        source,
    })?;
    Ok(Staged {
        source: destination.to_owned(),
        hash: hash(&files, manifest.edition),
        files: files.into_keys().collect(),
        assignment: manifest.assignment,
        edition: manifest.edition,
        notes,
    })
}

/// What a submission holds. A folder is looked through only as far as it takes to find the crate.
fn tree_of(submission: &Path, template: &Files) -> Result<Tree, StageError> {
    if let Some(tree) = archive::read(submission)? {
        return Ok(tree);
    }
    let walk = Walk::begin(submission)?;
    if locate::is_at_the_top(walk.tree(), template) {
        return Ok(walk.into_tree());
    }
    match walk.end() {
        (walk, Ok(())) => with_packed(submission, walk),
        // What is near the top has been read, and is enough if it is a crate.
        (walk, Err(error)) => match locate::locate(submission, walk.tree(), template) {
            Err(StageError::NoCrate { .. }) => Err(error),
            _ => Ok(walk.into_tree()),
        },
    }
}

/// What a folder holds. Where there are no sources but one archive, which whoever has taken the submission did not unpack,
/// its content is looked at, below its name.
fn with_packed(submission: &Path, walk: Walk) -> Result<Tree, StageError> {
    let packed = match locate::archives(walk.tree()).as_slice() {
        [one] if !locate::has_sources(walk.tree()) => (*one).to_owned(),
        _ => return Ok(walk.into_tree()),
    };
    let file = walk.open(&packed).map_err(|source| StageError::Read {
        name: packed.clone(),
        source,
    })?;
    let inside = archive::read_opened(file, &submission.join(&packed))?;
    let mut tree = walk.into_tree();
    tree.remove(&packed);
    tree.extend(
        inside
            .into_iter()
            .map(|(name, entry)| (format!("{packed}/{name}"), entry)),
    );
    Ok(tree)
}

/// The files of the template, which are ours.
fn template_files(template: &Path) -> Result<Files, StageError> {
    let tree = Walk::begin(template)?.into_tree();
    let source = |(name, entry): (String, Entry)| match (name.strip_prefix("src/"), entry) {
        (Some(name), Entry::Text(text)) if is_rust(name) => Some((name.to_owned(), text)),
        _ => None,
    };
    Ok(tree.into_iter().filter_map(source).collect())
}

/// The modules that the root declares: every file at the top, and every folder with a `mod.rs`.
fn modules_of<'a>(files: impl Iterator<Item = &'a String>) -> BTreeSet<&'a str> {
    let stems = files.filter(|name| *name != ROOT).filter_map(|name| {
        let stem = name.strip_suffix("/mod.rs").or_else(|| name.strip_suffix(".rs"))?;
        (!stem.contains('/')).then_some(stem)
    });
    stems.collect()
}

fn root(modules: &BTreeSet<&str>) -> String {
    let declared = |module: &&str| match *module {
        // A word of the language since 2024; so declared it can be any module's name in every edition.
        "gen" => "pub mod r#gen;\n".to_owned(),
        module => format!("pub mod {module};\n"),
    };
    let lines: Vec<String> = modules.iter().map(declared).collect();
    format!("//! Made by the grader.\n{}", lines.concat())
}

fn write(files: &Files, folder: &Path) -> std::io::Result<()> {
    fs::create_dir(folder)?;
    for (name, bytes) in files {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, bytes)?;
    }
    Ok(())
}

fn hash(files: &Files, edition: Edition) -> String {
    let mut hasher = Sha256::new();
    if edition != Edition::default() {
        hasher.update(edition.year());
    }
    for (name, bytes) in files {
        // Lengths first, so that no two sets of files give the same stream.
        for part in [name.as_bytes(), bytes] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    files::hex(&hasher.finalize())
}

#[cfg(test)]
mod tests;
