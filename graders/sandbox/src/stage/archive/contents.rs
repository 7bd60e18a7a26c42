//! What an archive holds: names that are accepted, and the files that staging may want.

use std::collections::BTreeMap;
use std::io::{self, Read};

use super::super::error::StageError;
use super::super::tree::{Entry, MAX_ENTRIES, MAX_FILE, Tree, is_passed_over, is_wanted, text};
use super::error::ArchiveError;
use super::limits::MAX_UNPACKED;

/// Longer names are nobody's.
const MAX_NAME: usize = 500;
/// What a file system takes between two slashes.
const MAX_COMPONENT: usize = 255;
/// Folders in folders that are looked into.
const MAX_DEPTH: usize = 16;
/// How much of a name is shown that is too long.
const SHOWN: usize = 40;

/// What members of an archive claim to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    File,
    Folder,
    /// A link of either kind.
    Link,
    /// A device, a pipe.
    Special,
}

/// What has been read of an archive.
#[derive(Default)]
pub(super) struct Contents {
    /// Of several members with one name the last counts, as where a file was appended to a tar.
    pub(super) is_appended_to: bool,
    entries: usize,
    /// Every name and every folder above it, and whether it is a folder.
    names: BTreeMap<String, bool>,
    tree: Tree,
    unpacked: u64,
}

impl Contents {
    /// Notes a member. Where its bytes may be wanted, its name is given, under which they are to be kept.
    pub(super) fn enter(&mut self, name: &[u8], member: Member) -> Result<Option<String>, StageError> {
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            return Err(StageError::TooManyEntries(MAX_ENTRIES));
        }
        let components = components(name)?;
        let Some((last, folders)) = components.split_last() else {
            return Ok(None);
        };
        if let Some(shown) = too_long(&components) {
            self.tree.insert(shown, Entry::Other);
            return Ok(None);
        }
        for (at, folder) in folders.iter().enumerate() {
            if is_passed_over(&folders[..at].join("/"), folder) {
                self.tree.insert(folders[..=at].join("/"), Entry::Other);
                return Ok(None);
            }
            if at + 1 >= MAX_DEPTH {
                self.tree.insert(folders[..=at].join("/"), Entry::Other);
                return Ok(None);
            }
            self.name(folders[..=at].join("/"), true)?;
        }
        let name = components.join("/");
        self.name(name.clone(), member == Member::Folder)?;
        let entry = match member {
            Member::File if is_wanted(last) => return Ok(Some(name)),
            Member::File => Entry::Other,
            Member::Folder => return Ok(None),
            Member::Link => Entry::Link,
            Member::Special => Entry::Special,
        };
        self.tree.insert(name, entry);
        Ok(None)
    }

    fn name(&mut self, name: String, is_folder: bool) -> Result<(), StageError> {
        match (self.names.get(&name), is_folder) {
            (None, _) => _ = self.names.insert(name, is_folder),
            (Some(true), true) => {}
            (Some(false), false) if self.is_appended_to => {}
            (Some(false), false) => return Err(ArchiveError::Twice(name).into()),
            _ => return Err(ArchiveError::FileAndFolder(name).into()),
        }
        Ok(())
    }

    /// Reads a file's bytes, not more of them than a source may have: whoever stages it says that it is too large.
    pub(super) fn keep(&mut self, name: String, bytes: impl Read) -> Result<(), Unreadable> {
        let mut kept = Vec::new();
        bytes.take(MAX_FILE + 1).read_to_end(&mut kept)?;
        self.unpacked += kept.len() as u64;
        if self.unpacked > MAX_UNPACKED {
            return Err(Unreadable::Refused(ArchiveError::TooMuch(MAX_UNPACKED)));
        }
        self.tree.insert(name, text(kept));
        Ok(())
    }

    /// What was read.
    pub(super) fn end(self) -> Tree {
        self.tree
    }
}

/// Why a file was not kept.
pub(super) enum Unreadable {
    /// It cannot be read: how that is said depends on the kind of archive.
    Io(io::Error),
    /// It may not be read.
    Refused(ArchiveError),
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The parts of a name, of which none leads out of the folder that they are unpacked into.
fn components(name: &[u8]) -> Result<Vec<String>, StageError> {
    // Where a name is no text, the marks in its place keep it from being a module's.
    let text = String::from_utf8_lossy(name).replace('\0', "\u{fffd}");
    if text.starts_with('/') || text.get(1..3) == Some(":/") {
        return Err(ArchiveError::Absolute(text).into());
    }
    let components: Vec<String> = text
        .split('/')
        .filter(|component| !component.is_empty() && *component != ".")
        .map(str::to_owned)
        .collect();
    if components.iter().any(|component| component == "..") {
        return Err(ArchiveError::Parent(text).into());
    }
    Ok(components)
}

/// How a name is shown that no file system takes.
fn too_long(components: &[String]) -> Option<String> {
    let length: usize = components.iter().map(|component| component.len() + 1).sum();
    let is_long = length > MAX_NAME || components.iter().any(|component| component.len() > MAX_COMPONENT);
    is_long.then(|| components.join("/").chars().take(SHOWN).chain("..".chars()).collect())
}
