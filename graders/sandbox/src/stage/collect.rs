//! Walking a submission that may be hostile: what is accepted is read here, once, and never looked at again.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;
use walkdir::{DirEntry, WalkDir};

use super::{Files, StageError};

/// What a source may be large.
pub(super) const MAX_FILE: u64 = 1 << 20;
const MAX_SOURCES: usize = 200;
/// How many files and folders there may be.
pub(super) const MAX_ENTRIES: usize = 5000;
const MAX_DEPTH: usize = 8;
/// What would configure a build by cargo; it does not here, and that may surprise.
pub(super) const SURPRISING: [&str; 4] = ["build.rs", ".cargo", "rust-toolchain", "rust-toolchain.toml"];

/// What a folder holds.
pub(super) struct Collected {
    /// The sources.
    pub(super) files: Files,
    /// Names of what somebody may expect to have an effect.
    pub(super) ignored: Vec<String>,
}

/// Reads all sources below `folder/src`, or directly in `folder` where there is no `src`.
pub(super) fn collect(folder: &Path) -> Result<Collected, StageError> {
    match fs::metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(StageError::Missing(folder.to_owned())),
        Err(source) => {
            return Err(StageError::Read {
                name: folder.display().to_string(),
                source,
            });
        }
        Ok(metadata) if !metadata.is_dir() => return Err(StageError::NotAFolder(folder.to_owned())),
        Ok(_) => {}
    }
    let source = folder.join("src");
    let (root, depth) = match fs::symlink_metadata(&source) {
        Ok(metadata) if metadata.is_symlink() => return Err(StageError::Link("src".to_owned())),
        Ok(metadata) if metadata.is_dir() => (source.as_path(), MAX_DEPTH),
        _ => (folder, 1),
    };
    let mut files = sources(root, depth)?;
    let is_there = |name: &&&str| fs::symlink_metadata(folder.join(name)).is_ok();
    let ignored = SURPRISING.iter().filter(is_there).map(ToString::to_string).collect();
    if depth == 1 {
        // Beside the sources a build script looks like one of them.
        files.remove("build.rs");
    }
    if files.is_empty() {
        return Err(StageError::NoCrate(folder.to_owned()));
    }
    Ok(Collected { files, ignored })
}

fn sources(root: &Path, depth: usize) -> Result<Files, StageError> {
    let mut files = Files::new();
    let mut lower_case = BTreeMap::new();
    // One folder further than sources may be, so that what is too deep is not passed over in silence.
    let walk_depth = if depth == MAX_DEPTH { depth + 1 } else { depth };
    let walk = WalkDir::new(root)
        .min_depth(1)
        .max_depth(walk_depth)
        .follow_links(false);
    for (count, entry) in walk.into_iter().enumerate() {
        if count >= MAX_ENTRIES {
            return Err(StageError::TooManyEntries(MAX_ENTRIES));
        }
        let entry = entry.map_err(|error| unreadable(root, error))?;
        if entry.depth() > depth {
            let name = entry.path().strip_prefix(root).unwrap_or(entry.path());
            return Err(StageError::TooDeep(name.to_string_lossy().into_owned(), MAX_DEPTH));
        }
        let Some(name) = accepted(&entry, root, depth)? else {
            continue;
        };
        if let Some(other) = lower_case.insert(name.to_ascii_lowercase(), name.clone()) {
            return Err(StageError::CaseClash(other, name));
        }
        if files.len() >= MAX_SOURCES {
            return Err(StageError::TooManySources(MAX_SOURCES));
        }
        let bytes = read(entry.path(), &name)?;
        files.insert(name, bytes);
    }
    Ok(files)
}

/// The name of a source relative to `root`; `None` for folders and whatever else may lie about.
fn accepted(entry: &DirEntry, root: &Path, depth: usize) -> Result<Option<String>, StageError> {
    let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
    let Some(name) = relative.to_str() else {
        return Err(StageError::NotUtf8(relative.to_string_lossy().into_owned()));
    };
    let is_source = entry.path().extension().is_some_and(|extension| extension == "rs");
    if depth == 1 && !is_source {
        // A flat folder holds whatever else a student keeps beside the sources; none of it is looked at.
        return Ok(None);
    }
    if entry.path_is_symlink() {
        return Err(StageError::Link(name.to_owned()));
    }
    if !entry.file_name().to_str().is_some_and(is_plain_name) {
        return Err(StageError::Name(name.to_owned()));
    }
    if is_source && !entry.file_type().is_file() {
        return Err(StageError::NotAFile(name.to_owned()));
    }
    Ok(is_source.then(|| name.to_owned()))
}

fn is_plain_name(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
}

/// Reads at most what is allowed, from the file that was looked at: a link put in its place meanwhile is not followed.
fn read(path: &Path, name: &str) -> Result<Vec<u8>, StageError> {
    let unreadable = |source| StageError::Read {
        name: name.to_owned(),
        source,
    };
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
    let file = OpenOptions::new()
        .read(true)
        .custom_flags(flags)
        .open(path)
        .map_err(unreadable)?;
    if !file.metadata().map_err(unreadable)?.is_file() {
        return Err(StageError::NotAFile(name.to_owned()));
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(StageError::TooLarge {
            name: name.to_owned(),
            limit: MAX_FILE,
        });
    }
    // The byte order mark that some editors put first.
    match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => Ok(rest.to_vec()),
        None => Ok(bytes),
    }
}

fn unreadable(root: &Path, error: walkdir::Error) -> StageError {
    let path = error
        .path()
        .and_then(|path| path.strip_prefix(root).ok())
        .unwrap_or(root);
    let name = path.display().to_string();
    StageError::Read {
        name,
        source: error.into(),
    }
}
