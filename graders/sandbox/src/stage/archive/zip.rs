//! Members of a zip.

use std::io::Cursor;

use zip::read::ZipFile;
use zip::{CompressionMethod, ZipArchive};

use super::super::error::StageError;
use super::super::tree::{MAX_ENTRIES, is_wanted};
use super::contents::{Contents, Member, Unreadable};
use super::error::ArchiveError;
use super::limits::{MAX_UNPACKED, most};

/// What each entry of the directory begins with.
const ENTRY: &[u8] = b"PK\x01\x02";
/// What the end of the directory begins with.
const END: &[u8] = b"PK\x05\x06";
/// A zip in a zip brings an end of its own; each is a place to begin searching at.
const MAX_ENDS: usize = 16;
/// The bits of a mode that say what a file is.
const KIND: u32 = 0o170_000;

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;

/// Reads a zip.
pub(super) fn read(bytes: &[u8], contents: &mut Contents) -> Result<(), StageError> {
    refuse_floods(bytes)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let mut wanted = Vec::new();
    let mut unpacked = 0_u64;
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(|error| broken(&error))?;
        let (name, member) = described(&file);
        let Some(name) = contents.enter(&name, member)? else {
            // What nobody wants is never unpacked, however it was packed.
            continue;
        };
        refuse_unusable(&file, &name)?;
        unpacked = unpacked.saturating_add(file.size());
        if unpacked > MAX_UNPACKED {
            return Err(ArchiveError::TooMuch(MAX_UNPACKED).into());
        }
        wanted.push((index, name));
    }
    refuse_twins(bytes, &archive)?;
    for (index, name) in wanted {
        keep(&mut archive, index, name, contents)?;
    }
    Ok(())
}

/// Counts what a reader would have to look at, before it does.
fn refuse_floods(bytes: &[u8]) -> Result<(), StageError> {
    let count = |magic: &[u8]| bytes.windows(magic.len()).filter(|window| *window == magic).count();
    match count(END) {
        0 => return Err(ArchiveError::Cut.into()),
        1..=MAX_ENDS => {}
        _ => return Err(ArchiveError::Broken("it has many ends".to_owned()).into()),
    }
    if count(ENTRY) > MAX_ENTRIES {
        return Err(StageError::TooManyEntries(MAX_ENTRIES));
    }
    Ok(())
}

/// The name and kind of a member that may be there.
fn described(file: &ZipFile<'_, Cursor<&[u8]>>) -> (Vec<u8>, Member) {
    let name = with_slashes(file.name_raw());
    let member = match file.unix_mode().map_or(0, |mode| mode & KIND) {
        0o120_000 => Member::Link,
        0 | 0o100_000 | 0o040_000 if name.ends_with(b"/") => Member::Folder,
        0 | 0o100_000 | 0o040_000 => Member::File,
        _ => Member::Special,
    };
    (name, member)
}

/// Windows has packed with its own separator.
fn with_slashes(name: &[u8]) -> Vec<u8> {
    let slash = |byte: &u8| if *byte == b'\\' { b'/' } else { *byte };
    name.iter().map(slash).collect()
}

fn refuse_unusable(file: &ZipFile<'_, Cursor<&[u8]>>, name: &str) -> Result<(), StageError> {
    if file.encrypted() {
        return Err(ArchiveError::Encrypted(name.to_owned()).into());
    }
    if file.size() > most(file.compressed_size()) {
        return Err(ArchiveError::Bomb(name.to_owned()).into());
    }
    Ok(())
}

/// The reader keeps one of several files with one name, so they are counted in the directory itself. Of what nobody
/// wants there may be any number.
fn refuse_twins(bytes: &[u8], archive: &Archive<'_>) -> Result<(), StageError> {
    let mut names = std::collections::BTreeSet::new();
    let start = usize::try_from(archive.central_directory_start()).unwrap_or(usize::MAX);
    let mut rest = bytes.get(start..).unwrap_or_default();
    while let Some((name, next)) = entry(rest) {
        let path = with_slashes(name);
        let file = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        if is_wanted(&String::from_utf8_lossy(file)) && !names.insert(name) {
            return Err(ArchiveError::Twice(String::from_utf8_lossy(name).into_owned()).into());
        }
        rest = next;
    }
    Ok(())
}

/// The name in an entry of the directory, and what follows the entry.
fn entry(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    const FIXED: usize = 46;
    let length = |at: usize| Some(usize::from(u16::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?])));
    if !bytes.starts_with(ENTRY) {
        return None;
    }
    let (name, extra, comment) = (length(28)?, length(30)?, length(32)?);
    let rest = bytes.get(FIXED + name + extra + comment..)?;
    Some((&bytes[FIXED..FIXED + name], rest))
}

fn keep(archive: &mut Archive<'_>, index: usize, name: String, contents: &mut Contents) -> Result<(), StageError> {
    let file = archive.by_index_raw(index).map_err(|error| broken(&error))?;
    if !matches!(
        file.compression(),
        CompressionMethod::Stored | CompressionMethod::Deflated
    ) {
        return Err(ArchiveError::Method(name).into());
    }
    drop(file);
    let file = archive.by_index(index).map_err(|error| broken(&error))?;
    contents.keep(name.clone(), file).map_err(|error| match error {
        Unreadable::Io(error) => ArchiveError::Broken(format!("`{name}`: {error}")).into(),
        Unreadable::Refused(error) => error.into(),
    })
}

fn broken(error: &dyn std::fmt::Display) -> StageError {
    ArchiveError::Broken(error.to_string()).into()
}
