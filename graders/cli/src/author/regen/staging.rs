//! New fixtures beside those in force: everything is made in a folder of its own, and moved into place when all of it is
//! there. A command that is not confirmed, or fails before that, leaves the fixtures as they were.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use judge::diagnosis::library;
use judge::fixtures;
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::course_root::CourseRoot;
use crate::failure::Failure;
use crate::interrupt;
use files::lay_over;

/// What the folder's name begins with; version control ignores it.
const PREFIX: &str = ".regen-";
const GOLDEN: &str = "golden";

/// A copy of all that `regen` may change, and the folder that it was copied from.
#[derive(Debug)]
pub(crate) struct Staging {
    folder: TempDir,
    fixtures: PathBuf,
}

impl Staging {
    /// Copies the golden files with manifest, tolerances and index, as far as they are there.
    pub(crate) fn new(place: &CourseRoot) -> Result<Self, Failure> {
        let fixtures = place.fixtures();
        let attempt = || -> io::Result<TempDir> {
            // In the same file system as the fixtures, so that files can be moved there.
            let folder = tempfile::Builder::new().prefix(PREFIX).tempdir_in(place.root())?;
            for path in single_files(&fixtures).into_iter().filter(|path| path.is_file()) {
                fs::copy(&path, place_in(folder.path(), &path, &fixtures))?;
            }
            let (golden, copy) = (fixtures.join(GOLDEN), folder.path().join(GOLDEN));
            fs::create_dir_all(&copy)?;
            if golden.is_dir() {
                lay_over(&golden, &copy)?;
            }
            Ok(folder)
        };
        let folder = attempt().map_err(|error| {
            Failure::environment(format!(
                "cannot copy the fixtures of {}: {error}",
                place.root().display()
            ))
            .hint("free disk space or fix the permissions, then run the same command again")
        })?;
        Ok(Self { folder, fixtures })
    }

    /// The copy's root.
    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    /// The files that differ from those in force, the manifest last: what it does not name yet is not believed.
    pub(crate) fn changed(&self) -> Result<Vec<PathBuf>, Failure> {
        let cannot = |error: &dyn std::fmt::Display| Failure::fault(format!("cannot read the new fixtures: {error}"));
        let mut changed = Vec::new();
        for entry in WalkDir::new(self.root()).sort_by_file_name() {
            let entry = entry.map_err(|error| cannot(&error))?;
            if entry.file_type().is_file() {
                let in_force = place_in(&self.fixtures, entry.path(), self.root());
                let made = fs::read(entry.path()).map_err(|error| cannot(&error))?;
                if fs::read(in_force).ok() != Some(made) {
                    changed.push(entry.into_path());
                }
            }
        }
        let manifest = fixtures::manifest_path(self.root());
        changed.sort_by_key(|path| *path == manifest);
        Ok(changed)
    }

    /// Moves the files that differ into place and gives their number. A signal that comes before the first one stops it.
    pub(crate) fn put_in_force(self) -> Result<usize, Failure> {
        let changed = self.changed()?;
        interrupt::check()?;
        for path in &changed {
            let target = place_in(&self.fixtures, path, self.root());
            put(path, &target).map_err(|error| {
                Failure::environment(format!("cannot write {}: {error}", target.display()))
                    .hint("restore `fixtures` from version control, fix the cause, and run the same command again")
            })?;
        }
        Ok(changed.len())
    }
}

/// The files of the fixtures that `regen` reads or writes, apart from the golden ones.
fn single_files(root: &Path) -> [PathBuf; 3] {
    [
        fixtures::manifest_path(root),
        fixtures::calibration_path(root),
        library::index_path(root),
    ]
}

/// Where a file of one folder lies in another one.
fn place_in(target: &Path, path: &Path, source: &Path) -> PathBuf {
    target.join(path.strip_prefix(source).unwrap_or(path))
}

fn put(path: &Path, target: &Path) -> io::Result<()> {
    if let Some(folder) = target.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::rename(path, target)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn fixtures() -> (TempDir, Staging) {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("fixtures");
        fs::create_dir_all(folder.join("golden/t")).unwrap();
        fs::write(folder.join("manifest.json"), "old").unwrap();
        fs::write(folder.join("golden/t/inputs"), "kept").unwrap();
        fs::write(folder.join("golden/t/expected"), "old").unwrap();
        let place = CourseRoot::at(root.path().to_owned());
        let staging = Staging::new(&place).unwrap();
        (root, staging)
    }

    #[test]
    fn what_is_made_is_not_in_force_until_it_is_put_there_and_then_the_manifest_comes_last() {
        let (root, staging) = fixtures();
        assert_eq!(staging.changed().unwrap(), Vec::<PathBuf>::new());
        fs::write(staging.root().join("manifest.json"), "new").unwrap();
        fs::write(staging.root().join("golden/t/expected"), "new").unwrap();
        fs::create_dir_all(staging.root().join("golden/u")).unwrap();
        fs::write(staging.root().join("golden/u/expected"), "new").unwrap();
        let read = |name: &str| fs::read_to_string(root.path().join("fixtures").join(name)).ok();
        assert_eq!(read("golden/t/expected").as_deref(), Some("old"));
        assert_eq!(
            staging.changed().unwrap().last(),
            Some(&staging.root().join("manifest.json"))
        );
        assert_eq!(staging.put_in_force().unwrap(), 3);
        for name in ["manifest.json", "golden/t/expected", "golden/u/expected"] {
            assert_eq!(read(name).as_deref(), Some("new"), "{name}");
        }
        assert_eq!(read("golden/t/inputs").as_deref(), Some("kept"));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1, "the copy is gone");
    }

    #[test]
    fn what_is_not_put_in_force_leaves_nothing() {
        let (root, staging) = fixtures();
        fs::write(staging.root().join("golden/t/expected"), "new").unwrap();
        drop(staging);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
        let stored = fs::read_to_string(root.path().join("fixtures/golden/t/expected"));
        assert_eq!(stored.unwrap(), "old");
    }
}
