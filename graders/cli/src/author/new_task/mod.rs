//! `grade new-task`: the skeleton of a task, in every file that has to know it.
//!
//! The signature is given once, on the command line; all that repeats it is made from it here.

mod assignment_file;
mod signature;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use syn::Ident;

use self::signature::Signature;
use crate::arguments;
use crate::course_root::CourseRoot;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;

const REFERENCE: &str = include_str!("../../../assets/new_task/reference.txt");
const ADAPTER: &str = include_str!("../../../assets/new_task/adapter.txt");
const TASK: &str = include_str!("../../../assets/new_task/task.txt");
const SUBMISSION: &str = include_str!("../../../assets/new_task/submission.txt");
const WRONG: &str = include_str!("../../../assets/new_task/wrong.txt");

const MODULES: &str = "reference/src/lib.rs";
const ADAPTERS: &str = "graders/worker/adapters/main.rs";
const TASKS: &str = "graders/tasks/src/lib.rs";

/// Texts by path below the repository.
type Files = BTreeMap<PathBuf, String>;

/// Runs the command: makes all texts, then writes them.
pub(crate) fn new_task(place: &CourseRoot, options: &arguments::NewTask, output: &Output) -> Result<Exit, Failure> {
    let name = name(&options.name)?;
    let given = options.signature.as_deref();
    let usual = format!("fn {name}(input: &Tensor) -> Tensor");
    let signature = Signature::parse(given.unwrap_or(&usual), name)?;
    let (made, wrong) = (made(&options.topic, &signature), format!("{}-mistake", dashed(name)));
    for path in made.keys().rev() {
        if place.root().join(path).exists() {
            return Err(Failure::usage(format!("{} is there already", path.display()))
                .hint("choose another name for the task, or remove the file"));
        }
    }
    let mut files = changed(place.root(), options, &signature)?;
    files.extend(made);
    for (path, text) in &files {
        let path = place.root().join(path);
        let folder = path.parent().unwrap_or(Path::new("."));
        let written = fs::create_dir_all(folder).and_then(|()| files::write(&path, text.as_bytes()));
        written.map_err(|error| {
            Failure::environment(format!("cannot write {}: {error}", path.display()))
                .hint("fix the permissions or free disk space; `git status` shows what has been written so far")
        })?;
    }
    output.line(&left(options, name, &wrong));
    Ok(Exit::Done)
}

/// The name, as a name of a function and of a module.
fn name(name: &str) -> Result<&str, Failure> {
    let is_plain = name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if is_plain && syn::parse_str::<Ident>(name).is_ok() {
        return Ok(name);
    }
    Err(Failure::usage(format!("`{name}` is no name of a function"))
        .hint("use lowercase letters, digits and underscores, and no word of Rust's own: layer_norm"))
}

fn dashed(name: &str) -> String {
    name.replace('_', "-")
}

/// The files that only this task has.
fn made(topic: &str, signature: &Signature) -> Files {
    let name = &signature.name;
    let of_submission = |which: &str| signature.fill(&SUBMISSION.replace("WHICH", which));
    let corpus = Path::new("fixtures/submissions");
    let (wrong, correct) = (
        corpus.join("wrong").join(format!("{}-mistake", dashed(name))),
        corpus.join("correct").join(format!("{}-otherwise", dashed(name))),
    );
    let source = format!("src/{name}.rs");
    Files::from([
        (Path::new("reference").join(&source), signature.fill(REFERENCE)),
        (
            format!("graders/worker/adapters/{name}.rs").into(),
            signature.fill(ADAPTER),
        ),
        (
            format!("graders/tasks/src/{topic}/{name}.rs").into(),
            signature.fill(TASK),
        ),
        (wrong.join(&source), of_submission("a mistake that students make.")),
        (wrong.join("expected.toml"), signature.fill(WRONG)),
        (
            correct.join(&source),
            of_submission("another way to write what is right."),
        ),
        (
            correct.join("expected.toml"),
            format!("tasks = [\"{name}\"]\nexplanation = \"to be written: how it differs from the reference\"\n"),
        ),
    ])
}

/// The files that know every task.
fn changed(root: &Path, options: &arguments::NewTask, signature: &Signature) -> Result<Files, Failure> {
    let (name, topic) = (&signature.name, &options.topic);
    let modules = format!("graders/tasks/src/{topic}/mod.rs");
    if !root.join(&modules).is_file() {
        return Err(
            Failure::usage(format!("there is no topic `{topic}`: {modules} is not there"))
                .hint(format!("the topics are {}", topics(root))),
        );
    }
    let snippets = format!("graders/report/src/snippet/signatures/{}.rs", snippets_of(topic));
    let assignment = format!("fixtures/assignments/{}.toml", options.assignment);
    let read = |path: &str| {
        fs::read_to_string(root.join(path)).map_err(|error| {
            Failure::usage(format!("cannot read {path}: {error}")).hint("see ARCHITECTURE, Add a task")
        })
    };
    let edited = |path: &str, edit: &dyn Fn(&str) -> Option<String>| {
        let text = edit(&read(path)?).ok_or_else(|| {
            Failure::fault(format!("{path} is not laid out as `new-task` knows it"))
                .hint("add the task there by hand, as ARCHITECTURE says under Add a task")
        })?;
        Ok::<_, Failure>((PathBuf::from(path), text))
    };
    let adapters = |text: &str| {
        let text = after_last(text, "mod ", &format!("mod {name};"))?;
        before_first(&text, "];", &format!("    {name}::ADAPTER,"))
    };
    let heading = options.heading.as_deref();
    let assigned = assignment_file::with_task(&read(&assignment)?, name, heading).map_err(|words| {
        Failure::usage(format!("{assignment}: {words}")).hint("name one of its headings with --heading")
    })?;
    Ok(Files::from([
        edited(MODULES, &|text| {
            after_last(text, "pub mod ", &format!("pub mod {name};"))
        })?,
        edited(ADAPTERS, &adapters)?,
        edited(&modules, &|text| {
            after_last(text, "pub(crate) mod ", &format!("pub(crate) mod {name};"))
        })?,
        edited(TASKS, &|text| {
            before_first(text, "];", &format!("    &{topic}::{name}::TASK,"))
        })?,
        edited(&snippets, &|text| {
            before_first(text, "        _ => return None,", &signature.snippet())
        })?,
        (assignment.into(), assigned),
    ]))
}

/// The file of snippets' signatures in which a topic's functions are.
fn snippets_of(topic: &str) -> &str {
    match topic {
        "attention" | "transformer" | "sampling" => "attention",
        "graphs" | "sequences" | "theory" => topic,
        _ => "layers",
    }
}

fn topics(root: &Path) -> String {
    let entries = fs::read_dir(root.join("graders/tasks/src"))
        .into_iter()
        .flatten()
        .flatten();
    let is_topic = |entry: &fs::DirEntry| entry.path().join("mod.rs").is_file();
    let names = entries
        .filter(is_topic)
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.filter(|name| name != "testing" && name != "tests").collect();
    names.sort();
    names.join(", ")
}

/// A text with a line after the last one that begins so.
fn after_last(text: &str, begins: &str, line: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let last = lines.iter().rposition(|line| line.starts_with(begins))?;
    Some(with_line(&lines, last + 1, line))
}

/// A text with a line before the first one that is this.
fn before_first(text: &str, before: &str, line: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| *line == before)?;
    Some(with_line(&lines, first, line))
}

fn with_line(lines: &[&str], at: usize, line: &str) -> String {
    let (before, after) = lines.split_at(at);
    [before, &[line], after].concat().join("\n") + "\n"
}

/// What is left to write, in order, and the commands after it.
fn left(options: &arguments::NewTask, name: &str, wrong: &str) -> String {
    let arguments::NewTask { topic, assignment, .. } = options;
    let correct = format!("{}-otherwise", dashed(name));
    format!(
        "the skeleton of {name} is there, and compiles; to be written, in this order:\n\
         \x20 1. reference/src/{name}.rs: the doc comment, which students read, and the solution\n\
         \x20 2. graders/tasks/src/{topic}/{name}.rs: the texts; what values the arguments have; golden cases, the domain, and \
         properties where no comparison with the reference says enough\n\
         \x20 3. fixtures/submissions/correct/{correct}: the same, computed in another way\n\
         \x20 4. fixtures/submissions/wrong/{wrong}: a mistake; rename the folder after it\n\
         \x20 5. fixtures/assignments/{assignment}.toml: its points, 1 so far, and the sum of its heading, raised by 1; the totals in \
         tests/tests/assignments.rs\n\
         then, after each change of the reference:\n\
         \x20 cargo fmt --all && ./scripts/build\n\
         \x20 ./target/release/grade template\n\
         \x20 ./target/release/grade calibrate --task {name}\n\
         \x20 ./target/release/grade regen --task {name} --accept\n\
         \x20 ./target/release/grade self-test --only correct/{correct} --only wrong/{wrong}\n\
         and last ./target/release/grade self-test --write-table"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_put_where_its_like_are() {
        let text = "mod a;\nmod b;\n\nconst ALL: &[A] = &[\n    a,\n];\n";
        assert_eq!(
            after_last(text, "mod ", "mod c;").as_deref(),
            Some("mod a;\nmod b;\nmod c;\n\nconst ALL: &[A] = &[\n    a,\n];\n")
        );
        assert_eq!(
            before_first(text, "];", "    c,").as_deref(),
            Some("mod a;\nmod b;\n\nconst ALL: &[A] = &[\n    a,\n    c,\n];\n")
        );
        assert_eq!(after_last(text, "use ", "use c;"), None);
    }

    #[test]
    fn a_name_is_one_of_a_function() {
        assert!(name("layer_norm").is_ok());
        for other in ["LayerNorm", "layer-norm", "fn", "2d", ""] {
            assert!(name(other).is_err(), "{other}");
        }
    }
}
