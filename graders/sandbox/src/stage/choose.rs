//! What of a crate is compiled: its Rust files that can be modules. Everything else costs a note and nothing more.

use std::collections::BTreeMap;

use super::error::StageError;
use super::given::{Files, ROOT, is_given, is_same, is_untouched, only_declares};
use super::locate::{Crate, as_of_template, is_source};
use super::names::is_module;
use super::note::{Note, Why};
use super::tree::{Entry, MANIFEST, Tree, is_of_a_system};

/// How many sources there may be.
const MAX_SOURCES: usize = 200;
/// Folders in folders.
const MAX_DEPTH: usize = 8;
/// Roots of programs; a submission is a library.
const PROGRAMS: [&str; 2] = ["main.rs", "bin/"];
/// What would configure a build by cargo; it does not here, and that may surprise.
const SURPRISING: [&str; 4] = [".cargo", "build.rs", "rust-toolchain", "rust-toolchain.toml"];

/// The sources of a crate, and what is to be said about the rest.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) files: Files,
    pub(super) notes: Vec<Note>,
    left_out: BTreeMap<Why, Vec<String>>,
    /// The names in the submission of files that are read under others.
    original: BTreeMap<String, String>,
}

/// Chooses among what lies in a crate.
pub(super) fn choose(tree: &Tree, own: &Crate, template: &Files) -> Result<Chosen, StageError> {
    let mut chosen = Chosen::default();
    chosen.surprises(tree, own);
    for (name, entry) in own.inside(tree) {
        chosen.take(name, entry, template);
    }
    if chosen.files.len() > MAX_SOURCES {
        return Err(StageError::TooManySources(MAX_SOURCES));
    }
    chosen.give(template);
    Ok(chosen.end())
}

impl Chosen {
    fn surprises(&mut self, tree: &Tree, own: &Crate) {
        let folder = if own.folder.is_empty() {
            String::new()
        } else {
            format!("{}/", own.folder)
        };
        for name in SURPRISING.map(|name| format!("{folder}{name}")) {
            let inside = format!("{name}/");
            let has_some = tree
                .range(inside.clone()..)
                .next()
                .is_some_and(|(found, _)| found.starts_with(&inside));
            if has_some || tree.contains_key(&name) {
                let name = name.strip_prefix(&folder).unwrap_or(&name).to_owned();
                self.notes.push(Note::Ignored { name });
            }
        }
    }

    fn leave_out(&mut self, name: &str, why: Why) {
        let names = self.left_out.entry(why).or_default();
        if names.last().is_none_or(|last| last != name) {
            names.push(name.to_owned());
        }
    }

    fn take(&mut self, name: &str, entry: &Entry, template: &Files) {
        let file = name.rsplit('/').next().unwrap_or(name);
        match entry {
            Entry::Link => self.leave_out(name, Why::Link),
            Entry::Special => self.leave_out(name, Why::NotAFile),
            Entry::Unreadable(_) => self.leave_out(name, Why::Unreadable),
            // These lie beside the sources where there is no `src`.
            _ if is_of_a_system(file) || ["Cargo.lock", MANIFEST].contains(&name) => {}
            _ if !is_source(name, entry) => self.leave_out(&outermost(name), Why::NotRust),
            Entry::Large => self.leave_out(name, Why::TooLarge),
            Entry::Text(bytes) => self.source(name, bytes, template),
            Entry::Other => {}
        }
    }

    fn source(&mut self, name: &str, bytes: &[u8], template: &Files) {
        if let Some(program) = PROGRAMS.iter().find(|program| name.starts_with(**program)) {
            let is_new = |note: &Note| !matches!(note, Note::Ignored { name } if name == program);
            if self.notes.iter().all(is_new) {
                self.notes.push(Note::Ignored {
                    name: (*program).to_owned(),
                });
            }
            return;
        }
        let standard = as_of_template(name, template);
        if let Some(shadowed) = shadowed(name, standard.as_deref()) {
            return self.leave_out(&shadowed, Why::Shadows);
        }
        if let Some(standard) = standard {
            return self.topic(&standard, name, bytes, template);
        }
        if name.split('/').count() > MAX_DEPTH {
            return self.leave_out(name, Why::TooDeep);
        }
        if let Some(unusable) = unusable(name) {
            return self.leave_out(&unusable, Why::Name);
        }
        let stem = &name[..name.len() - ".rs".len()];
        self.enter(&format!("{stem}.rs"), name, bytes);
    }

    /// A file that the template has as well. It may be there twice: then what was written counts, and otherwise what
    /// has the usual name.
    fn topic(&mut self, standard: &str, name: &str, bytes: &[u8], template: &Files) {
        let is_template = |bytes: &[u8]| template.get(standard).is_some_and(|given| is_same(bytes, given));
        let before = self.files.get(standard);
        let is_better = before.is_some_and(|before| is_template(before) && !is_template(bytes));
        let is_usual = name == standard && before.is_none_or(|before| is_template(before) || !is_template(bytes));
        if is_better || is_usual {
            self.files.remove(standard);
            if let Some(before) = self.original.remove(standard) {
                self.leave_out(&before, Why::Twice);
            }
        }
        self.enter(standard, name, bytes);
    }

    fn enter(&mut self, standard: &str, name: &str, bytes: &[u8]) {
        let is_same = |other: &&String| {
            let is_twin = twin(standard).is_some_and(|twin| other.eq_ignore_ascii_case(&twin));
            other.eq_ignore_ascii_case(standard) || is_twin
        };
        if self.files.keys().any(|other| is_same(&other)) {
            return self.leave_out(name, Why::Twice);
        }
        self.files.insert(standard.to_owned(), bytes.to_vec());
        self.original.insert(standard.to_owned(), name.to_owned());
    }

    /// Puts the given files in place, and the template's where a topic's file is missing.
    fn give(&mut self, template: &Files) {
        for (name, given) in template {
            match self.files.get(name) {
                Some(own) if name == ROOT && !only_declares(own) && !is_untouched(own, given) => {
                    self.notes.push(Note::Replaced { file: name.clone() });
                }
                Some(own) if is_given(name) && name != ROOT && !is_untouched(own, given) => {
                    self.notes.push(Note::Replaced { file: name.clone() });
                }
                None if !is_given(name) => self.missing(name),
                _ => {}
            }
            if is_given(name) || !self.files.contains_key(name) {
                self.files.insert(name.clone(), given.clone());
            }
        }
    }

    fn missing(&mut self, file: &str) {
        self.notes.push(Note::FromTemplate { file: file.to_owned() });
        let elsewhere = self.files.keys().find(|name| name.ends_with(&format!("/{file}")));
        self.notes.extend(elsewhere.map(|name| Note::Elsewhere {
            name: name.clone(),
            file: file.to_owned(),
        }));
    }

    fn end(mut self) -> Self {
        for (file, name) in std::mem::take(&mut self.original) {
            if file != name {
                self.notes.push(Note::ReadAs { name, file });
            }
        }
        for (why, names) in std::mem::take(&mut self.left_out) {
            self.notes.push(Note::LeftOut { names, why });
        }
        self
    }
}

/// The part of a name that cannot be a module's, with what is above it.
fn unusable(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split('/').collect();
    let (file, folders) = parts.split_last()?;
    if let Some(at) = folders.iter().position(|folder| !is_module(folder)) {
        return Some(format!("{}/", folders[..=at].join("/")));
    }
    let stem = &file[..file.len() - ".rs".len()];
    let is_usable = is_module(stem) || (stem == "mod" && !folders.is_empty());
    (!is_usable).then(|| name.to_owned())
}

/// What stands in the way of a given file: a folder of its name, since that file declares no modules.
fn shadowed(name: &str, standard: Option<&str>) -> Option<String> {
    let (folder, _) = name.split_once('/')?;
    let is_ours = is_given(&format!("{folder}.rs")) || standard.is_some_and(is_given);
    is_ours.then(|| format!("{folder}/"))
}

/// The other file that would be the same module.
fn twin(name: &str) -> Option<String> {
    match name.strip_suffix("/mod.rs") {
        Some(stem) => Some(format!("{stem}.rs")),
        None => Some(format!("{}/mod.rs", name.strip_suffix(".rs")?)),
    }
}

/// A file at the top, or the folder that it lies in.
fn outermost(name: &str) -> String {
    match name.split_once('/') {
        Some((folder, _)) if !is_module(folder) => format!("{folder}/"),
        _ => name.to_owned(),
    }
}
