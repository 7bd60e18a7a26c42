//! Walking a folder that may be hostile, and may change meanwhile: it is opened once, everything in it is opened beneath
//! it without following a link, and what was opened is what is looked at and read.

use std::collections::VecDeque;
use std::ffi::CStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{CWD, Dir, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use super::StageError;
use super::tree::{Entry, MAX_ALL, MAX_ENTRIES, MAX_FILE, SOURCES, Tree, is_passed_over, is_wanted, text};

/// Folders in folders that are looked into.
const MAX_DEPTH: usize = 12;

/// A folder that is being read.
pub(super) struct Walk {
    root: OwnedFd,
    tree: Tree,
    /// The folders that have been seen and not been looked into.
    waiting: VecDeque<String>,
    seen: usize,
    size: u64,
}

impl Walk {
    /// Reads what lies in the folder itself, and below its `src`.
    pub(super) fn begin(folder: &Path) -> Result<Self, StageError> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        // Whoever names a link means what it leads to.
        let root = rustix::fs::openat(CWD, folder, flags, Mode::empty()).map_err(|error| match error {
            Errno::NOENT => StageError::Missing(folder.to_owned()),
            Errno::NOTDIR => StageError::NotAFolder(folder.to_owned()),
            other => StageError::Read {
                name: folder.display().to_string(),
                source: other.into(),
            },
        })?;
        let mut walk = Self {
            root,
            tree: Tree::new(),
            waiting: VecDeque::new(),
            seen: 0,
            size: 0,
        };
        walk.folder("")?;
        let (sources, others) = walk.waiting.drain(..).partition(|name| name == SOURCES);
        walk.waiting = sources;
        walk.all()?;
        walk.waiting = others;
        Ok(walk)
    }

    /// What has been read so far.
    pub(super) fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What has been read, where that is enough.
    pub(super) fn into_tree(self) -> Tree {
        self.tree
    }

    /// Reads everything else as well, as far as there is not too much of it: then the error comes with what was read.
    pub(super) fn end(mut self) -> (Self, Result<(), StageError>) {
        let result = self.all();
        (self, result)
    }

    /// Opens a file that lies in the folder, or below it.
    pub(super) fn open(&self, name: &str) -> io::Result<File> {
        Ok(File::from(beneath(self.root.as_fd(), name, OFlags::RDONLY)?))
    }

    fn all(&mut self) -> Result<(), StageError> {
        while let Some(name) = self.waiting.pop_front() {
            self.folder(&name)?;
        }
        Ok(())
    }

    /// Reads one folder; those in it have to wait.
    fn folder(&mut self, name: &str) -> Result<(), StageError> {
        let listed = match self.list(name)? {
            Ok(listed) => listed,
            Err(error) if name.is_empty() => {
                return Err(StageError::Read {
                    name: ".".to_owned(),
                    source: error,
                });
            }
            Err(error) => {
                self.tree.insert(name.to_owned(), unopened(&error));
                return Ok(());
            }
        };
        for (file, kind) in listed {
            let path = if name.is_empty() {
                file.clone()
            } else {
                format!("{name}/{file}")
            };
            match kind {
                FileType::Directory if is_passed_over(name, &file) || path.split('/').count() > MAX_DEPTH => {
                    self.tree.insert(path, Entry::Other);
                }
                FileType::Directory => self.waiting.push_back(path),
                _ => {
                    let entry = self.file(&path, &file, kind)?;
                    self.tree.insert(path, entry);
                }
            }
        }
        Ok(())
    }

    /// Names and kinds in order, so that what is read first is the same each time.
    fn list(&mut self, folder: &str) -> Result<io::Result<Vec<(String, FileType)>>, StageError> {
        let name = if folder.is_empty() { "." } else { folder };
        let opened = beneath(self.root.as_fd(), name, OFlags::RDONLY | OFlags::DIRECTORY);
        let folder = match opened.and_then(|folder| Ok((Dir::read_from(&folder)?, folder))) {
            Ok(folder) => folder,
            Err(error) => return Ok(Err(error.into())),
        };
        let mut listed = Vec::new();
        for entry in folder.0 {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => return Ok(Err(error.into())),
            };
            let name = entry.file_name();
            if matches!(name.to_bytes(), b"." | b"..") {
                continue;
            }
            self.seen += 1;
            if self.seen > MAX_ENTRIES {
                return Err(StageError::TooManyEntries(MAX_ENTRIES));
            }
            let kind = match entry.file_type() {
                FileType::Unknown => kind_of(folder.1.as_fd(), name),
                kind => kind,
            };
            listed.push((name.to_string_lossy().into_owned(), kind));
        }
        listed.sort_by(|one, other| one.0.cmp(&other.0));
        Ok(Ok(listed))
    }

    fn file(&mut self, path: &str, file: &str, kind: FileType) -> Result<Entry, StageError> {
        let entry = match kind {
            FileType::Symlink => Entry::Link,
            // A name that is no text could not be opened by what is in its place, and is no module's.
            FileType::RegularFile if is_wanted(file) && file.contains(char::REPLACEMENT_CHARACTER) => {
                Entry::Text(Vec::new())
            }
            FileType::RegularFile if is_wanted(file) => {
                read(self.root.as_fd(), path).unwrap_or_else(|error| unopened(&error))
            }
            FileType::RegularFile => Entry::Other,
            _ => Entry::Special,
        };
        if let Entry::Text(bytes) = &entry {
            self.size += bytes.len() as u64;
            if self.size > MAX_ALL {
                return Err(StageError::TooMuch(MAX_ALL));
            }
        }
        Ok(entry)
    }
}

/// Opens something below a folder. No part of the name is followed where it is a link, not even one that was put in
/// place of a folder a moment ago.
fn beneath(root: BorrowedFd<'_>, name: &str, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match rustix::fs::openat2(root, name, flags, Mode::empty(), resolve) {
        // An old kernel, or a container's filter that does not know the call.
        Err(Errno::NOSYS | Errno::PERM | Errno::INVAL) => step_by_step(root, name, flags),
        result => result,
    }
}

/// The same on every kernel: one part of the name after the other, each in the folder that was opened before.
fn step_by_step(root: BorrowedFd<'_>, name: &str, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let on_the_way = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let (folders, last) = name.rsplit_once('/').unwrap_or(("", name));
    let mut above: Option<OwnedFd> = None;
    for part in folders.split('/').filter(|part| !part.is_empty()) {
        let folder = above.as_ref().map_or(root, AsFd::as_fd);
        if part == ".." {
            return Err(Errno::XDEV);
        }
        above = Some(rustix::fs::openat(folder, part, on_the_way, Mode::empty())?);
    }
    if last == ".." {
        return Err(Errno::XDEV);
    }
    rustix::fs::openat(above.as_ref().map_or(root, AsFd::as_fd), last, flags, Mode::empty())
}

fn kind_of(folder: BorrowedFd<'_>, name: &CStr) -> FileType {
    let found = rustix::fs::statat(folder, name, rustix::fs::AtFlags::SYMLINK_NOFOLLOW);
    found.map_or(FileType::Unknown, |found| FileType::from_raw_mode(found.st_mode))
}

/// Reads at most what a source may have, from what was opened.
fn read(root: BorrowedFd<'_>, path: &str) -> io::Result<Entry> {
    let file = File::from(beneath(root, path, OFlags::RDONLY)?);
    if !file.metadata()?.is_file() {
        return Ok(Entry::Special);
    }
    let mut bytes = Vec::new();
    file.take(MAX_FILE + 1).read_to_end(&mut bytes)?;
    Ok(text(bytes))
}

/// What could not be opened, or not be read to its end.
fn unopened(error: &io::Error) -> Entry {
    match Errno::from_io_error(error) {
        Some(Errno::LOOP) => Entry::Link,
        Some(Errno::NXIO) => Entry::Special,
        _ => Entry::Unreadable(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    type Open = fn(BorrowedFd<'_>, &str, OFlags) -> rustix::io::Result<OwnedFd>;

    #[test]
    fn both_ways_of_opening_follow_no_link_and_lead_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let inside = folder.path().join("inside");
        fs::create_dir_all(inside.join("a/b")).unwrap();
        fs::write(inside.join("a/b/file"), "").unwrap();
        fs::write(folder.path().join("secret"), "").unwrap();
        symlink(folder.path(), inside.join("a/up")).unwrap();
        symlink("b", inside.join("a/beside")).unwrap();
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        let root = rustix::fs::open(&inside, flags, Mode::empty()).unwrap();
        let ways: [Open; 2] = [beneath, |root, name, flags| {
            step_by_step(root, name, flags | OFlags::NOFOLLOW)
        }];
        for open in ways {
            assert!(open(root.as_fd(), "a/b/file", OFlags::RDONLY).is_ok());
            for name in [
                "a/up/secret",
                "a/beside/file",
                "../secret",
                "a/../../secret",
                "a/up",
                "..",
            ] {
                assert!(open(root.as_fd(), name, OFlags::RDONLY).is_err(), "{name}");
            }
        }
    }
}
