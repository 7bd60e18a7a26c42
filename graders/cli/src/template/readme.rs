//! The template's README: what to write, how to have it graded, and the rules, for the student.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::cut::Function;

const OPENING: &str = "\
Every function below is a `todo!` with its instruction. Its doc comment is the full text of the task: shapes, dtypes,
conventions, errors, and where it comes from. Where the assignment leaves something open, the doc comment decides.
";

const AFTER_TABLE: &str = r"
The types in the signatures (`AttentionWeights`, `InvalidInput`, ...) are in `src/types.rs`.

## Have it graded

In this folder:

```sh
grade --submission .                        # everything
grade --submission . --task rms_norm        # one task
grade --submission . --training             # also what trains, which takes a while
grade explain rms_norm                      # what is checked
```

A function that is still a `todo!` counts as not attempted, and a file that does not compile costs only the tasks in
that file, so grade early and often. `cargo check` and your own `#[cfg(test)]` tests work as in any crate, once
`LIBTORCH` names the libtorch folder.

## Rules

- Only `tch` and `std`. Your `Cargo.toml` is read for the name of the assignment and not used otherwise.
- `src/types.rs`, `src/parts.rs` and `src/lib.rs` are given: they are replaced before grading, so changes there have no
  effect. Signatures stay as they are.
- Helper functions are welcome, in the topic files or in further `.rs` files in `src`: every one of them is a module of
  the crate (`src/helpers.rs` is `crate::helpers`). For your own builds declare it in `src/lib.rs`.
- A larger task calls its parts through `crate::parts`, for example `parts::causal_mask(...)`. If a part is wrong, the
  larger task is then judged with a right one in its place, and the mistake costs its own points only.
- Do not call the operator that is the answer: what a task rules out stands in its doc comment.
- Results have the dtype of the input (f64 and f32 are both graded) and are on its device. Inputs are not modified.
  Equal inputs give equal results; what is random draws from libtorch's generator, which the grader seeds.
- Gradients flow from a result back to every input that it depends on smoothly.
- No `unsafe`, no files, no processes, no network.
";

/// The README for an assignment and the functions of its topic files.
pub(super) fn render(assignment: &str, topics: &BTreeMap<PathBuf, Vec<Function>>) -> String {
    let mut text = format!("# {assignment}\n\n{OPENING}\n## What to write\n\n");
    text.push_str("| file | function | what it does |\n|---|---|---|\n");
    for (path, functions) in topics {
        for function in functions {
            row(&mut text, path, function);
        }
    }
    text.push_str(AFTER_TABLE);
    text
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
        let text = render("one", &topics);
        let rows: Vec<_> = text.lines().filter(|line| line.starts_with("| `")).collect();
        let expected = [
            r"| `src/a.rs` | `first(x: f64) -> f64` | Gives \|x\|. |",
            r"| `src/a.rs` | `second(x: f64) -> f64` | Gives \|x\|. |",
            r"| `src/b.rs` | `third(x: f64) -> f64` | Gives \|x\|. |",
        ];
        assert_eq!(rows, expected);
        assert!(text.starts_with("# one\n"), "{text}");
    }
}
