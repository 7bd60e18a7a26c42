//! `--manual`: the file of the course's in which people have written the points that they give.
//!
//! It is read only where it is asked for, and never out of the submission: whatever lies there, and in a checkout also
//! what lies beside it, is its author's.

use std::fs;
use std::path::{Path, PathBuf};

use report::Scores;

use crate::failure::Failure;

/// Endings of a submission's name that are not part of a student's.
const ARCHIVES: [&str; 4] = [".tar.gz", ".tgz", ".tar", ".zip"];

/// The file that was asked for, and what is in it.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) path: PathBuf,
    /// None where a folder has no file for this submission.
    pub(crate) scores: Option<Scores>,
}

impl Sheet {
    /// Reads a file, or of a folder the file that is named as the submission is.
    pub(crate) fn read(asked: &Path, submission: &Path) -> Result<Self, Failure> {
        let cannot = |path: &Path, error: &dyn std::fmt::Display| {
            Failure::environment(format!("cannot read the points by hand, {}: {error}", path.display()))
                .hint("name a file, or a folder of files, that is there and can be read")
        };
        let name = |path: &Path| path.canonicalize().map_err(|error| cannot(path, &error));
        let (own, place) = (submission.canonicalize(), name(asked)?);
        if own.as_ref().is_ok_and(|own| place.starts_with(own)) {
            return Err(Failure::usage(format!(
                "the points by hand, {}, lie in the submission, where its author can write them",
                asked.display()
            ))
            .hint("keep them in a folder of the course's"));
        }
        let path = if place.is_dir() {
            let submission = own.unwrap_or_else(|_| submission.to_owned());
            asked.join(format!("{}.toml", student(&submission)))
        } else {
            asked.to_owned()
        };
        if place.is_dir() && !path.exists() {
            return Ok(Self { path, scores: None });
        }
        let text = fs::read_to_string(&path).map_err(|error| cannot(&path, &error))?;
        let scores = toml::from_str(&text).map_err(|error| broken(&path, &error))?;
        Ok(Self {
            path,
            scores: Some(scores),
        })
    }

    /// What is said where a folder has no file for this submission.
    pub(crate) fn note(&self) -> Option<String> {
        let is_missing = self.scores.is_none();
        is_missing.then(|| format!("no points by hand yet: there is no {}", self.path.display()))
    }
}

/// A file that is no such file, or whose points cannot be right.
pub(crate) fn broken(path: &Path, reason: &dyn std::fmt::Display) -> Failure {
    let reason = reason.to_string();
    Failure::environment(format!(
        "the points by hand, {}, are broken: {}",
        path.display(),
        reason.trim_end()
    ))
    .hint("fix the file; the README shows one, under Points by hand")
}

/// The submission's own name, without what makes it an archive.
fn student(submission: &Path) -> String {
    let name = submission.file_name().unwrap_or_default().to_string_lossy();
    let archive = ARCHIVES.iter().find_map(|ending| name.strip_suffix(ending));
    archive.unwrap_or(&name).to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const TEXT: &str = "[[item]]\nitem = \"2.1\"\npoints = 3.5\n";

    #[test]
    fn a_folder_has_a_file_for_each_submission() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        for student in ["ann", "bo"] {
            fs::create_dir_all(place("handed-in").join(student)).unwrap();
        }
        fs::write(place("handed-in/cy.tar.gz"), "").unwrap();
        fs::create_dir(place("scores")).unwrap();
        fs::write(place("scores/ann.toml"), TEXT).unwrap();
        fs::write(place("scores/cy.toml"), TEXT).unwrap();
        let read = |student: &str| Sheet::read(&place("scores"), &place("handed-in").join(student)).unwrap();
        assert_eq!(read("ann").scores.unwrap().items[0].points, 3.5);
        assert!(read("cy.tar.gz").scores.is_some());
        let note = read("bo").note().unwrap();
        assert!(
            note.starts_with("no points by hand yet: ") && note.ends_with("scores/bo.toml"),
            "{note}"
        );
    }

    #[test]
    fn what_the_author_of_a_submission_can_write_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let submission = folder.path().join("ann");
        fs::create_dir(&submission).unwrap();
        fs::write(submission.join("scores.toml"), TEXT).unwrap();
        std::os::unix::fs::symlink(submission.join("scores.toml"), folder.path().join("link.toml")).unwrap();
        for asked in [
            submission.join("scores.toml"),
            submission.clone(),
            folder.path().join("link.toml"),
        ] {
            let failure = Sheet::read(&asked, &submission).unwrap_err();
            assert!(failure.message.contains("lie in the submission"), "{}", failure.message);
        }
    }

    #[test]
    fn a_file_that_is_missing_or_broken_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("scores.toml");
        let said = || Sheet::read(&path, Path::new("/nowhere")).unwrap_err().to_string();
        assert!(said().contains("scores.toml"), "{}", said());
        let missing = Sheet::read(&path, Path::new("/nowhere")).unwrap_err();
        assert!(missing.hint.is_some_and(|hint| hint.contains("name a file")));
        fs::write(&path, "[[item]]\nitem = \"2.1\"\npoint = 3\n").unwrap();
        assert!(said().contains("are broken") && said().contains("point"), "{}", said());
    }
}
