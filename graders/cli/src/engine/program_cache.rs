//! Programs that stay the same for a grader and its sources: built once and kept beside the grader, where no submission
//! can write. The reference's is, with its answers, and those of the submissions that were graded last.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use files::sha256;
use judge::contract::Task;

use super::grader::Grader;
use super::prepared::Prepared;
use super::staged::Staged;
use crate::failure::Failure;

/// Programs of the reference kept at most; the oldest go first. One is some megabytes large.
const KEPT: usize = 4;
/// Programs of submissions kept at most; those that were not used for longest go first.
const KEPT_SUBMISSIONS: usize = 16;

/// The reference as it answers: from what is kept, otherwise built now and kept from now on.
pub(crate) fn reference(grader: &Grader) -> Result<Prepared, Failure> {
    let staged = grader.stage(&grader.course_root().reference(), None)?;
    let (folder, hash) = (grader.programs_folder(), staged.hash().to_owned());
    let program = folder.join(key(grader, &hash, ""));
    if program.is_file() {
        return Ok(Prepared::kept(program, hash));
    }
    let prepared = grader.own(staged, tasks::ALL)?;
    // A folder that cannot be written is no reason to fail: this run uses what it has built, the next builds again.
    match prepared.program().map(|built| keep(&folder, built, &program)) {
        Some(Ok(())) => Ok(Prepared::kept(program, hash)),
        _ => Ok(prepared),
    }
}

/// What the names of files begin with that hold answers of the reference, on the device that this grader computes on.
pub(crate) fn answers_of_reference(grader: &Grader) -> Result<String, Failure> {
    let staged = grader.stage(&grader.course_root().reference(), None)?;
    Ok(key(grader, staged.hash(), grader.device()) + "-")
}

/// What follows from the reference's sources, the grader and what else is named.
fn key(grader: &Grader, sources: &str, beside: &str) -> String {
    sha256(format!("{sources}\n{}{beside}", grader.hash()).as_bytes())
}

/// Copies a program to its place, where it appears whole or not at all.
fn keep(folder: &Path, built: &Path, place: &Path) -> std::io::Result<()> {
    store(folder, KEPT, built, place)
}

fn store(folder: &Path, most: usize, built: &Path, place: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    files::copy(built, place)?;
    files::forget_oldest(folder, most, u64::MAX)
}

/// Where the program of a submission is kept.
#[derive(Debug)]
pub(super) struct Shelf {
    folder: PathBuf,
    place: PathBuf,
}

impl Shelf {
    /// By all that has a say in a program: sources, grader, tasks, and how long the compiler may take.
    pub(super) fn of(grader: &Grader, staged: &Staged, wanted: &[&Task]) -> Self {
        let folder = grader.programs_folder().join("submissions");
        let ids: Vec<&str> = wanted.iter().map(|task| task.id).collect();
        let beside = format!("\n{}\n{:?}", ids.join(" "), staged.compile_seconds);
        let place = folder.join(key(grader, staged.hash(), &beside));
        Self { folder, place }
    }

    /// The program, where there is one, under a name in this folder: what is kept may go at any time.
    pub(super) fn take(&self, ground: &Path) -> Option<PathBuf> {
        let program = ground.join("kept");
        fs::hard_link(&self.place, &program)
            .or_else(|_| files::copy(&self.place, &program))
            .ok()?;
        // Used now. Where that cannot be noted it goes sooner, and is built again.
        let _ = fs::File::open(&program).and_then(|file| file.set_modified(SystemTime::now()));
        Some(program)
    }

    /// Keeps a program. A folder that cannot be written is no reason to fail: the next grading builds again.
    pub(super) fn keep(&self, built: &Path) {
        let _ = store(&self.folder, KEPT_SUBMISSIONS, built, &self.place);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_few_programs_are_kept_and_each_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let built = folder.path().join("built");
        fs::write(&built, "a program").unwrap();
        let kept = folder.path().join("kept");
        for number in 0..KEPT + 3 {
            keep(&kept, &built, &kept.join(number.to_string())).unwrap();
        }
        let names: Vec<PathBuf> = fs::read_dir(&kept)
            .unwrap()
            .flatten()
            .map(|entry| entry.path())
            .collect();
        assert_eq!(names.len(), KEPT, "{names:?}");
        for name in names {
            assert_eq!(fs::read_to_string(name).unwrap(), "a program");
        }
    }

    #[test]
    fn what_is_taken_stays_when_what_is_kept_goes_and_what_was_used_goes_last() {
        let folder = tempfile::tempdir().unwrap();
        let (kept, ground) = (folder.path().join("kept"), folder.path().join("ground"));
        fs::create_dir(&ground).unwrap();
        let built = folder.path().join("built");
        fs::write(&built, "a program").unwrap();
        let shelf = |name: &str| Shelf {
            folder: kept.clone(),
            place: kept.join(name),
        };
        assert_eq!(shelf("first").take(&ground), None);
        let hour = |number: u64| SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(3600 * number);
        for (number, name) in ["first", "second"].into_iter().enumerate() {
            shelf(name).keep(&built);
            let file = fs::File::open(kept.join(name)).unwrap();
            file.set_modified(hour(number as u64)).unwrap();
        }
        let taken = shelf("first").take(&ground).unwrap();
        for number in 0..KEPT_SUBMISSIONS - 1 {
            shelf(&number.to_string()).keep(&built);
        }
        assert!(kept.join("first").exists(), "it was used after the second");
        assert!(!kept.join("second").exists());
        fs::remove_dir_all(&kept).unwrap();
        assert_eq!(fs::read_to_string(taken).unwrap(), "a program");
    }
}
