//! Keeping only so much of what is made again where it is missing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Removes the oldest files of a folder beyond so many, or beyond so many bytes in all.
pub fn forget_oldest(folder: &Path, most: usize, most_bytes: u64) -> io::Result<()> {
    let mut kept: Vec<(SystemTime, PathBuf, u64)> = fs::read_dir(folder)?
        .flatten()
        .filter_map(|entry| {
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            Some((metadata.modified().ok()?, entry.path(), metadata.len()))
        })
        .collect();
    kept.sort();
    let mut bytes = 0_u64;
    for (number, (_, path, length)) in kept.into_iter().rev().enumerate() {
        bytes = bytes.saturating_add(length);
        if number >= most || bytes > most_bytes {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::time::Duration;

    use super::*;

    /// What is left of four files of ten bytes each, made in the order of their names.
    fn left(most: usize, most_bytes: u64) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..4 {
            let path = folder.path().join(number.to_string());
            fs::write(&path, [0; 10]).unwrap();
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(number))
                .unwrap();
        }
        forget_oldest(folder.path(), most, most_bytes).unwrap();
        let names = fs::read_dir(folder.path()).unwrap().flatten();
        let mut names: Vec<String> = names.map(|entry| entry.file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn the_newest_stay() {
        assert_eq!(left(4, 40), ["0", "1", "2", "3"]);
        assert_eq!(left(2, 40), ["2", "3"]);
        assert_eq!(left(4, 35), ["1", "2", "3"]);
        assert!(left(4, 5).is_empty());
    }
}
