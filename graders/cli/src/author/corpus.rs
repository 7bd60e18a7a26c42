//! The corpus: wrong and correct submissions, and what must come of each.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use files::sha256;
use judge::diagnosis::area::Area;
use judge::grading::check_names;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use walkdir::WalkDir;

use crate::failure::Failure;

/// A wrong submission.
#[derive(Debug, Clone)]
pub(crate) struct Wrong {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) expected: ExpectedWrong,
}

impl Wrong {
    /// SHA-256 of the submission's own sources.
    pub(crate) fn sources_sha256(&self) -> Result<String, Failure> {
        let cannot = |error: &dyn std::fmt::Display| {
            Failure::environment(format!("cannot read {}: {error}", self.folder.display()))
        };
        let mut all = Vec::new();
        for entry in WalkDir::new(self.folder.join("src")).sort_by_file_name() {
            let entry = entry.map_err(|error| cannot(&error))?;
            if entry.file_type().is_file() {
                let name = entry.path().strip_prefix(&self.folder).unwrap_or(entry.path());
                all.extend(name.to_string_lossy().as_bytes());
                all.push(0);
                all.extend(fs::read(entry.path()).map_err(|error| cannot(&error))?);
                all.push(0);
            }
        }
        Ok(sha256(&all))
    }
}

/// What must come of a wrong submission.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedWrong {
    /// The task that holds the mistake.
    pub(crate) task: String,
    /// The mistake in a few words.
    pub(crate) mistake: String,
    /// The region of the task that the mistake is in, for hints that do not name it; the self-test asks for it.
    pub(crate) area: Option<Area>,
    /// What the code does instead of what it should, in a sentence.
    pub(crate) explanation: String,
    /// Checks that must fail, as `task/check`.
    pub(crate) must_lose: Vec<String>,
    /// Tasks that must keep all points; where absent, all that `must_lose` does not name.
    pub(crate) must_keep: Option<Vec<String>>,
}

impl ExpectedWrong {
    /// The tasks in which it must be seen.
    pub(crate) fn concerned(&self) -> Vec<String> {
        let lost = self.must_lose.iter().filter_map(|check| check.split('/').next());
        lost.chain([self.task.as_str()]).map(str::to_owned).collect()
    }

    /// The checks of one task that must fail.
    pub(crate) fn loses(&self, task: &str) -> Vec<String> {
        let of_task = |check: &String| Some(check.strip_prefix(task)?.strip_prefix('/')?.to_owned());
        self.must_lose.iter().filter_map(of_task).collect()
    }

    /// The tasks that the expectation names.
    pub(crate) fn named(&self) -> Vec<&str> {
        let lost = self.must_lose.iter().filter_map(|check| check.split('/').next());
        let kept = self.must_keep.iter().flatten().map(String::as_str);
        std::iter::once(self.task.as_str()).chain(lost).chain(kept).collect()
    }

    /// The tasks that must keep all points.
    pub(crate) fn kept(&self) -> BTreeSet<String> {
        if let Some(tasks) = &self.must_keep {
            return tasks.iter().cloned().collect();
        }
        let named = |id: &str| {
            let mut lost = self.must_lose.iter();
            self.task == id || lost.any(|check| check.split('/').next() == Some(id))
        };
        let all = tasks::ALL.iter().map(|task| task.id);
        all.filter(|id| !named(id)).map(str::to_owned).collect()
    }
}

/// A correct submission that is written differently from the reference.
#[derive(Debug, Clone)]
pub(crate) struct Correct {
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    /// The tasks that it writes differently.
    pub(crate) tasks: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedCorrect {
    tasks: Vec<String>,
    #[expect(dead_code, reason = "for whoever reads the corpus")]
    explanation: String,
}

/// All wrong submissions, by name.
pub(crate) fn wrong(corpus: &Path) -> Result<Vec<Wrong>, Failure> {
    let read = |(name, folder): (String, PathBuf)| {
        let expected: ExpectedWrong = expectation(&folder)?;
        check_names(&folder, std::slice::from_ref(&expected.task))?;
        check_lost(&folder, &expected)?;
        Ok(Wrong { name, folder, expected })
    };
    folders(&corpus.join("wrong"))?.into_iter().map(read).collect()
}

/// All correct submissions, by name.
pub(crate) fn correct(corpus: &Path) -> Result<Vec<Correct>, Failure> {
    let read = |(name, folder): (String, PathBuf)| {
        let expected: ExpectedCorrect = expectation(&folder)?;
        check_names(&folder, &expected.tasks)?;
        Ok(Correct {
            name,
            folder,
            tasks: expected.tasks,
        })
    };
    folders(&corpus.join("correct"))?.into_iter().map(read).collect()
}

fn folders(folder: &Path) -> Result<Vec<(String, PathBuf)>, Failure> {
    let cannot = |error| Failure::environment(format!("cannot read {}: {error}", folder.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(cannot)? {
        let entry = entry.map_err(cannot)?;
        if entry.path().is_dir() {
            found.push((entry.file_name().to_string_lossy().into_owned(), entry.path()));
        }
    }
    found.sort();
    Ok(found)
}

fn expectation<T: DeserializeOwned>(folder: &Path) -> Result<T, Failure> {
    let path = folder.join("expected.toml");
    let text = fs::read_to_string(&path)
        .map_err(|error| Failure::environment(format!("cannot read {}: {error}", path.display())))?;
    toml::from_str(&text).map_err(|error| broken(folder, error))
}

fn check_names(folder: &Path, names: &[String]) -> Result<(), Failure> {
    match names.iter().find(|name| tasks::find(name).is_none()) {
        Some(name) => Err(broken(folder, format!("there is no task `{name}`"))),
        None => Ok(()),
    }
}

fn check_lost(folder: &Path, expected: &ExpectedWrong) -> Result<(), Failure> {
    if expected.must_lose.is_empty() {
        return Err(broken(folder, "`must_lose` names no check"));
    }
    for check in &expected.must_lose {
        let known = check.split_once('/').is_some_and(|(task, check)| {
            tasks::find(task).is_some_and(|task| check_names::check_names(task).iter().any(|name| name == check))
        });
        if !known {
            return Err(broken(
                folder,
                format!("`must_lose` names `{check}`, which is no check"),
            ));
        }
    }
    Ok(())
}

fn broken(folder: &Path, reason: impl std::fmt::Display) -> Failure {
    Failure::environment(format!(
        "{} is broken: {reason}",
        folder.join("expected.toml").display()
    ))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_mistake_of_the_corpus_names_its_region() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/submissions");
        let all = wrong(&corpus).unwrap();
        let without: Vec<&str> = all
            .iter()
            .filter(|wrong| wrong.expected.area.is_none())
            .map(|wrong| wrong.name.as_str())
            .collect();
        assert_eq!(without, [""; 0]);
    }

    #[test]
    fn the_hash_of_sources_follows_names_and_texts() {
        let hash = |name: &str, text: &str| {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir(folder.path().join("src")).unwrap();
            fs::write(folder.path().join("src").join(name), text).unwrap();
            let expected = r#"
                task = "rms_norm"
                mistake = "m"
                explanation = "E."
                must_lose = ["rms_norm/odd"]
            "#;
            let wrong = Wrong {
                name: String::new(),
                folder: folder.path().to_owned(),
                expected: toml::from_str(expected).unwrap(),
            };
            wrong.sources_sha256().unwrap()
        };
        assert_eq!(hash("a.rs", "x"), hash("a.rs", "x"));
        assert_ne!(hash("a.rs", "x"), hash("b.rs", "x"));
        assert_ne!(hash("a.rs", "x"), hash("a.rs", "y"));
    }
}
