//! A review that was shown and not accepted, kept beside the grader: the same command with `--accept` then writes what was
//! shown, and neither makes nor judges anything a second time.
//!
//! It is found again only while everything that has a say in it is the same: reference, fixtures with the corpus,
//! grader, and what was asked for.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use files::sha256;
use walkdir::WalkDir;

use super::staging::Staging;
use crate::arguments::Regen;
use crate::engine::Grader;
use crate::failure::Failure;
use files::lay_over;

/// The folder of the new files in a kept review.
const FILES: &str = "files";
/// What else is out of date, a task a line.
const STALE: &str = "stale";

/// Where the review of a command is kept.
#[derive(Debug)]
pub(crate) struct Kept {
    /// All reviews; only the last one is kept.
    all: PathBuf,
    key: String,
}

impl Kept {
    /// The place for what this command reviews.
    pub(crate) fn new(grader: &Grader, options: &Regen) -> Result<Self, Failure> {
        let reference = grader.stage(&grader.course_root().reference(), None)?;
        let fixtures = grader.course_root().fixtures();
        let state = state(&fixtures).map_err(|error| {
            Failure::environment(format!("cannot read {}: {error}", fixtures.display()))
                .hint("fix the permissions, then run the same command again")
        })?;
        let mut tasks = options.tasks.clone();
        tasks.sort();
        let asked = format!("{} {} {}", tasks.join(","), options.all, options.no_corpus);
        let all = [reference.hash(), &state, grader.hash(), &asked].join("\n");
        Ok(Self {
            all: grader.reviews_folder(),
            key: sha256(all.as_bytes()),
        })
    }

    /// Puts the files of the kept review into `staging`, and gives the tasks that it found out of date; `None` where there
    /// is no such review.
    pub(crate) fn take(&self, staging: &Staging) -> Option<Vec<String>> {
        let folder = self.all.join(&self.key);
        let stale = fs::read_to_string(folder.join(STALE)).ok()?;
        // Half of it copied is as good as nothing: the caller makes everything again over it.
        lay_over(&folder.join(FILES), staging.root()).ok()?;
        Some(stale.lines().map(str::to_owned).collect())
    }

    /// Keeps a review. Where that cannot be done, the next command makes it again.
    pub(crate) fn keep(&self, staging: &Staging, stale: &[&str]) {
        let store = || -> io::Result<()> {
            self.forget()?;
            fs::create_dir_all(&self.all)?;
            files::write_folder(&self.all.join(&self.key), |review| {
                for path in staging.changed().map_err(|failure| io::Error::other(failure.message))? {
                    let relative = path.strip_prefix(staging.root()).unwrap_or(&path);
                    let target = review.join(FILES).join(relative);
                    fs::create_dir_all(target.parent().unwrap_or(review))?;
                    fs::copy(&path, target)?;
                }
                fs::write(review.join(STALE), stale.join("\n"))
            })
        };
        let _ = store();
    }

    /// Removes what is kept: it is in force now, or another review takes its place.
    pub(crate) fn forget(&self) -> io::Result<()> {
        match fs::remove_dir_all(&self.all) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

/// A hash of all files of a folder, by their names.
fn state(folder: &Path) -> io::Result<String> {
    let mut all = String::new();
    for entry in WalkDir::new(folder).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            all.push_str(
                &entry
                    .path()
                    .strip_prefix(folder)
                    .unwrap_or(entry.path())
                    .to_string_lossy(),
            );
            all.push('\n');
            all.push_str(&sha256(&fs::read(entry.path())?));
            all.push('\n');
        }
    }
    Ok(sha256(all.as_bytes()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::course_root::CourseRoot;

    #[test]
    fn what_was_reviewed_is_found_under_its_key_only_and_only_the_last_one() {
        let root = tempfile::tempdir().unwrap();
        let fixtures = root.path().join("fixtures");
        fs::create_dir_all(fixtures.join("golden/t")).unwrap();
        fs::write(fixtures.join("golden/t/expected"), "old").unwrap();
        let place = CourseRoot::at(root.path().to_owned());
        let kept = |key: &str| Kept {
            all: root.path().join("reviews"),
            key: key.to_owned(),
        };
        let staging = Staging::new(&place).unwrap();
        fs::write(staging.root().join("golden/t/expected"), "new").unwrap();
        kept("one").keep(&staging, &["user"]);
        drop(staging);

        let staging = Staging::new(&place).unwrap();
        assert_eq!(kept("two").take(&staging), None);
        assert_eq!(kept("one").take(&staging), Some(vec!["user".to_owned()]));
        let taken = fs::read_to_string(staging.root().join("golden/t/expected")).unwrap();
        assert_eq!(taken, "new");
        kept("two").keep(&staging, &[]);
        assert_eq!(kept("one").take(&staging), None);
        assert_eq!(kept("two").take(&staging), Some(Vec::new()));
    }

    #[test]
    fn another_file_or_another_content_is_another_state() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "1").unwrap();
        let first = state(folder.path()).unwrap();
        assert_eq!(state(folder.path()).unwrap(), first);
        fs::write(folder.path().join("a"), "2").unwrap();
        assert_ne!(state(folder.path()).unwrap(), first);
        fs::write(folder.path().join("a"), "1").unwrap();
        fs::write(folder.path().join("b"), "").unwrap();
        assert_ne!(state(folder.path()).unwrap(), first);
    }
}
