//! Where else a convention stands. Golden files say what the reference computes; so do, in their own ways, the words of a
//! task, its properties, the oracles that these are held against, the correct submissions of the corpus, and the
//! cross-check. After a change that is meant, each of them has to be looked at.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use judge::contract::Task;
use judge::goldens::generate::{Change, Drift};
use walkdir::WalkDir;

use crate::author::corpus;
use crate::course_root::CourseRoot;
use crate::failure::Failure;

const TASKS: &str = "graders/tasks/src";
const CROSSCHECK: &str = "scripts/lib/crosscheck";

/// What is to be looked at for the tasks whose values have really changed, by path; nothing where none has.
pub(crate) fn text(place: &CourseRoot, drifts: &[Drift]) -> Result<String, Failure> {
    let changed: BTreeSet<&str> = drifts
        .iter()
        .filter(|drift| is_real(&drift.change))
        .map(|drift| drift.task)
        .collect();
    let mut text = String::new();
    for task in changed.into_iter().filter_map(tasks::find) {
        let _ = write!(text, "\n  {}", task.id);
        for (what, paths) in places(place, task)? {
            for path in paths {
                let _ = write!(text, "\n    {what:<20} {path}");
            }
        }
    }
    if text.is_empty() {
        return Ok(text);
    }
    Ok(format!(
        "where a convention has changed, these say it too; look at each, then run `grade template`, `grade self-test` and \
         scripts/crosscheck:{text}"
    ))
}

/// Whether more than rounding has changed.
fn is_real(change: &Change) -> bool {
    match change {
        Change::Structure => true,
        Change::Values { tolerances, .. } => tolerances.is_none_or(|tolerances| tolerances > 1.0),
        Change::New | Change::Gone | Change::Input => false,
    }
}

/// What says something about a task, with the paths that there are.
fn places(place: &CourseRoot, task: &Task) -> Result<Vec<(&'static str, Vec<String>)>, Failure> {
    let root = place.root();
    let words = files(root, task.id);
    let read = |path: &str| fs::read_to_string(root.join(path)).unwrap_or_default();
    let of_task: String = words.iter().map(|path| read(path)).collect();
    let is_named = |path: &String| uses(&words, &of_task, path) || read(path).contains(&format!("`{}`", task.id));
    let oracle = oracles(root).into_iter().filter(is_named).collect();
    let below = |folder: &'static str| move |name: String| format!("{folder}/{name}");
    let correct = corpus::correct(&place.corpus())?.into_iter();
    let correct = correct.filter(|correct| correct.tasks.iter().any(|id| id == task.id));
    let recomputes = format!("@recomputes(\"{}\"", task.id);
    let is_recomputed = |name: &String| {
        let text = fs::read_to_string(root.join(CROSSCHECK).join(name)).unwrap_or_default();
        text.contains(&recomputes)
    };
    let crosscheck = names(root, CROSSCHECK).into_iter().filter(is_recomputed);
    Ok(vec![
        ("instruction", vec![format!("reference/src/{}", task.file)]),
        ("words, properties", words),
        ("oracle", oracle),
        (
            "correct submission",
            correct
                .map(|correct| format!("fixtures/submissions/correct/{}", correct.name))
                .collect(),
        ),
        ("cross-check", crosscheck.map(below(CROSSCHECK)).collect()),
    ])
}

/// The files of a task, by path: one with its name, or a folder of that name.
pub(crate) fn files(root: &Path, id: &str) -> Vec<String> {
    let is_own = |path: &str| {
        let (folder, file) = path.rsplit_once('/').unwrap_or_default();
        file == format!("{id}.rs") || (folder.ends_with(&format!("/{id}")) && file != "tests.rs")
    };
    let mut files = sources(root);
    files.retain(|path| is_own(path));
    files
}

/// The oracles that properties are held against.
fn oracles(root: &Path) -> Vec<String> {
    let mut files = sources(root);
    files.retain(|path| path.ends_with("oracle.rs"));
    files
}

/// Whether the text of a task's files names the module that is in `path`, from wherever in its topic.
fn uses(files: &[String], text: &str, path: &str) -> bool {
    let parts = |path: &str| -> Vec<String> {
        let path = path.strip_prefix(TASKS).unwrap_or(path).trim_end_matches(".rs");
        path.split('/').skip(1).map(str::to_owned).collect()
    };
    let module = parts(path);
    let (Some(topic), Some(name)) = (module.first(), module.last()) else {
        return false;
    };
    let is_near = files.iter().any(|file| parts(file).first() == Some(topic));
    let relative = ["self", "super"].map(|from| format!("{from}::{name}::"));
    text.contains(&format!("crate::{}::", module.join("::")))
        || (is_near && relative.iter().any(|name| text.contains(name)))
}

/// All files about tasks, by path and in order.
fn sources(root: &Path) -> Vec<String> {
    let entries = WalkDir::new(root.join(TASKS)).sort_by_file_name().into_iter().flatten();
    let files = entries.filter(|entry| entry.file_type().is_file());
    let below = |entry: walkdir::DirEntry| Some(entry.path().strip_prefix(root).ok()?.to_string_lossy().into_owned());
    files.filter_map(below).collect()
}

/// The files in a folder, in order; none where it is not there.
fn names(root: &Path, folder: &str) -> Vec<String> {
    let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.path().is_file());
    let mut names: Vec<String> = files
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn course_root() -> CourseRoot {
        CourseRoot::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
    }

    fn drift(task: &'static str, tolerances: f64) -> Drift {
        Drift {
            task,
            case: "all",
            name: "output".to_owned(),
            change: Change::Values {
                error: 0.5,
                tolerances: Some(tolerances),
                worst: None,
            },
        }
    }

    #[test]
    fn what_else_says_a_convention_is_listed_by_path() {
        let text = text(&course_root(), &[drift("convolve2d", 1e9), drift("rms_norm", 0.5)]).unwrap();
        for (what, path) in [
            ("instruction", "reference/src/convolution.rs"),
            ("words, properties", "graders/tasks/src/convolution/convolve2d/mod.rs"),
            (
                "words, properties",
                "graders/tasks/src/convolution/convolve2d/properties.rs",
            ),
            ("oracle", "graders/tasks/src/convolution/oracle.rs"),
            ("correct submission", "fixtures/submissions/correct/convolution-unfold"),
            ("cross-check", "scripts/lib/crosscheck/convolution.py"),
        ] {
            assert!(text.contains(&format!("\n    {what:<20} {path}")), "{path}:\n{text}");
        }
        assert!(!text.contains("rms_norm"), "rounding is no convention:\n{text}");
    }

    #[test]
    fn rounding_alone_lists_nothing() {
        assert_eq!(text(&course_root(), &[drift("rms_norm", 0.5)]).unwrap(), "");
    }

    #[test]
    fn every_task_with_golden_cases_has_words_an_instruction_and_a_cross_check_that_exist() {
        for task in tasks::ALL.iter().filter(|task| !task.cases.is_empty()) {
            let places = places(&course_root(), task).unwrap();
            for (what, paths) in &places {
                let is_needed = matches!(*what, "instruction" | "words, properties");
                assert!(!is_needed || !paths.is_empty(), "{}: {what}", task.id);
                for path in paths {
                    assert!(course_root().root().join(path).exists(), "{path}");
                }
            }
        }
    }

    #[test]
    fn a_file_of_a_task_that_begins_alike_is_not_its_own() {
        let files = |id: &str| files(course_root().root(), id).join(" ");
        assert!(files("rms_norm").ends_with("graders/tasks/src/transformer/rms_norm.rs"));
        assert!(files("generate").contains("generate/properties.rs") && !files("generate").contains("sequence"));
    }
}
