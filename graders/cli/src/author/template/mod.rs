//! The student's template, made from the reference: which files it has, writing it, and whether it is current.
//!
//! The topic files of the reference carry two kinds of marked regions, each marker a comment line of its own:
//! - `// solution:begin INSTRUCTION` to `// solution:end`, inside a function: becomes `todo!("INSTRUCTION")`;
//! - `// helper:begin` to `// helper:end`, between functions (imports, helpers, tests): is left out.
//!
//! The given files (`types.rs`, `parts.rs` ...) are handed out as they are; `lib.rs` gets another opening; the manifest
//! and the README are written here. Nothing in this module prints or starts a process.

pub(crate) mod command;
mod cut;
mod error;
pub(crate) mod lock;
mod manifest;
mod marker;
mod narrow;
mod readme;
mod scope;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use sandbox::stage::GIVEN;
use walkdir::WalkDir;

use self::error::{REFERENCE, TemplateError, failed, read};
use self::manifest::Manifest;
use self::marker::Flaw;
use self::readme::Handed;

pub(crate) use self::scope::Scope;

/// The folder of the template, directly under the root like the reference's.
const TEMPLATE: &str = "student_template";

/// Where the assignments are, which say what belongs together.
const ASSIGNMENTS: &str = "fixtures/assignments";

const LIBRARY: &str = "src/lib.rs";

/// The lock file, and the name of the template's package in it.
const LOCK: &str = "Cargo.lock";
const PACKAGE: &str = "student";

/// How the template's `lib.rs` opens, instead of the reference's words about itself.
const LIBRARY_OPENING: &str = "\
//! Your solution. `README.md` lists the functions to write; each file here holds one topic.
//!
//! This file is given. It is put in place again whenever a submission is graded, so a change here has no effect.

// A function that is still a `todo!` uses none of its parameters.
#![allow(unused_variables)]
";

/// Where a topic file of the reference holds what a student writes, in bytes.
pub(crate) fn solution_regions(source: &str) -> Result<Vec<Range<usize>>, Flaw> {
    cut::regions(source)
}

/// A file in which the template on disk departs from what the reference makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drift {
    /// The file, relative to the template's folder.
    pub(crate) path: PathBuf,
    /// What is the matter with it.
    pub(crate) kind: DriftKind,
}

/// How a file of the template can be out of date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DriftKind {
    /// It should be there and is not.
    Missing,
    /// Its content is another.
    Different {
        /// The first line that differs, from 1.
        line: usize,
    },
    /// The reference makes no such file.
    Extra,
}

impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = Path::new(TEMPLATE).join(&self.path);
        let path = path.display();
        match self.kind {
            DriftKind::Missing => write!(formatter, "{path} is missing"),
            DriftKind::Different { line } => write!(formatter, "{path} differs from line {line}"),
            DriftKind::Extra => write!(formatter, "{path} does not belong to the template"),
        }
    }
}

/// All files of the template with their contents, paths relative to its folder. `root` is that of the workspace.
pub(crate) fn generate(root: &Path, scope: &Scope<'_>) -> Result<BTreeMap<PathBuf, String>, TemplateError> {
    let mut manifest = Manifest::read(root)?;
    if let Scope::Assignment { id, .. } = scope {
        (*id).clone_into(&mut manifest.assignment);
    }
    let mut files = BTreeMap::new();
    let mut topics = BTreeMap::new();
    let mut root_module = None;
    for (path, text) in sources(&root.join(REFERENCE))? {
        let flawed = |flaw| TemplateError::Source {
            path: Path::new(REFERENCE).join(&path),
            flaw,
        };
        if path == Path::new(LIBRARY) {
            root_module = Some(text);
        } else if is_given(&path) {
            if let Some(text) = scope.given(text).map_err(flawed)? {
                files.insert(path, text);
            }
        } else if scope.holds(&path) {
            let topic = cut::topic(&text).map_err(flawed)?;
            topics.insert(path.clone(), topic.functions);
            files.insert(path, topic.text);
        }
    }
    if let Some(text) = root_module {
        files.insert(LIBRARY.into(), library(&text, &files));
    }
    let groups = readme::groups(&root.join(ASSIGNMENTS))?;
    let given = files.keys().filter(|path| is_given(path)).cloned().collect();
    let (program, origin) = scope.program();
    let handed = Handed {
        assignment: &manifest.assignment,
        program,
        origin,
        given: &given,
        tasks: scope.tasks(),
    };
    let readme = readme::render(&handed, &groups, &topics);
    files.insert("README.md".into(), readme);
    files.insert("Cargo.toml".into(), manifest.render());
    files.insert(LOCK.into(), lock(root)?);
    Ok(files)
}

/// The lock file: the same versions for the student's own builds, whenever they are made. What a package needs for a feature
/// that only the workspace asks for is not needed here; cargo alone knows that, so what it has made of the file is kept as
/// long as it is part of the workspace's.
fn lock(root: &Path) -> Result<String, TemplateError> {
    let path = root.join(LOCK);
    let needed = lock::prune(&read(&path)?, &[PACKAGE]).ok_or(TemplateError::Lock { path })?;
    let own = fs::read_to_string(root.join(TEMPLATE).join(LOCK)).unwrap_or_default();
    Ok(if lock::is_within(&own, &needed) { own } else { needed })
}

/// Brings the template on disk up to date and says what had to change; files that do not belong there are removed.
pub(crate) fn write(root: &Path) -> Result<Vec<Drift>, TemplateError> {
    let files = generate(root, &Scope::Everything)?;
    let drifts = compare(&root.join(TEMPLATE), &files)?;
    for drift in &drifts {
        let path = root.join(TEMPLATE).join(&drift.path);
        match files.get(&drift.path) {
            Some(text) => {
                let folder = path.parent().unwrap_or(root);
                fs::create_dir_all(folder).map_err(failed("create", folder))?;
                fs::write(&path, text).map_err(failed("write", &path))?;
            }
            None => fs::remove_file(&path).map_err(failed("remove", &path))?,
        }
    }
    Ok(drifts)
}

/// Where the template on disk is not what the reference makes now; empty when it is current.
pub(crate) fn drift(root: &Path) -> Result<Vec<Drift>, TemplateError> {
    compare(&root.join(TEMPLATE), &generate(root, &Scope::Everything)?)
}

/// Compares the folder with the files that it should hold.
fn compare(folder: &Path, files: &BTreeMap<PathBuf, String>) -> Result<Vec<Drift>, TemplateError> {
    let mut drifts = Vec::new();
    for (path, expected) in files {
        let full = folder.join(path);
        let kind = match fs::read(&full) {
            Ok(found) if found == expected.as_bytes() => continue,
            Ok(found) => DriftKind::Different {
                line: first_difference(expected, &String::from_utf8_lossy(&found)),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => DriftKind::Missing,
            Err(error) => return Err(failed("read", &full)(error)),
        };
        drifts.push(Drift {
            path: path.clone(),
            kind,
        });
    }
    // A template that is not there at all has no files too many.
    if folder.exists() {
        let extra = listing(folder)?.into_iter().filter(|path| !files.contains_key(path));
        drifts.extend(extra.map(|path| Drift {
            path,
            kind: DriftKind::Extra,
        }));
    }
    Ok(drifts)
}

/// The first line, from 1, that differs; the line after the last one where only the ends differ.
fn first_difference(expected: &str, found: &str) -> usize {
    let equal = expected.lines().zip(found.lines());
    1 + equal.take_while(|(one, other)| one == other).count()
}

/// Whether a source is given to the student whole.
fn is_given(path: &Path) -> bool {
    GIVEN.iter().any(|given| path == Path::new("src").join(given))
}

/// The reference's sources, paths relative to its folder.
fn sources(reference: &Path) -> Result<Vec<(PathBuf, String)>, TemplateError> {
    let paths = listing(&reference.join("src"))?.into_iter();
    paths
        .map(|path| Path::new("src").join(path))
        .map(|path| read(&reference.join(&path)).map(|text| (path, text)))
        .collect()
}

/// All files under a folder but what a build leaves there, paths relative to it, in order.
fn listing(folder: &Path) -> Result<Vec<PathBuf>, TemplateError> {
    let mut paths = Vec::new();
    let entries = WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() != 1 || entry.file_name() != "target");
    for entry in entries {
        let entry = entry.map_err(|error| failed("read", folder)(error.into()))?;
        if entry.file_type().is_dir() {
            continue;
        }
        if let Ok(path) = entry.path().strip_prefix(folder) {
            paths.push(path.to_path_buf());
        }
    }
    Ok(paths)
}

/// The reference's `lib.rs` with the opening for students and the modules that there are.
fn library(text: &str, files: &BTreeMap<PathBuf, String>) -> String {
    let is_there = |line: &&str| {
        let module = line.strip_prefix("pub mod ").and_then(|line| line.strip_suffix(';'));
        module.is_none_or(|module| files.contains_key(&Path::new("src").join(format!("{module}.rs"))))
    };
    let declarations = text.lines().skip_while(|line| line.starts_with("//!")).filter(is_there);
    let rest = declarations.collect::<Vec<_>>().join("\n");
    format!("{LIBRARY_OPENING}{rest}\n")
}

#[cfg(test)]
mod tests;
