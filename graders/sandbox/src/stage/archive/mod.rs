//! A submission that comes as an archive: zip, tar, and tar packed with gzip. It is read in memory, and what it holds is
//! looked at like what a folder holds.
//!
//! Nothing in it is unpacked by the names and kinds that it claims. Only what staging may want is read, up to limits that
//! an archive of sources does not come near.

mod contents;
mod error;
mod limits;
mod tar;
mod zip;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

use super::error::StageError;
use super::tree::Tree;
use contents::Contents;
pub use error::ArchiveError;
use limits::{MAX_PACKED, MAX_UNPACKED};

/// How an archive is packed, by its first bytes: its name says nothing that could be relied upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Zip,
    Tar,
    Gzip,
}

impl Kind {
    fn of(bytes: &[u8]) -> Option<Self> {
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        if starts(b"PK\x03\x04") || starts(b"PK\x05\x06") {
            return Some(Self::Zip);
        }
        if starts(b"\x1f\x8b") {
            return Some(Self::Gzip);
        }
        (bytes.get(257..262) == Some(b"ustar")).then_some(Self::Tar)
    }
}

/// What is in `submission`; `None` where it is no file at all.
pub(super) fn read(submission: &Path) -> Result<Option<Tree>, StageError> {
    // Whatever cannot be looked at is said by whoever looks for a folder.
    if !fs::metadata(submission).is_ok_and(|found| found.is_file()) {
        return Ok(None);
    }
    tree(submission, &bytes(submission)?).map(Some)
}

/// What the names of archives end with.
const ENDINGS: [&str; 4] = [".zip", ".tar", ".tar.gz", ".tgz"];

/// Whether a file is called like an archive that is read here.
pub(super) fn is_called_one(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// What is in an archive that somebody has opened.
pub(super) fn read_opened(file: File, path: &Path) -> Result<Tree, StageError> {
    tree(path, &bytes_of(file, path)?)
}

/// What staging may want of an archive, by names that lead nowhere else.
fn tree(archive: &Path, bytes: &[u8]) -> Result<Tree, StageError> {
    let mut contents = Contents::default();
    match Kind::of(bytes).ok_or_else(|| ArchiveError::Unknown(archive.to_owned()))? {
        Kind::Zip => zip::read(bytes, &mut contents)?,
        Kind::Tar => tar::read(bytes, MAX_UNPACKED, &mut contents)?,
        Kind::Gzip => tar::read_gzip(bytes, &mut contents)?,
    }
    Ok(contents.end())
}

fn bytes(path: &Path) -> Result<Vec<u8>, StageError> {
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path);
    bytes_of(file.map_err(|source| unreadable(path, source))?, path)
}

fn bytes_of(file: File, path: &Path) -> Result<Vec<u8>, StageError> {
    let mut bytes = Vec::new();
    file.take(MAX_PACKED + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| unreadable(path, source))?;
    if bytes.len() as u64 > MAX_PACKED {
        return Err(ArchiveError::Large(MAX_PACKED).into());
    }
    Ok(bytes)
}

fn unreadable(path: &Path, source: io::Error) -> StageError {
    StageError::Read {
        name: path.display().to_string(),
        source,
    }
}

#[cfg(test)]
mod tests;
