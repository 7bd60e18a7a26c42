//! The reference's program, which stays the same for a grader and its sources: built once and kept beside the grader,
//! where no submission can write. So are its answers.

use std::fs;
use std::path::Path;

use files::sha256;

use super::grader::Grader;
use super::prepared::Prepared;
use crate::failure::Failure;

/// Programs kept at most; the oldest go first. One is some megabytes large.
const KEPT: usize = 4;

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
    fs::create_dir_all(folder)?;
    files::copy(built, place)?;
    files::forget_oldest(folder, KEPT, u64::MAX)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::path::PathBuf;

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
}
