//! Where in a submission the crate is: a repository may hold it in a folder, beside others that are none of it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::archive::is_called_one;
use super::error::StageError;
use super::given::{Files, is_given, is_same};
use super::manifest;
use super::tree::{Entry, SOURCES, Tree, is_hidden, is_rust};

/// Folders beside a crate's sources whose files belong to no library.
pub(super) const BESIDE: [&str; 4] = ["benches", "examples", "target", "tests"];
/// The crate that everybody was given, where it still lies beside one's own.
const TEMPLATE: &str = "student_template";
/// Names that an error lists.
const LISTED: usize = 6;

/// A crate in a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Crate {
    /// Its folder; empty for the submission's own.
    pub(super) folder: String,
    /// What the names of its sources begin with.
    pub(super) sources: String,
}

impl Crate {
    /// What lies among its sources, by names relative to them.
    pub(super) fn inside<'a>(&'a self, tree: &'a Tree) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        let from = tree.range(self.sources.clone()..);
        let inside = from.map_while(|(name, entry)| Some((name.strip_prefix(&self.sources)?, entry)));
        inside.filter(|(name, _)| !name.is_empty() && !self.is_beside(name))
    }

    /// Where the sources lie with the manifest, so does what is none of them.
    fn is_beside(&self, name: &str) -> bool {
        let is_flat = self.sources.trim_end_matches('/') == self.folder;
        is_flat && (name == "build.rs" || name.split_once('/').is_some_and(|(first, _)| BESIDE.contains(&first)))
    }

    /// The topics' files among its sources, by the names that the template has them under.
    fn topics<'a>(&'a self, tree: &'a Tree, template: &'a Files) -> BTreeMap<&'a str, &'a Entry> {
        let topic = |(name, entry): (&str, &'a Entry)| {
            let topic = template.get_key_value(as_of_template(name, template)?.as_str())?.0;
            (!is_given(topic) && !matches!(entry, Entry::Other)).then_some((topic.as_str(), entry))
        };
        self.inside(tree).filter_map(topic).collect()
    }

    fn sources_of<'a>(&'a self, tree: &'a Tree) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        self.inside(tree).filter(|(name, entry)| is_source(name, entry))
    }
}

/// The name that the template has for a file at the top: written in any case, or as the file of a folder.
pub(super) fn as_of_template(name: &str, template: &Files) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let lower = lower
        .strip_suffix("/mod.rs")
        .map_or(lower.clone(), |stem| format!("{stem}.rs"));
    template.contains_key(&lower).then_some(lower)
}

/// Whether something is a Rust file, whatever can be made of it.
pub(super) fn is_source(name: &str, entry: &Entry) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    is_rust(file) && !is_hidden(file) && matches!(entry, Entry::Text(_) | Entry::Large | Entry::Unreadable(_))
}

/// The one crate that is handed in. Copies of it count once, and so does the template where it was left.
pub(super) fn locate(submission: &Path, tree: &Tree, template: &Files) -> Result<Crate, StageError> {
    let all = crates(tree);
    let with_topics: Vec<&Crate> = all
        .iter()
        .filter(|one| !one.topics(tree, template).is_empty())
        .collect();
    let candidates = if with_topics.is_empty() {
        outermost(&all.iter().collect::<Vec<_>>())
    } else {
        outermost(&with_topics)
    };
    let candidates = without_copies(&candidates, tree);
    let candidates = prefer(&candidates, |one| {
        !one.is_template() && !one.is_unwritten(tree, template)
    });
    let names_assignment = |one: &Crate| manifest::read(tree, &one.folder).is_ok_and(|read| read.assignment.is_some());
    match prefer(&candidates, names_assignment).as_slice() {
        [] => Err(StageError::NoCrate {
            path: submission.to_owned(),
            found: found(tree),
        }),
        [one] => Ok((*one).clone()),
        several => Err(StageError::SeveralCrates {
            path: submission.to_owned(),
            files: several.iter().map(|one| one.sources_of(tree).count()).sum(),
            crates: several.iter().map(|one| one.shown()).collect(),
        }),
    }
}

/// Whether the folder itself is a crate with something of the template in it: then nothing else has to be looked at.
pub(super) fn is_at_the_top(tree: &Tree, template: &Files) -> bool {
    let mut at_the_top = crates(tree).into_iter().filter(|one| one.folder.is_empty());
    at_the_top.any(|one| one.sources == "src/" && !one.topics(tree, template).is_empty())
}

impl Crate {
    fn is_template(&self) -> bool {
        self.folder.rsplit('/').next() == Some(TEMPLATE)
    }

    /// Whether it is the template as it was handed out.
    fn is_unwritten(&self, tree: &Tree, template: &Files) -> bool {
        let is_unwritten = |(name, entry): (&str, &Entry)| match (entry, template.get(name)) {
            (Entry::Text(own), Some(given)) => is_same(own, given),
            _ => false,
        };
        self.topics(tree, template).into_iter().all(is_unwritten)
    }

    fn shown(&self) -> String {
        if self.folder.is_empty() {
            ".".to_owned()
        } else {
            self.folder.clone()
        }
    }
}

/// Every place that looks like a crate: a `src` with Rust files, or a folder with some directly in it.
fn crates(tree: &Tree) -> Vec<Crate> {
    let mut found = BTreeSet::new();
    for (name, _) in tree.iter().filter(|(name, entry)| is_source(name, entry)) {
        let mut folders: Vec<&str> = name.split('/').collect();
        let file = folders.pop();
        let is_sources = |folder: &&str| folder.eq_ignore_ascii_case(SOURCES);
        if let Some(at) = folders.iter().position(is_sources) {
            let sources = format!("{}/", folders[..=at].join("/"));
            found.insert((folders[..at].join("/"), sources));
        } else if !folders.last().is_some_and(|folder| BESIDE.contains(folder)) {
            if file == Some("mod.rs") {
                folders.pop();
            }
            let folder = folders.join("/");
            let sources = if folder.is_empty() {
                String::new()
            } else {
                format!("{folder}/")
            };
            found.insert((folder, sources));
        }
    }
    let crates = found.into_iter().map(|(folder, sources)| Crate { folder, sources });
    crates.collect()
}

/// Without those that lie in another. Of two in one folder, that with `src` is meant.
fn outermost<'a>(crates: &[&'a Crate]) -> Vec<&'a Crate> {
    let is_in = |inner: &Crate, outer: &Crate| {
        let is_below = outer.folder.is_empty() || inner.folder.starts_with(&format!("{}/", outer.folder));
        let is_lesser = inner.folder == outer.folder && inner.sources.len() < outer.sources.len();
        (inner.folder != outer.folder && is_below) || is_lesser
    };
    let is_outer = |one: &&&Crate| !crates.iter().any(|other| is_in(one, other));
    crates.iter().filter(is_outer).copied().collect()
}

fn without_copies<'a>(crates: &[&'a Crate], tree: &Tree) -> Vec<&'a Crate> {
    let mut kept: Vec<&Crate> = Vec::new();
    for one in crates {
        let is_same = |other: &&Crate| one.sources_of(tree).eq(other.sources_of(tree));
        if !kept.iter().any(is_same) {
            kept.push(one);
        }
    }
    kept
}

/// Those of which something holds, unless it holds of none.
fn prefer<'a>(crates: &[&'a Crate], holds: impl Fn(&Crate) -> bool) -> Vec<&'a Crate> {
    let preferred: Vec<&Crate> = crates.iter().copied().filter(|one| holds(one)).collect();
    if preferred.is_empty() {
        crates.to_vec()
    } else {
        preferred
    }
}

/// Whether there is any Rust file.
pub(super) fn has_sources(tree: &Tree) -> bool {
    tree.iter().any(|(name, entry)| is_source(name, entry))
}

/// The files that are called like archives.
pub(super) fn archives(tree: &Tree) -> Vec<&str> {
    let is_one = |(name, entry): &(&String, &Entry)| matches!(entry, Entry::Other) && is_called_one(name);
    tree.iter().filter(is_one).map(|(name, _)| name.as_str()).collect()
}

/// What there is in place of a crate.
fn found(tree: &Tree) -> String {
    let rust = tree.iter().filter(|(name, entry)| is_source(name, entry));
    let rust: Vec<&str> = rust.map(|(name, _)| name.as_str()).collect();
    if !rust.is_empty() {
        let files = super::note::counted(rust.len(), "Rust file");
        return format!(
            "{files}, but not where a crate has its sources: {}",
            super::note::listed(&rust, LISTED)
        );
    }
    match archives(tree).as_slice() {
        [] => {}
        [one] => return format!("no Rust files, but an archive in the archive, which is not opened: `{one}`"),
        several => {
            let several = super::note::listed(several, LISTED);
            return format!("no Rust files, but several archives, of which none is opened: {several}");
        }
    }
    let link = |(name, entry): (&'_ String, &Entry)| matches!(entry, Entry::Link).then(|| name.clone());
    let links: Vec<String> = tree.iter().filter_map(link).collect();
    let links: Vec<&str> = links.iter().map(String::as_str).collect();
    let all: Vec<&str> = tree.keys().map(String::as_str).collect();
    match (links.as_slice(), all.as_slice()) {
        (_, []) => "it is empty".to_owned(),
        ([], all) => format!("no Rust files: there is only {}", super::note::listed(all, LISTED)),
        (links, _) => format!(
            "no Rust files, and links, which are not followed: {}",
            super::note::listed(links, LISTED)
        ),
    }
}
