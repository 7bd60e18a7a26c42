//! Where else a convention stands. Golden files say what the reference computes; so do, in their own ways, the words of a
//! task, its properties, the plain copies that these are held against, the correct submissions of the bank, and the
//! cross-check. After a change that is meant, each of them has to be looked at.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use judge::making::{Change, Drift};
use judge::task::Task;
use judge::tasks;

use crate::author::bank;
use crate::failure::Failure;
use crate::place::Place;

const TASKS: &str = "graders/judge/src/tasks";
const CROSSCHECK: &str = "scripts/lib/crosscheck";

/// What is to be looked at for the tasks whose values have really changed, by path; nothing where none has.
pub(crate) fn text(place: &Place, drifts: &[Drift]) -> Result<String, Failure> {
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
        "where a convention has changed, these say it too; look at each, then run `grade template`, `grade kit` and \
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
fn places(place: &Place, task: &Task) -> Result<Vec<(&'static str, Vec<String>)>, Failure> {
    let root = place.root();
    let own = |name: &String| name.strip_suffix(".rs").is_some_and(|stem| is_of(stem, task.id));
    let (words, plain): (Vec<String>, Vec<String>) = (names(root, TASKS), names(root, TASKS));
    let words: Vec<String> = words
        .into_iter()
        .filter(own)
        .filter(|name| !name.contains("_tests"))
        .collect();
    let read = |name: &str| fs::read_to_string(root.join(TASKS).join(name)).unwrap_or_default();
    let of_task: String = words.iter().map(|name| read(name)).collect();
    let is_named = |name: &String| {
        name.strip_suffix(".rs")
            .is_some_and(|stem| stem.ends_with("_plain") && of_task.contains(stem))
            || (name.ends_with("_plain.rs") && read(name).contains(&format!("`{}`", task.id)))
    };
    let plain = plain.into_iter().filter(is_named);
    let below = |folder: &'static str| move |name: String| format!("{folder}/{name}");
    let correct = bank::correct(&place.bank())?.into_iter();
    let correct = correct.filter(|correct| correct.tasks.iter().any(|id| id == task.id));
    let recomputes = format!("@recomputes(\"{}\"", task.id);
    let is_recomputed = |name: &String| {
        let text = fs::read_to_string(root.join(CROSSCHECK).join(name)).unwrap_or_default();
        text.contains(&recomputes)
    };
    let crosscheck = names(root, CROSSCHECK).into_iter().filter(is_recomputed);
    Ok(vec![
        ("instruction", vec![format!("reference/src/{}", task.file)]),
        ("words, properties", words.into_iter().map(below(TASKS)).collect()),
        ("plain copy", plain.map(below(TASKS)).collect()),
        (
            "correct submission",
            correct
                .map(|correct| format!("fixtures/submissions/correct/{}", correct.name))
                .collect(),
        ),
        ("cross-check", crosscheck.map(below(CROSSCHECK)).collect()),
    ])
}

/// Whether a file is a task's own: its name, or that of another task that begins alike, does not matter.
fn is_of(stem: &str, id: &str) -> bool {
    let is_other = |other: &&&Task| stem.starts_with(other.id) && other.id.len() > id.len() && other.id.starts_with(id);
    stem.strip_prefix(id)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
        && !tasks::ALL.iter().any(|task| is_other(&task))
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

    fn place() -> Place {
        Place::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."))
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
        let text = text(&place(), &[drift("convolve2d", 1e9), drift("rms_norm", 0.5)]).unwrap();
        for (what, path) in [
            ("instruction", "reference/src/convolution.rs"),
            ("words, properties", "graders/judge/src/tasks/convolve2d.rs"),
            ("words, properties", "graders/judge/src/tasks/convolve2d_laws.rs"),
            ("plain copy", "graders/judge/src/tasks/convolution_plain.rs"),
            ("correct submission", "fixtures/submissions/correct/convolution-unfold"),
            ("cross-check", "scripts/lib/crosscheck/convolution.py"),
        ] {
            assert!(text.contains(&format!("\n    {what:<20} {path}")), "{path}:\n{text}");
        }
        assert!(!text.contains("rms_norm"), "rounding is no convention:\n{text}");
    }

    #[test]
    fn rounding_alone_lists_nothing() {
        assert_eq!(text(&place(), &[drift("rms_norm", 0.5)]).unwrap(), "");
    }

    #[test]
    fn every_task_with_golden_cases_has_words_an_instruction_and_a_cross_check_that_exist() {
        for task in tasks::ALL.iter().filter(|task| !task.cases.is_empty()) {
            let places = places(&place(), task).unwrap();
            for (what, paths) in &places {
                let is_needed = matches!(*what, "instruction" | "words, properties");
                assert!(!is_needed || !paths.is_empty(), "{}: {what}", task.id);
                for path in paths {
                    assert!(place().root().join(path).exists(), "{path}");
                }
            }
        }
    }

    #[test]
    fn a_file_of_a_task_that_begins_alike_is_not_its_own() {
        assert!(is_of("embedding", "embedding") && is_of("gpt_forward_laws", "gpt_forward"));
        assert!(!is_of("generate_sequence", "generate") && !is_of("rms_norms", "rms_norm"));
    }
}
