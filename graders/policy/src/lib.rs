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

use std::collections::BTreeSet;

use map::{Map, Source};
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
    let compiled = compiled(&map, &inspection.unread);
    inspection.unread.retain(|unread| compiled.contains(&unread.file));
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

/// The files that the compiler reads: the root declares what lies at the top, and the rest has to be declared by a file
/// that is read itself.
fn compiled(map: &Map, unread: &[Unreadable]) -> BTreeSet<String> {
    let read = map.sources.iter().map(|source| source.file.as_str());
    let all: BTreeSet<&str> = read.chain(unread.iter().map(|unread| unread.file.as_str())).collect();
    let declared: Vec<(&str, BTreeSet<&str>)> = map
        .sources
        .iter()
        .map(|source| (source.file.as_str(), declared_in(source)))
        .collect();
    let (mut found, mut others): (BTreeSet<&str>, Vec<&str>) = (BTreeSet::new(), Vec::new());
    for file in all {
        match module_of(file).1 {
            None => _ = found.insert(file),
            Some(_) => others.push(file),
        }
    }
    loop {
        let known = declared.iter().filter(|(file, _)| found.contains(file));
        let modules: BTreeSet<&str> = known.flat_map(|(_, modules)| modules).copied().collect();
        let (new, rest) = others.iter().partition(|file| modules.contains(module_of(file).0));
        others = rest;
        let new: Vec<&str> = new;
        if new.is_empty() {
            return found.into_iter().map(str::to_owned).collect();
        }
        found.extend(new);
    }
}

/// The module that a file is, and the folder that it lies in.
fn module_of(file: &str) -> (&str, Option<&str>) {
    let path = file.strip_suffix("/mod.rs").or_else(|| file.strip_suffix(".rs"));
    let path = path.unwrap_or(file);
    path.rsplit_once('/')
        .map_or((path, None), |(folder, module)| (module, Some(folder)))
}

/// The modules that a source declares, in whatever place.
fn declared_in(source: &Source) -> BTreeSet<&str> {
    let tokens = &source.tokens;
    let declared = |at: usize| tokens.keyword(at, "mod").then(|| tokens.word(at + 1)).flatten();
    (0..tokens.len()).filter_map(declared).collect()
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
