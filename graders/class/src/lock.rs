//! One run at a time into a class's file. The lock goes with the process that holds it, however that ends.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::trouble::{Kind, Trouble};

/// Letters of what a holder says of itself.
const LONGEST: u64 = 4096;

/// The right to write into a class's file.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    file: File,
    holder: String,
    left: Option<PathBuf>,
}

impl Lock {
    /// Takes the lock of a class's file; `holder` is what others read of whoever has it.
    pub fn take(class: &Path, holder: &str) -> Result<Self, Trouble> {
        let mut name = class.as_os_str().to_owned();
        name.push(".lock");
        let path = PathBuf::from(name);
        let cannot = |error: &dyn std::fmt::Display| Trouble::unwritable(&path, error);
        loop {
            let mut file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .read(true)
                .write(true)
                .open(&path)
                .map_err(|error| cannot(&error))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(held(class, &mut file)),
                Err(TryLockError::Error(error)) => return Err(cannot(&error)),
            }
            // Whoever had it may have removed the very file that was opened here: then another one counts.
            let is_the_file = match (file.metadata(), fs::metadata(&path)) {
                (Ok(own), Ok(there)) => own.ino() == there.ino(),
                _ => false,
            };
            if is_the_file {
                let left = said(&mut file)
                    .lines()
                    .nth(1)
                    .filter(|line| !line.is_empty())
                    .map(PathBuf::from);
                let holder = holder.to_owned();
                let mut lock = Self {
                    path,
                    file,
                    holder,
                    left,
                };
                lock.write(None)?;
                return Ok(lock);
            }
        }
    }
}

impl Lock {
    /// The folder of somebody who had the lock and was ended before it could be removed.
    pub fn left(&self) -> Option<&Path> {
        self.left.as_deref()
    }

    /// Notes the folder in which the holder works, for whoever comes after it.
    pub fn works_in(&mut self, folder: &Path) -> Result<(), Trouble> {
        self.write(Some(folder))
    }

    fn write(&mut self, folder: Option<&Path>) -> Result<(), Trouble> {
        let folder = folder.or(self.left.as_deref());
        let text = format!(
            "{}\n{}",
            self.holder,
            folder.map_or(String::new(), |path| path.display().to_string())
        );
        let written = self
            .file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .and_then(|()| self.file.write_all(text.as_bytes()));
        written.map_err(|error| Trouble::unwritable(&self.path, &error))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // One that stays does no harm: it is nobody's.
        let _ = fs::remove_file(&self.path);
    }
}

fn said(file: &mut File) -> String {
    let mut text = String::new();
    let _ = file.take(LONGEST).read_to_string(&mut text);
    text
}

fn held(class: &Path, file: &mut File) -> Trouble {
    let text = said(file);
    let holder = text
        .lines()
        .next()
        .filter(|line| !line.is_empty())
        .unwrap_or("another run");
    Trouble::new(
        Kind::Held,
        format!("{} is being written by {}", class.display(), report::clean(holder)),
        "wait until it has ended, or end it; what it has graded stays. `grade class status` works meanwhile",
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn the_second_one_learns_who_has_it_and_afterwards_it_is_free() {
        let folder = tempfile::tempdir().unwrap();
        let class = folder.path().join("a2.class");
        let lock = Lock::take(&class, "process 17 on laptop").unwrap();
        let trouble = Lock::take(&class, "process 18").unwrap_err();
        assert_eq!(trouble.kind, Kind::Held);
        assert!(
            trouble
                .message
                .ends_with("a2.class is being written by process 17 on laptop"),
            "{trouble}"
        );
        drop(lock);
        assert!(!folder.path().join("a2.class.lock").exists());
        drop(Lock::take(&class, "process 18").unwrap());
    }

    #[test]
    fn the_next_one_learns_where_one_that_was_killed_worked() {
        let folder = tempfile::tempdir().unwrap();
        let class = folder.path().join("a2.class");
        fs::write(
            folder.path().join("a2.class.lock"),
            "process 17 on laptop\n/tmp/grade-class-x",
        )
        .unwrap();
        let mut lock = Lock::take(&class, "process 18").unwrap();
        assert_eq!(lock.left(), Some(Path::new("/tmp/grade-class-x")));
        lock.works_in(Path::new("/tmp/grade-class-y")).unwrap();
        let text = fs::read_to_string(folder.path().join("a2.class.lock")).unwrap();
        assert_eq!(text, "process 18\n/tmp/grade-class-y");
    }
}
