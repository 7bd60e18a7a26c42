//! What an archive holds: names that are accepted, and the files that staging may want.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::Path;

use super::super::collect::{MAX_ENTRIES, MAX_FILE, SURPRISING};
use super::super::{Files, StageError};
use super::{ArchiveError, MAX_UNPACKED};

/// Longer names are nobody's.
const MAX_NAME: usize = 500;
/// What a file system takes between two slashes.
const MAX_COMPONENT: usize = 255;
const MAX_DEPTH: usize = 16;
/// How much of a name is shown that is too long.
const SHOWN: usize = 40;

/// The kinds of members that are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    File,
    Folder,
}

/// What has been read of an archive.
#[derive(Default)]
pub(super) struct Contents {
    entries: usize,
    /// Every name and every folder above it: the name in lower case, as it is written, and what it is.
    names: BTreeMap<String, (String, Member)>,
    /// The folders and files at the top.
    tops: BTreeSet<String>,
    kept: Files,
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
        let Some(top) = components.first() else {
            return Ok(None);
        };
        if components.iter().any(|component| is_of_the_system(component)) {
            return Ok(None);
        }
        self.tops.insert(top.clone());
        for end in 1..components.len() {
            self.name(components[..end].join("/"), Member::Folder)?;
        }
        let name = components.join("/");
        self.name(name.clone(), member)?;
        if member == Member::Folder {
            return Ok(None);
        }
        let last = components.last().map(String::as_str).unwrap_or_default();
        if is_wanted(last) {
            return Ok(Some(name));
        }
        // That it is there is all that staging has to know.
        if components
            .iter()
            .any(|component| SURPRISING.contains(&component.as_str()))
        {
            self.kept.insert(name, Vec::new());
        }
        Ok(None)
    }

    fn name(&mut self, name: String, member: Member) -> Result<(), StageError> {
        let Some((other, before)) = self.names.get(&name.to_lowercase()) else {
            self.names.insert(name.to_lowercase(), (name, member));
            return Ok(());
        };
        match (member, before) {
            _ if *other != name => Err(StageError::CaseClash(other.clone(), name)),
            (Member::Folder, Member::Folder) => Ok(()),
            (Member::File, Member::File) => Err(ArchiveError::Twice(name).into()),
            _ => Err(ArchiveError::FileAndFolder(name).into()),
        }
    }

    /// Reads a file's bytes, not more of them than a source may have: whoever stages it says that it is too large.
    pub(super) fn keep(&mut self, name: String, bytes: impl Read) -> Result<(), Unreadable> {
        let mut kept = Vec::new();
        bytes.take(MAX_FILE + 1).read_to_end(&mut kept)?;
        self.unpacked += kept.len() as u64;
        if self.unpacked > MAX_UNPACKED {
            return Err(Unreadable::Refused(ArchiveError::TooMuch(MAX_UNPACKED)));
        }
        self.kept.insert(name, kept);
        Ok(())
    }

    /// What was kept. A single folder at the top is looked through, unless it is that of the sources itself.
    pub(super) fn end(self) -> Files {
        let mut tops = self.tops.into_iter();
        let (Some(top), None) = (tops.next(), tops.next()) else {
            return self.kept;
        };
        if top == "src" {
            return self.kept;
        }
        let prefix = format!("{top}/");
        let inside = |(name, bytes): (String, Vec<u8>)| match name.strip_prefix(&prefix) {
            Some(name) => (name.to_owned(), bytes),
            None => (name, bytes),
        };
        self.kept.into_iter().map(inside).collect()
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

/// What macOS puts beside one's own files.
fn is_of_the_system(component: &str) -> bool {
    ["__MACOSX", ".DS_Store"].contains(&component) || component.starts_with("._")
}

/// Sources, and the manifest, which names the assignment.
fn is_wanted(file: &str) -> bool {
    file == "Cargo.toml" || Path::new(file).extension().is_some_and(|extension| extension == "rs")
}

/// The parts of a name, of which none leads out of the folder that they are unpacked into.
fn components(name: &[u8]) -> Result<Vec<String>, StageError> {
    let Ok(text) = std::str::from_utf8(name) else {
        return Err(StageError::NotUtf8(String::from_utf8_lossy(name).into_owned()));
    };
    if text.contains('\0') {
        return Err(StageError::Name(text.replace('\0', "\\0")));
    }
    if text.starts_with('/') || text.get(1..3) == Some(":/") {
        return Err(ArchiveError::Absolute(text.to_owned()).into());
    }
    let components: Vec<String> = text
        .split('/')
        .filter(|component| !component.is_empty() && *component != ".")
        .map(str::to_owned)
        .collect();
    if components.iter().any(|component| component == "..") {
        return Err(ArchiveError::Parent(text.to_owned()).into());
    }
    let is_long = text.len() > MAX_NAME || components.iter().any(|component| component.len() > MAX_COMPONENT);
    if is_long || components.len() > MAX_DEPTH {
        return Err(ArchiveError::Long(text.chars().take(SHOWN).collect()).into());
    }
    Ok(components)
}
