//! What the instructions of a task demand and promise, sentence by sentence, and the checks that see each broken.
//!
//! The sentences are in the doc comments of the template; the checks stand beside them in `fixtures/promises.toml`.

pub(crate) mod sentences;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use judge::contract::Task;
use judge::grading::check_names::check_names;

use crate::course_root::CourseRoot;
use crate::failure::Failure;

/// The file's name.
const FILE: &str = "promises.toml";

/// The checks of each sentence, by function. Without a check is what demands and promises nothing.
#[derive(Debug)]
pub(crate) struct Promises(BTreeMap<String, BTreeMap<String, Vec<String>>>);

/// A sentence, and the checks that see it broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Promise {
    pub(crate) sentence: String,
    pub(crate) checks: Vec<String>,
}

impl Promises {
    /// Reads the file; `None` where it is not here, as in what students get.
    pub(crate) fn load(place: &CourseRoot) -> Result<Option<Self>, Failure> {
        let path = place.fixtures().join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(&path, &error)),
        };
        toml::from_str(&text)
            .map(|promises| Some(Self(promises)))
            .map_err(|error| unreadable(&path, &error))
    }

    /// The sentences of a task's functions that demand or promise something, in their order.
    pub(crate) fn of(&self, task: &Task, template: &Path) -> Vec<Promise> {
        let source = fs::read_to_string(template.join("src").join(task.file)).unwrap_or_default();
        let of_function = |function: &&'static str| {
            let checks = self.0.get(*function);
            let sentences = sentences::of(&source, function).into_iter();
            sentences.filter_map(move |sentence| {
                let checks = checks?.get(&sentence).filter(|checks| !checks.is_empty())?.clone();
                Some(Promise { sentence, checks })
            })
        };
        task.functions.iter().flat_map(of_function).collect()
    }

    /// What does not agree with the template or the task, a line for each.
    pub(crate) fn complaints(&self, task: &Task, template: &Path) -> Vec<String> {
        let source = fs::read_to_string(template.join("src").join(task.file)).unwrap_or_default();
        let known: BTreeSet<String> = check_names(task).into_iter().collect();
        let empty = BTreeMap::new();
        let mut lines = Vec::new();
        for function in task.functions {
            let noted = self.0.get(*function).unwrap_or(&empty);
            let written = sentences::of(&source, function);
            for sentence in written.iter().filter(|sentence| !noted.contains_key(*sentence)) {
                lines.push(format!(
                    "{FILE} does not say which check of {} sees this broken: {function}: {sentence:?}",
                    task.id
                ));
            }
            for (sentence, checks) in noted {
                if !written.contains(sentence) {
                    lines.push(format!(
                        "{FILE} has a sentence that {function} does not say (any more): {sentence:?}"
                    ));
                }
                for check in checks.iter().filter(|check| !known.contains(*check)) {
                    lines.push(format!("{FILE}: {} has no check `{check}`: {sentence:?}", task.id));
                }
            }
        }
        lines
    }
}

fn unreadable(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::environment(format!("{} cannot be read: {error}", path.display()))
        .hint("take the file from the repository again, or fix the line")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
    }

    fn causal_mask() -> &'static Task {
        tasks::find("causal_mask").expect("a task")
    }

    fn noted(pairs: &[(&str, &[&str])]) -> Promises {
        let owned = |checks: &[&str]| checks.iter().map(|check| (*check).to_owned()).collect();
        let sentences = pairs
            .iter()
            .map(|(sentence, checks)| ((*sentence).to_owned(), owned(checks)));
        Promises([("causal_mask".to_owned(), sentences.collect())].into())
    }

    #[test]
    fn every_sentence_of_every_task_names_its_checks() {
        let promises = Promises::load(&CourseRoot::at(root()))
            .expect("it can be read")
            .expect("it is here");
        let template = root().join("student_template");
        let complaints: Vec<String> = tasks::ALL
            .iter()
            .flat_map(|task| promises.complaints(task, &template))
            .collect();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
        for task in tasks::ALL {
            assert!(!promises.of(task, &template).is_empty(), "{} promises nothing", task.id);
        }
    }

    #[test]
    fn a_sentence_too_few_one_too_many_and_an_unknown_check_are_told() {
        let template = root().join("student_template");
        let promises = noted(&[
            ("A position sees itself.", &["sees-itself", "nonsense"]),
            ("It is fast.", &[]),
        ]);
        let complaints = promises.complaints(causal_mask(), &template).join("\n");
        assert!(complaints.contains("has no check `nonsense`"), "{complaints}");
        assert!(
            complaints.contains("does not say (any more): \"It is fast.\""),
            "{complaints}"
        );
        assert!(
            complaints.contains("causal_mask: \"`length`: T, at least 1.\""),
            "{complaints}"
        );
    }

    #[test]
    fn a_file_that_is_not_here_is_none_and_a_broken_one_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = CourseRoot::at(folder.path().to_owned());
        assert!(Promises::load(&place).expect("nothing is wrong").is_none());
        fs::create_dir(folder.path().join("fixtures")).expect("a folder");
        fs::write(folder.path().join("fixtures").join(FILE), "[causal_mask").expect("a file");
        let failure = Promises::load(&place).expect_err("it is broken");
        assert!(failure.message.contains(FILE), "{}", failure.message);
    }
}
