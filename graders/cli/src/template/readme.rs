//! The template's README: what to write, how to have it graded, and the rules, for the student.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use judge::assignment::{self, Assignment, AssignmentError};
use judge::tasks;

use super::cut::Function;

const OPENING: &str = "\
Every function below is a `todo!` with its instruction. Its doc comment is the full text of the task: shapes, dtypes,
conventions, errors, and where it comes from. Where the assignment leaves something open, the doc comment decides.
";

/// Said where the template serves several assignments.
const SEVERAL: &str = "
It holds the functions of every assignment of the course: write those of yours. Which one it is stands in `Cargo.toml`,
under `[package.metadata.grade]`; `--assignment ID` overrides it.
";

const AFTER_TABLE: &str = r"
The types in the signatures (`AttentionWeights`, `InvalidInput`, ...) are in `src/types.rs`; those of the tasks on
sequences (`Neuron`, `BeamConfig`, ...) are in `src/sequence_types.rs`.

## Have it graded

In this folder:

```sh
grade --submission .                        # everything
grade --submission . --task rms_norm        # one task
grade --submission . --training             # also what trains, which takes a while
grade explain rms_norm                      # what is checked
```

A function that is still a `todo!` counts as not attempted, and a file that does not compile costs only the tasks in
that file, so grade early and often.

`cargo check`, `cargo test` and a language server (rust-analyzer) work here as in any crate, once `scripts/setup` of the
course's repository has run: in every folder below that repository, and anywhere else after `grade init .` in this folder.
The first build takes minutes. A finding that comes with a test (`--verbose`, the page, the summary) is a file for `tests`:
`cargo test --test NAME` fails until it is mended.

## Rules

- Only `tch` and `std`. Your `Cargo.toml` is read for the name of the assignment and not used otherwise.
- `src/types.rs`, `src/sequence_types.rs`, `src/parts.rs` and `src/lib.rs` are given: they are replaced before grading,
  so changes there have no effect. Signatures stay as they are.
- Helper functions are welcome, in the topic files or in further `.rs` files in `src`: every one of them is a module of
  the crate (`src/helpers.rs` is `crate::helpers`). For your own builds declare it in `src/lib.rs`.
- A larger task calls its parts through `crate::parts`, for example `parts::causal_mask(...)`. If a part is wrong, the
  larger task is then judged with a right one in its place, and the mistake costs its own points only.
- Do not call the operator that is the answer: what a task rules out stands in its doc comment and in
  `grade explain TASK`. Sources are searched for it in every spelling, helpers and macros included; a use costs the
  points of the tasks that reach it. Your `#[cfg(test)]` tests may use it.
- Results have the dtype of the input (f64 and f32 are both graded) and are on its device. Inputs are not modified.
  Equal inputs give equal results; what is random draws from libtorch's generator, which the grader seeds.
- Gradients flow from a result back to every input that it depends on smoothly.
- No `unsafe`, no files or paths, no processes, no network, no environment, no TorchScript.
";

/// The files that belong to one assignment.
#[derive(Debug)]
pub(super) struct Group {
    id: String,
    title: String,
    files: BTreeSet<&'static str>,
}

impl Group {
    /// Whether it is this assignment's.
    pub(super) fn is_for(&self, assignment: &str) -> bool {
        self.id == assignment
    }

    fn has(&self, path: &Path) -> bool {
        let name = path.strip_prefix("src").unwrap_or(path);
        self.files.iter().any(|file| name == Path::new(file))
    }
}

/// What belongs to which of the assignments in `folder`; one group for each.
pub(super) fn groups(folder: &Path) -> Result<Vec<Group>, AssignmentError> {
    let group = |id: &String| {
        let assignment = Assignment::load(folder, id, tasks::ALL)?;
        let tasks = assignment.tasks.iter().filter_map(|entry| tasks::find(&entry.id));
        Ok(Group {
            files: tasks.map(|task| task.file).collect(),
            id: assignment.id,
            title: assignment.title,
        })
    };
    assignment::known(folder).iter().map(group).collect()
}

/// The README for a template that names an assignment, with the functions of its topic files, grouped by assignment.
pub(super) fn render(assignment: &str, groups: &[Group], topics: &BTreeMap<PathBuf, Vec<Function>>) -> String {
    let mut text = format!("# {assignment}\n\n{OPENING}");
    if groups.len() > 1 {
        text.push_str(SEVERAL);
    }
    text.push_str("\n## What to write\n");
    for group in groups {
        let _ = write!(text, "\n### {} (`{}`)\n", group.title, group.id);
        table(&mut text, topics, |path| group.has(path));
    }
    let in_none = |path: &Path| groups.iter().all(|group| !group.has(path));
    if topics.keys().any(|path| in_none(path)) {
        if !groups.is_empty() {
            text.push_str("\n### Without an assignment\n");
        }
        table(&mut text, topics, in_none);
    }
    text.push_str(AFTER_TABLE);
    text
}

fn table(text: &mut String, topics: &BTreeMap<PathBuf, Vec<Function>>, belongs: impl Fn(&Path) -> bool) {
    text.push_str("\n| file | function | what it does |\n|---|---|---|\n");
    for (path, functions) in topics.iter().filter(|(path, _)| belongs(path)) {
        for function in functions {
            row(text, path, function);
        }
    }
}

fn row(text: &mut String, path: &Path, function: &Function) {
    // A bar would end the cell, also inside code.
    let signature = function.signature.replace('|', "\\|");
    let summary = function.summary.replace('|', "\\|");
    // Writing to a string cannot fail.
    let _ = writeln!(text, "| `{}` | `{signature}` | {summary} |", path.display());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_has_a_row_under_its_file() {
        let function = |name: &str| Function {
            signature: format!("{name}(x: f64) -> f64"),
            summary: "Gives |x|.".into(),
        };
        let topics = BTreeMap::from([
            ("src/b.rs".into(), vec![function("third")]),
            ("src/a.rs".into(), vec![function("first"), function("second")]),
        ]);
        let text = render("one", &[], &topics);
        let rows: Vec<_> = text.lines().filter(|line| line.starts_with("| `")).collect();
        let expected = [
            r"| `src/a.rs` | `first(x: f64) -> f64` | Gives \|x\|. |",
            r"| `src/a.rs` | `second(x: f64) -> f64` | Gives \|x\|. |",
            r"| `src/b.rs` | `third(x: f64) -> f64` | Gives \|x\|. |",
        ];
        assert_eq!(rows, expected);
        assert!(text.starts_with("# one\n"), "{text}");
    }

    #[test]
    fn every_assignment_has_a_table_of_its_own() {
        let function = |name: &str| Function {
            signature: format!("{name}()"),
            summary: String::new(),
        };
        let topics = BTreeMap::from([
            ("src/a.rs".into(), vec![function("early")]),
            ("src/b.rs".into(), vec![function("late")]),
            ("src/c.rs".into(), vec![function("nobody")]),
        ]);
        let group = |id: &str, file| Group {
            id: id.to_owned(),
            title: format!("Assignment {id}"),
            files: BTreeSet::from([file]),
        };
        let text = render("one", &[group("two", "b.rs"), group("one", "a.rs")], &topics);
        let lines = text
            .lines()
            .filter(|line| line.starts_with("### ") || line.starts_with("| `"));
        let expected = [
            "### Assignment two (`two`)",
            "| `src/b.rs` | `late()` |  |",
            "### Assignment one (`one`)",
            "| `src/a.rs` | `early()` |  |",
            "### Without an assignment",
            "| `src/c.rs` | `nobody()` |  |",
        ];
        assert_eq!(lines.collect::<Vec<_>>(), expected);
        assert!(text.contains("--assignment ID"), "{text}");
    }
}
