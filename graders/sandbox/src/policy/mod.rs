//! Policy: what a task may not call, found in the sources with file and line.
//!
//! The sources are read as tokens, twice: once for the items that they declare, once for what those mention. A use of
//! something forbidden is charged to the tasks whose functions reach it by name; a test that only `cargo test` compiles
//! is no use. It is a deterrent with clear words: what guards the machine and the answers is the rest of this crate.
//!
//! - `tokens`: a file as a flat list; bounded, whatever the file holds
//! - `items`, `imports`, `map`: what is declared, and where each token belongs
//! - `names`: what a path stands for
//! - `mentions`: uses, and the way from item to item
//! - `reach`: who is charged
//! - `rules`, `operators`: what is forbidden for all; the spellings of an operator

mod imports;
mod items;
mod map;
mod mentions;
mod names;
mod operators;
mod reach;
mod rules;
mod tokens;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::stage::{PARTS, Staged, is_given};

use map::Map;
pub use operators::Family;
use reach::Reach;
use tokens::{Tokens, Unread};

/// The sources' size in all: ten times what an honest submission has. What goes beyond is not read.
const LARGEST: usize = 2 << 20;

/// What the tasks may not call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Operators that some task may not call.
    pub families: Vec<Family>,
    /// All tasks, graded or not.
    pub tasks: Vec<TaskRules>,
}

/// What a task may not call, beside what no task may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskRules {
    /// The task.
    pub task: &'static str,
    /// The file of the submission that holds it.
    pub file: &'static str,
    /// The names of its functions; names that are none do no harm.
    pub functions: Vec<String>,
    /// The names of the families.
    pub forbidden: Vec<&'static str>,
}

impl TaskRules {
    /// Whether a family is forbidden; none stands for what is forbidden for all tasks.
    fn forbids(&self, family: Option<&str>) -> bool {
        family.is_none_or(|family| self.forbidden.contains(&family))
    }
}

/// Why something may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// An operator of this family is the answer of the task.
    Answer(&'static str),
    /// It is of another crate than `tch` and `std`.
    Crates,
    /// The environment.
    Environment,
    /// Files and paths.
    Files,
    /// Code that is not Rust, or not of this submission.
    ForeignCode,
    /// A macro could make anything of the name.
    HiddenName,
    /// Brackets that are nested too deeply to be read.
    Nesting,
    /// The network.
    Network,
    /// Other processes.
    Processes,
    /// Interfaces of the operating system.
    System,
    /// Names that stand for names that stand for names.
    Tangled,
    /// Stored programs of libtorch.
    TorchScript,
    /// Sources that are too large in all, or that the compiler reads and this module does not.
    Unreadable,
    /// Code that the compiler cannot check.
    UnsafeCode,
}

/// A task that uses what it may not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The task.
    pub task: &'static str,
    /// The file of the submission.
    pub file: String,
    /// The line in it.
    pub line: usize,
    /// What is used, as it is written.
    pub item: String,
    /// The helper that uses it, where it is not the task's own function.
    pub inside: Option<String>,
    /// Why it may not be used.
    pub reason: Reason,
}

/// A file that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// The file.
    pub file: String,
    /// The line of the trouble.
    pub line: usize,
}

/// What a look at the sources has found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inspection {
    /// At most one for each task.
    pub breaches: Vec<Breach>,
    /// Files that should not be given to the compiler, since they are made to break it.
    pub set_aside: Vec<String>,
    /// Files that are left to the compiler. One that it accepts all the same is refused.
    pub unread: Vec<Unreadable>,
}

/// Inspects staged sources. An error is a fault of this machine.
pub fn inspect(staged: &Staged, rules: &Rules) -> io::Result<Inspection> {
    let mut files = Vec::new();
    for name in staged.files.iter().filter(|name| !is_given(name)) {
        files.push((name.as_str(), fs::read(Path::new(&staged.source).join(name))?));
    }
    Ok(inspect_files(&files, rules))
}

/// Inspects sources that nobody has staged, by their names.
pub fn inspect_texts(texts: &BTreeMap<String, String>, rules: &Rules) -> Inspection {
    let files = texts.iter().filter(|(name, _)| !is_given(name));
    let files: Vec<(&str, Vec<u8>)> = files
        .map(|(name, text)| (name.as_str(), text.clone().into_bytes()))
        .collect();
    inspect_files(&files, rules)
}

/// Inspects sources by their names.
fn inspect_files(files: &[(&str, Vec<u8>)], rules: &Rules) -> Inspection {
    // What lines are known by is kept for each thread; without this it would grow with every submission.
    proc_macro2::extra::invalidate_current_thread_spans();
    let mut inspection = Inspection::default();
    let mut map = Map::new();
    map.parts = Some(map.module_of_file(PARTS));
    let mut size = 0;
    for (file, bytes) in files {
        size += bytes.len();
        match read(bytes, size) {
            Ok(tokens) => items::read(&mut map, file, tokens),
            Err(Unread::Grammar { line }) => inspection.unread.push(Unreadable {
                file: (*file).to_owned(),
                line,
            }),
            Err(Unread::Nesting { line }) => {
                inspection.set_aside.push((*file).to_owned());
                inspection.breaches.extend(nested(file, line, rules));
            }
        }
    }
    inspection.unread.retain(|unread| is_compiled(&map, &unread.file));
    let charged = charge(&mut map, rules);
    let is_new = |breach: &Breach| !inspection.breaches.iter().any(|known| known.task == breach.task);
    let new: Vec<Breach> = charged.into_iter().filter(is_new).collect();
    inspection.breaches.extend(new);
    inspection
}

fn read(bytes: &[u8], size: usize) -> Result<Tokens, Unread> {
    let text = std::str::from_utf8(bytes).ok().filter(|_| size <= LARGEST);
    Tokens::read(text.ok_or(Unread::Grammar { line: 1 })?)
}

/// Whether the compiler reads a file: the root declares what lies at the top, other files have to declare the rest.
fn is_compiled(map: &Map, file: &str) -> bool {
    let path = file.strip_suffix("/mod.rs").or_else(|| file.strip_suffix(".rs"));
    match path.unwrap_or(file).rsplit_once('/') {
        None => true,
        Some((_, stem)) => map.sources.iter().any(|source| {
            let declares = |at| source.tokens.keyword(at, "mod") && source.tokens.word(at + 1) == Some(stem);
            (0..source.tokens.len()).any(declares)
        }),
    }
}

fn nested<'a>(file: &'a str, line: usize, rules: &'a Rules) -> impl Iterator<Item = Breach> + 'a {
    let tasks = rules.tasks.iter().filter(move |task| task.file == file);
    tasks.map(move |task| Breach {
        task: task.task,
        file: file.to_owned(),
        line,
        item: "brackets in brackets".to_owned(),
        inside: None,
        reason: Reason::Nesting,
    })
}

fn charge(map: &mut Map, rules: &Rules) -> Vec<Breach> {
    let modules: Vec<Option<usize>> = rules
        .tasks
        .iter()
        .map(|task| {
            map.sources
                .iter()
                .any(|source| source.file == task.file)
                .then(|| map.module_of_file(task.file))
        })
        .collect();
    let found = mentions::read(map, &rules.families);
    if found.uses.is_empty() {
        return Vec::new();
    }
    let entries = reach::entries(map, &modules, rules);
    for (from, to) in found.edges {
        map.link(from, to);
    }
    for (from, part) in found.parts {
        let tasks = rules
            .tasks
            .iter()
            .zip(&entries)
            .filter(|(task, _)| task.functions.contains(&part));
        for to in tasks.flat_map(|(_, items)| items) {
            map.link(from, *to);
        }
    }
    map.link_what_no_name_calls();
    Reach::new(map, rules, entries).charge(found.uses)
}

#[cfg(test)]
mod tests;
