//! The temporary folder: submissions are copied there, built there and started from there.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sandbox::machine::Space;
use tempfile::TempDir;

use crate::failure::Failure;

/// Bytes that a submission takes with all that is built from it.
const NEEDED: u64 = 96 << 20;
/// Bytes below which a disk counts as full.
const FULL: u64 = 8 << 20;

/// What to do about a folder that will not do.
const HINT: &str = "set TMPDIR to a folder with 96 MiB free that can be written and from which programs can be started";

/// Folders to be removed where the program has to leave by another way than its own.
static MADE: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// The folder in which all others are made, where a command has one of its own.
static WITHIN: Mutex<Option<PathBuf>> = Mutex::new(None);
/// What the names of such folders begin with.
const OF_A_CLASS: &str = "grade-class-";

/// Has temporary folders be made where they have the same name from everywhere: what is started runs in other folders.
pub(crate) fn settle() {
    if let Ok(base) = std::path::absolute(std::env::temp_dir()) {
        // Refused only where somebody else has settled it before.
        let _ = tempfile::env::override_temp_dir(&base);
    }
}

/// A folder in which all later ones are made, so that whoever comes after a program that was killed finds them together.
pub(crate) fn gather() -> Result<TempDir, Failure> {
    let folder = made_in(&tempfile::env::temp_dir(), OF_A_CLASS)?;
    *WITHIN.lock().unwrap_or_else(PoisonError::into_inner) = Some(folder.path().to_owned());
    Ok(folder)
}

/// Removes such a folder of a program that was killed. Any other place is left alone.
pub(crate) fn remove_gathered(left: &Path) {
    let name = left.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with(OF_A_CLASS) && left.is_dir() && !left.is_symlink() {
        // One that cannot be removed costs room, and nothing else.
        let _ = std::fs::remove_dir_all(left);
    }
}

/// A folder for one submission.
pub(crate) fn folder() -> Result<TempDir, Failure> {
    let within = WITHIN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    made_in(&within.unwrap_or_else(tempfile::env::temp_dir), "grade-")
}

fn made_in(base: &Path, prefix: &str) -> Result<TempDir, Failure> {
    let cannot = |error| {
        Failure::environment(format!("cannot make a temporary folder in {}: {error}", base.display())).hint(HINT)
    };
    let space = Space::of(base).map_err(cannot)?;
    if let Some(reason) = unsuitable(space) {
        let message = format!("the temporary folder {} {reason}", base.display());
        return Err(Failure::environment(message).hint(HINT));
    }
    let folder = tempfile::Builder::new()
        .prefix(prefix)
        .tempdir_in(base)
        .map_err(cannot)?;
    let mut made = made();
    made.retain(|path| path.exists());
    made.push(folder.path().to_owned());
    Ok(folder)
}

/// Why nothing can be built and started there.
fn unsuitable(space: Space) -> Option<String> {
    if !space.executes {
        return Some("is on a file system from which no program can be started (noexec)".to_owned());
    }
    (space.free < NEEDED).then(|| format!("has {} MiB free, and grading needs {}", space.free >> 20, NEEDED >> 20))
}

/// What a failure means that happened while something was written there: a fault of ours, unless the disk is full.
pub(crate) fn unless_full(folder: &Path, failure: Failure) -> Failure {
    match Space::of(folder) {
        Ok(space) if space.free < FULL => {
            let message = format!("the disk of the temporary folder {} is full", folder.display());
            Failure::environment(format!("{message}: {}", failure.message)).hint(HINT)
        }
        _ => failure,
    }
}

/// Removes all of them, for a program that leaves at once.
pub(crate) fn remove_all() {
    for folder in made().drain(..) {
        // One that is gone already is what is wanted.
        let _ = std::fs::remove_dir_all(folder);
    }
}

fn made() -> MutexGuard<'static, Vec<PathBuf>> {
    MADE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_will_not_do_is_said_to_be_so() {
        let plenty = Space {
            free: 1 << 30,
            executes: true,
        };
        assert_eq!(unsuitable(plenty), None);
        let noexec = Space {
            executes: false,
            ..plenty
        };
        assert!(unsuitable(noexec).is_some_and(|reason| reason.contains("noexec")));
        let small = Space {
            free: 16 << 20,
            ..plenty
        };
        assert_eq!(
            unsuitable(small).as_deref(),
            Some("has 16 MiB free, and grading needs 96")
        );
    }
}
