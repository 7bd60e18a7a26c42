//! Members of a tar, plain or packed with gzip.

use std::io::{self, Read};

use flate2::read::GzDecoder;
use tar::{Archive, EntryType};

use super::super::error::StageError;
use super::contents::{Contents, Member, Unreadable};
use super::error::ArchiveError;
use super::limits::{MAX_UNPACKED, most};

/// A stream that ends with an error once it has given too much, and that knows whether its end was seen.
struct Metered<R> {
    source: R,
    left: u64,
    is_over: bool,
    is_at_end: bool,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.is_at_end |= count == 0 && !buffer.is_empty();
        let Some(left) = self.left.checked_sub(count as u64) else {
            self.is_over = true;
            return Err(io::Error::other("too much"));
        };
        self.left = left;
        Ok(count)
    }
}

/// Reads a tar that is packed with gzip.
pub(super) fn read_gzip(bytes: &[u8], contents: &mut Contents) -> Result<(), StageError> {
    let most = most(bytes.len() as u64);
    match read(GzDecoder::new(bytes), most.min(MAX_UNPACKED), contents) {
        Err(StageError::Archive(ArchiveError::TooMuch(limit))) if limit < MAX_UNPACKED => {
            Err(ArchiveError::Bomb("the archive".to_owned()).into())
        }
        result => result,
    }
}

/// Reads a tar that may unpack to so many bytes.
pub(super) fn read(source: impl Read, limit: u64, contents: &mut Contents) -> Result<(), StageError> {
    let mut metered = Metered {
        source,
        left: limit,
        is_over: false,
        is_at_end: false,
    };
    let result = members(&mut metered, contents).and_then(|()| {
        // Two blocks of zeros end a tar. Where they are missing it was cut off, between two members.
        if metered.is_at_end {
            return Err(Unreadable::Refused(ArchiveError::Cut).into());
        }
        // What gzip says of the whole stands at its end.
        io::copy(&mut metered, &mut io::sink()).map_err(Unreadable::Io)?;
        Ok(())
    });
    match result {
        Ok(()) => Ok(()),
        Err(_) if metered.is_over => Err(ArchiveError::TooMuch(limit).into()),
        Err(Trouble::Refused(error)) => Err(error),
        Err(Trouble::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof || metered.is_at_end => {
            Err(ArchiveError::Cut.into())
        }
        Err(Trouble::Io(error)) => Err(ArchiveError::Broken(error.to_string()).into()),
    }
}

fn members(source: impl Read, contents: &mut Contents) -> Result<(), Trouble> {
    let mut archive = Archive::new(source);
    contents.is_appended_to = true;
    for (at, entry) in archive.entries()?.enumerate() {
        let entry = entry.map_err(|error| match error.kind() {
            // The reader would quote what it has found in a header's place.
            io::ErrorKind::Other if at == 0 => Trouble::Refused(ArchiveError::NotATar.into()),
            _ => error.into(),
        })?;
        let name = entry.path_bytes().into_owned();
        let member = match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => Member::File,
            EntryType::Directory => Member::Folder,
            // What git notes of the commit.
            EntryType::XGlobalHeader => continue,
            EntryType::Symlink | EntryType::Link => Member::Link,
            _ => Member::Special,
        };
        if let Some(name) = contents.enter(&name, member)? {
            contents.keep(name, entry)?;
        }
    }
    Ok(())
}

/// Why reading ended early.
enum Trouble {
    Io(io::Error),
    Refused(StageError),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<StageError> for Trouble {
    fn from(error: StageError) -> Self {
        Self::Refused(error)
    }
}

impl From<Unreadable> for Trouble {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Io(error) => Self::Io(error),
            Unreadable::Refused(error) => Self::Refused(error.into()),
        }
    }
}
