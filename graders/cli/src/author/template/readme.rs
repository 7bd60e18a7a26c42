//! The template's README: what to write, how to have it graded, and the rules, for the student.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use judge::contract::Task;
use judge::grading::assignment::{self, Assignment, AssignmentError};
use sandbox::stage::GIVEN;

use super::cut::Function;

const OPENING: &str = "\
This crate is what you hand in. Every function below is a `todo!` with its instruction. Its doc comment is the full text
of the task: shapes, dtypes, conventions, errors, and where it comes from. Where the assignment leaves something open, the
doc comment decides.
";

/// The task that commands show, where it is handed out.
const EXAMPLE: &str = "rms_norm";

/// The part that the rules show, where it is handed out.
const EXAMPLE_PART: &str = "causal_mask";

/// Said where the template serves several assignments.
const SEVERAL: &str = "
The crate holds the functions of every assignment of the course, yours first: write those. Which one is yours stands in
`Cargo.toml`, under `[package.metadata.grade]`; `--assignment ID` overrides it.
";

/// What stands before the tables; the word in braces depends on what is handed out.
const BEFORE_TABLES: &str = "
## Have it graded

{commands}

A function that is still a `todo!` counts as not attempted, and a file that does not compile costs only the tasks in
that file, so grade early and often.

`cargo check`, `cargo test` and a language server (rust-analyzer) work here as in any crate, once `scripts/setup` of the
course's repository has run: in every folder below that repository, and anywhere else after `grade init .` in this folder.
The first build takes minutes. A finding that comes with a test (`--verbose`, the page, the summary) is a file for `tests`:
`cargo test --test NAME` fails until the code is fixed.

## What to write
";

/// What follows the tables; words in braces depend on what is handed out.
const AFTER_TABLES: &str = r"
{types}

## Rules

- Only `tch` and `std`. Your `Cargo.toml` is read for the name of the assignment and not used otherwise.
{given}
- Helper functions are welcome, in the topic files or in further `.rs` files in `src`: every one of them is a module of
  the crate (`src/helpers.rs` is `crate::helpers`). For your own builds declare it in `src/lib.rs`.
{parts}
- Do not call the operator that is the answer: what a task rules out is in its doc comment and in
  `grade explain TASK`. Sources are searched for it in every spelling, helpers and macros included; a use costs the
  points of the tasks that reach it. Your `#[cfg(test)]` tests may use it.
- Results have the dtype of the input (f64 and f32 are both graded) and are on its device. Inputs are not modified:
  neither their values, nor whether they require gradients. Equal inputs give equal results, whatever the caller has
  done with earlier ones; what is random draws from libtorch's generator, which the grader seeds.
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

/// What of the README depends on what is handed out.
#[derive(Debug)]
pub(super) struct Handed<'a> {
    /// The assignment that the manifest names.
    pub(super) assignment: &'a str,
    /// The program, as it is called from the crate's folder.
    pub(super) program: &'a str,
    /// What the program is, and how to get it.
    pub(super) origin: &'a str,
    /// The given files that there are, as paths in the crate.
    pub(super) given: &'a BTreeSet<PathBuf>,
    /// The tasks that are handed out.
    pub(super) tasks: Vec<&'static Task>,
}

/// The README for a template that names an assignment, with the functions of its topic files, grouped by assignment, its
/// own first.
pub(super) fn render(handed: &Handed<'_>, groups: &[Group], topics: &BTreeMap<PathBuf, Vec<Function>>) -> String {
    let has_any = |group: &&Group| topics.keys().any(|path| group.has(path));
    let mut shown: Vec<&Group> = groups.iter().filter(has_any).collect();
    shown.sort_by_key(|group| group.id != handed.assignment);
    let mut text = format!("# {}\n\n{OPENING}", title(handed.assignment, groups));
    if shown.len() > 1 {
        text.push_str(SEVERAL);
    }
    text.push_str(&BEFORE_TABLES.replace("{commands}", &commands(handed)));
    for group in shown {
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
    let after = AFTER_TABLES
        .replace("{types}", &types(handed.given))
        .replace("{given}", &given(handed.given))
        .replace("{parts}\n", &parts(&handed.tasks));
    text + &after
}

/// The name of the assignment with its id; the id alone where no file says more.
fn title(assignment: &str, groups: &[Group]) -> String {
    let own = groups.iter().find(|group| group.id == assignment);
    own.map_or_else(
        || assignment.to_owned(),
        |group| format!("{} (`{}`)", group.title, group.id),
    )
}

fn has(given: &BTreeSet<PathBuf>, name: &str) -> bool {
    given.contains(&Path::new("src").join(name))
}

/// Where the types of the signatures are.
fn types(given: &BTreeSet<PathBuf>) -> String {
    match (has(given, "types.rs"), has(given, "sequence_types.rs")) {
        (true, true) => "\
The types in the signatures (`AttentionWeights`, `InvalidInput`, ...) are in `src/types.rs`; those of the tasks on
sequences (`Neuron`, `BeamConfig`, ...) are in `src/sequence_types.rs`."
            .to_owned(),
        (_, true) => "The types in the signatures are in `src/sequence_types.rs`.".to_owned(),
        (_, false) => "The types in the signatures are in `src/types.rs`.".to_owned(),
    }
}

/// The commands, with a task that is there as the example.
fn commands(handed: &Handed<'_>) -> String {
    let program = handed.program;
    let example = handed
        .tasks
        .iter()
        .find(|task| task.id == EXAMPLE)
        .or(handed.tasks.first());
    let mut lines = vec![(format!("{program} --submission ."), "everything")];
    if let Some(task) = example {
        lines.push((format!("{program} --submission . --task {}", task.id), "one task"));
    }
    if handed.tasks.iter().any(|task| !task.trials.is_empty()) {
        let trained = "also what trains, which takes a while";
        lines.push((format!("{program} --submission . --training"), trained));
    }
    if let Some(task) = example {
        lines.push((format!("{program} explain {}", task.id), "what is checked"));
    }
    let widest = lines.iter().map(|(command, _)| command.len()).max().unwrap_or(0);
    let row = |(command, what): &(String, &str)| format!("{command:<widest$}  # {what}\n");
    let rows: String = lines.iter().map(row).collect();
    format!("{}\n\nIn this folder:\n\n```sh\n{rows}```", handed.origin)
}

/// The rule on given files.
fn given(given: &BTreeSet<PathBuf>) -> String {
    let names = GIVEN.iter().filter(|name| has(given, name));
    let names: Vec<String> = names.map(|name| format!("`src/{name}`")).collect();
    let before = if names.is_empty() {
        String::new()
    } else {
        format!("{} and ", names.join(", "))
    };
    let verb = if names.is_empty() {
        "is given: it is"
    } else {
        "are given: they are"
    };
    format!(
        "- {before}`src/lib.rs` {verb} replaced before grading,\n  so changes there have no effect. Signatures stay as they are."
    )
}

/// The rule on parts, with one that a task of these uses; nothing where none does.
fn parts(tasks: &[&Task]) -> String {
    let is_there = |part: &&&str| tasks.iter().any(|task| task.id == **part);
    let used = || tasks.iter().flat_map(|task| task.parts).filter(is_there);
    let Some(part) = used().find(|part| **part == EXAMPLE_PART).or_else(|| used().next()) else {
        return String::new();
    };
    format!(
        "- A larger task calls its parts through `crate::parts`, for example `parts::{part}(...)`. If a part is wrong, the\n  \
        larger task is then judged with a right one in its place, and the mistake costs its own points only.\n"
    )
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

    /// What a course hands out for some tasks.
    fn handed<'a>(given: &'a BTreeSet<PathBuf>, ids: &[&str]) -> Handed<'a> {
        Handed {
            assignment: "one",
            program: "../scripts/grade",
            origin: "The grader is here.",
            given,
            tasks: ids.iter().filter_map(|id| tasks::find(id)).collect(),
        }
    }

    fn rendered(groups: &[Group], topics: &BTreeMap<PathBuf, Vec<Function>>) -> String {
        render(&handed(&BTreeSet::new(), &[]), groups, topics)
    }

    #[test]
    fn nothing_is_named_that_is_not_handed_out() {
        let group = |id: &str, file| Group {
            id: id.to_owned(),
            title: format!("Assignment {id}"),
            files: BTreeSet::from([file]),
        };
        let function = Function {
            signature: "f()".to_owned(),
            summary: String::new(),
        };
        let topics = BTreeMap::from([("src/a.rs".into(), vec![function])]);
        let given = BTreeSet::from(["src/sequence_types.rs".into(), "src/parts.rs".into()]);
        let groups = [group("one", "a.rs"), group("two", "b.rs")];
        let text = render(&handed(&given, &["and_neuron"]), &groups, &topics);
        for absent in [
            "`two`",
            "Assignment two",
            "`src/types.rs`",
            "rms_norm",
            "causal_mask",
            "--training",
            "--assignment ID",
        ] {
            assert!(!text.contains(absent), "{absent}:\n{text}");
        }
        for said in [
            "../scripts/grade --submission . --task and_neuron  # one task\n",
            "../scripts/grade explain and_neuron ",
            "are in `src/sequence_types.rs`.",
            "- `src/parts.rs`, `src/sequence_types.rs` and `src/lib.rs` are given",
            "# Assignment one (`one`)\n\nThis crate is what you hand in.",
            "The grader is here.\n\nIn this folder:\n",
        ] {
            assert!(text.contains(said), "{said}:\n{text}");
        }
        let with_parts = render(
            &handed(&given, &["causal_mask", "causal_self_attention"]),
            &groups,
            &topics,
        );
        assert!(
            with_parts.contains("for example `parts::causal_mask(...)`"),
            "{with_parts}"
        );
    }

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
        let text = rendered(&[], &topics);
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
    fn every_assignment_has_a_table_of_its_own_and_that_of_the_crate_comes_first() {
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
        let text = rendered(&[group("two", "b.rs"), group("one", "a.rs")], &topics);
        let lines = text
            .lines()
            .filter(|line| line.starts_with("### ") || line.starts_with("| `"));
        let expected = [
            "### Assignment one (`one`)",
            "| `src/a.rs` | `early()` |  |",
            "### Assignment two (`two`)",
            "| `src/b.rs` | `late()` |  |",
            "### Without an assignment",
            "| `src/c.rs` | `nobody()` |  |",
        ];
        assert_eq!(lines.collect::<Vec<_>>(), expected);
        assert!(text.contains("--assignment ID"), "{text}");
    }
}
