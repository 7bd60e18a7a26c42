//! Which tasks the files of an overlay can touch: everything else is the reference, word for word.
//!
//! A task is touched when an item that its adapter names, directly or through others, is not as the reference has it; and
//! when one of its parts is touched. What counts as naming is generous, because a name too many costs a second and a name
//! too few would hide a mistake: any word that is the name of an item of the same file or of anything imported, and in a
//! path of any file's; also where it is a variable. An overlay that could do more than define functions touches everything.

mod code;
mod items;
mod references;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use files::sha256;
use judge::contract::Task;
use sandbox::stage::is_given;
use walkdir::WalkDir;

use super::grader::Grader;
use crate::failure::Failure;
pub(crate) use code::Texts;
use code::{Code, Library};
use items::File;

/// Words of code that can have an effect although no call reaches the functions in which they stand: code that runs by
/// itself, code that is not where it seems to be, names that a macro makes. State, threads and settings of libtorch are none
/// of these: each task is judged in processes of its own, and there only what a call reaches is run.
const FAR_REACHING: &[&str] = &[
    "asm",
    "export_name",
    "extern",
    "global_asm",
    "include",
    "include_bytes",
    "include_str",
    "link_section",
    "macro_export",
    "macro_rules",
    "macro_use",
    "no_mangle",
    "path",
    "unsafe",
];

/// What an overlay touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Touched {
    /// These tasks at most.
    Tasks(BTreeSet<&'static str>),
    /// Possibly every task.
    Everything,
}

impl Touched {
    /// Whether a task may be touched.
    pub(crate) fn contains(&self, task: &str) -> bool {
        match self {
            Self::Tasks(tasks) => tasks.contains(task),
            Self::Everything => true,
        }
    }
}

/// The reference and what calls it, read once for many overlays.
#[derive(Debug)]
pub(crate) struct Known {
    reference: Texts,
    adapters: Texts,
    library: Library,
}

impl Known {
    /// Reads the reference's sources and the adapters.
    pub(crate) fn load(grader: &Grader) -> Result<Self, Failure> {
        Ok(Self {
            reference: sources(&grader.course_root().reference().join("src"))?,
            adapters: adapters(grader)?,
            library: Library::default(),
        })
    }

    /// The reference's sources by their paths.
    pub(crate) fn reference(&self) -> &Texts {
        &self.reference
    }

    /// The reference's sources with this file in place of its own.
    pub(crate) fn reference_with(&self, file: &str, text: &str) -> Texts {
        let mut texts = self.reference.clone();
        texts.insert(file.to_owned(), text.to_owned());
        texts
    }

    /// What these files touch when they are laid over the reference.
    pub(crate) fn touched(&self, overlay: &Texts, tasks: &[&'static Task]) -> Touched {
        let all = Sources {
            before: &self.reference,
            after: overlay,
            adapters: &self.adapters,
            library: &self.library,
        };
        all.touched(tasks)
    }

    /// These files laid over the reference, as code that calls run; `None` where they could do more than that.
    pub(crate) fn code(&self, overlay: &Texts) -> Option<Whole<'_>> {
        let all = Sources {
            before: &self.reference,
            after: overlay,
            adapters: &self.adapters,
            library: &self.library,
        };
        let replaced = all.replaced();
        let is_bounded = !replaced.iter().any(|name| all.is_far_reaching(name));
        is_bounded.then(|| Whole {
            known: self,
            code: Code::new(all.before, all.after, &replaced, all.library),
        })
    }

    fn adapter(&self, task: &str) -> Arc<File> {
        self.library
            .file(self.adapters.get(&format!("{task}.rs")).map_or("", String::as_str))
    }
}

/// All code of a submission.
pub(crate) struct Whole<'a> {
    known: &'a Known,
    code: Code,
}

impl Whole<'_> {
    /// A hash of the code that a call of a task may run, while others answer for some of its parts. Where two submissions
    /// have the same, their calls run the same code.
    pub(crate) fn identity(&self, task: &Task, apart: &[&str]) -> String {
        let mut pieces: Vec<String> = self
            .code
            .reached(task, &self.known.adapter(task.id), apart)
            .into_iter()
            .map(|place| self.code.piece(place))
            .collect();
        pieces.sort_unstable();
        // The same in two files is there twice.
        sha256(pieces.join("\n").as_bytes())
    }
}

/// What calls the tasks' functions, by file.
pub(crate) fn adapters(grader: &Grader) -> Result<Texts, Failure> {
    sources(grader.adapters())
}

/// What has changed in a submission from one state to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// The files that were changed, added or removed, by their paths.
    pub(crate) files: Vec<String>,
    /// The tasks that they touch.
    pub(crate) touched: Touched,
}

impl Difference {
    /// Whether one of the changed files is the task's own.
    pub(crate) fn holds(&self, task: &str) -> bool {
        tasks::find(task).is_some_and(|task| self.files.iter().any(|file| file == task.file))
    }
}

/// What has changed between two states of a submission's sources, and which of these tasks that touches.
pub(crate) fn between(before: &Texts, after: &Texts, adapters: &Texts, tasks: &[&'static Task]) -> Difference {
    let changed = |name: &&String| before.get(*name) != after.get(*name);
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let removed = before.keys().any(|name| !after.contains_key(name));
    let sources = Sources {
        before,
        after,
        adapters,
        library: &Library::default(),
    };
    Difference {
        files: names.into_iter().filter(changed).cloned().collect(),
        touched: if removed {
            Touched::Everything
        } else {
            sources.touched(tasks)
        },
    }
}

struct Sources<'a> {
    before: &'a Texts,
    after: &'a Texts,
    /// What calls the tasks' functions.
    adapters: &'a Texts,
    library: &'a Library,
}

impl Sources<'_> {
    fn touched(&self, tasks: &[&'static Task]) -> Touched {
        let replaced = self.replaced();
        if replaced.iter().any(|name| self.is_far_reaching(name)) {
            return Touched::Everything;
        }
        let code = Code::new(self.before, self.after, &replaced, self.library);
        let is_touched = |task: &&&Task| code.is_touched(task, &self.library.file(self.adapter(task)));
        let mut touched: BTreeSet<&str> = tasks.iter().filter(is_touched).map(|task| task.id).collect();
        loop {
            let uses = |task: &&&Task| task.parts.iter().any(|part| touched.contains(part));
            let more: Vec<&str> = tasks
                .iter()
                .filter(|task| !touched.contains(task.id))
                .filter(uses)
                .map(|task| task.id)
                .collect();
            if more.is_empty() {
                return Touched::Tasks(touched);
            }
            touched.extend(more);
        }
    }

    /// The files that are not as before.
    fn replaced(&self) -> BTreeSet<&str> {
        let is_other = |(name, text): &(&String, &String)| self.before.get(*name) != Some(*text);
        let files = self.after.iter().filter(is_other);
        files.map(|(name, _)| name.as_str()).collect()
    }

    fn adapter(&self, task: &Task) -> &str {
        self.adapters.get(&format!("{}.rs", task.id)).map_or("", String::as_str)
    }

    fn is_far_reaching(&self, name: &str) -> bool {
        let is_known = self.before.contains_key(name) && !is_given(name);
        !is_known
            || [self.before, self.after]
                .into_iter()
                .filter_map(|texts| texts.get(name))
                .any(|text| goes_far(text))
    }
}

/// The texts of all files in a folder, by their paths below it.
pub(crate) fn sources(folder: &Path) -> Result<Texts, Failure> {
    let cannot =
        |error: &dyn std::fmt::Display| Failure::environment(format!("cannot read {}: {error}", folder.display()));
    let mut texts = Texts::new();
    for entry in WalkDir::new(folder) {
        let entry = entry.map_err(|error| cannot(&error))?;
        if entry.file_type().is_dir() {
            continue;
        }
        let bytes = fs::read(entry.path()).map_err(|error| cannot(&error))?;
        let name = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        texts.insert(
            name.to_string_lossy().into_owned(),
            String::from_utf8_lossy(&bytes).into_owned(),
        );
    }
    Ok(texts)
}

/// Whether code can do more than define functions that are called by name.
fn goes_far(text: &str) -> bool {
    let is_far = |&(word, before): &(&str, Option<char>)| {
        // `'static` is a lifetime.
        let is_lifetime = before == Some('\'');
        !is_lifetime && FAR_REACHING.contains(&word)
    };
    // A method belongs to a type, which others may have without naming this file.
    let has_methods = |line: &str| {
        ["impl ", "impl<", "unsafe impl"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    items::words(text).iter().any(is_far) || items::code(text).any(has_methods)
}

#[cfg(test)]
mod tests;
