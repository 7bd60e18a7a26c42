//! Policy: what a task may not call, found in the sources with file and line.
//!
//! The sources are read as tokens, twice: once for the items that they declare, once for what those mention. A use of
//! something forbidden is charged to the tasks whose functions reach it by name; a test that only `cargo test` compiles
//! is no use. It is a deterrent with clear words: what guards the machine and the answers is the sandbox.
//!
//! - `model`: what is asked, and what is found
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
mod model;
mod names;
mod operators;
mod reach;
mod rules;
mod tokens;

use map::Map;
pub use model::{Breach, Inspection, Reason, Rules, TaskRules, Unreadable};
pub use operators::Family;
use reach::Reach;
use tokens::{Tokens, Unread};

/// The sources' size in all: ten times what an honest submission has. What goes beyond is not read.
const LARGEST: usize = 2 << 20;

/// Inspects sources by their names: those of a submission, without what every submission is given.
pub fn inspect(files: &[(&str, Vec<u8>)], rules: &Rules) -> Inspection {
    // What lines are known by is kept for each thread; without this it would grow with every submission.
    proc_macro2::extra::invalidate_current_thread_spans();
    let mut inspection = Inspection::default();
    let mut map = Map::new();
    map.parts = Some(map.module_of_file(rules.parts));
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
