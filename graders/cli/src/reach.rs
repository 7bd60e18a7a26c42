//! Which tasks the files of an overlay can touch: everything else is the reference, word for word.
//!
//! A task is touched when its file, or a file that this one names, directly or through others, has been replaced; and
//! when one of its parts is. What counts as naming is generous, because a name too many costs a second and a name too
//! few would hide a mistake: any word that is a module or a task, also where it is a variable, in a string or at the end
//! of a line of code. An overlay that could do more than define functions touches everything.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use judge::task::Task;
use sandbox::stage::is_given;
use walkdir::WalkDir;

use crate::failure::Failure;

/// Words of code that can have an effect beyond the functions in which they stand: state that outlives a call, threads,
/// settings of libtorch, the world outside, code that is not where it seems to be.
const FAR_REACHING: &[&str] = &[
    "LazyCell",
    "LazyLock",
    "Mutex",
    "OnceCell",
    "OnceLock",
    "RwLock",
    "asm",
    "env",
    "export_name",
    "extern",
    "fs",
    "global_asm",
    "include",
    "include_bytes",
    "include_str",
    "link_section",
    "macro_export",
    "macro_rules",
    "macro_use",
    "manual_seed",
    "no_mangle",
    "path",
    "process",
    "static",
    "thread",
    "thread_local",
    "unsafe",
];

/// How a file's own tests begin, which are no part of a submission; they end at a brace that is not indented.
const TESTS: &str = "\n#[cfg(test)]\nmod tests {";

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

/// What the files of `overlay/src` touch when they are laid over `reference/src`.
pub(crate) fn touched(reference: &Path, overlay: &Path, tasks: &[&'static Task]) -> Result<Touched, Failure> {
    let before = sources(&reference.join("src"))?;
    let after = sources(&overlay.join("src"))?;
    Ok(Sources { before, after }.touched(tasks))
}

/// Texts of files by their paths.
type Texts = BTreeMap<String, String>;

struct Sources {
    before: Texts,
    after: Texts,
}

impl Sources {
    fn touched(&self, tasks: &[&'static Task]) -> Touched {
        let replaced: BTreeSet<&str> = self
            .after
            .iter()
            .filter(|(name, text)| self.before.get(*name) != Some(*text))
            .map(|(name, _)| name.as_str())
            .collect();
        if replaced.iter().any(|name| self.is_far_reaching(name)) {
            return Touched::Everything;
        }
        let names = Names::new(&self.before, tasks);
        let is_touched = |task: &&&Task| {
            self.reached(task.file, &names)
                .iter()
                .any(|file| replaced.contains(file))
        };
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

    fn is_far_reaching(&self, name: &str) -> bool {
        let is_known = self.before.contains_key(name) && !is_given(name);
        !is_known
            || [&self.before, &self.after]
                .into_iter()
                .filter_map(|texts| texts.get(name))
                .any(|text| goes_far(text))
    }

    /// The files that the code of a file names, and those that they name.
    fn reached<'a>(&'a self, file: &'a str, names: &Names<'a>) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::from([file]);
        let mut waiting = vec![file];
        while let Some(file) = waiting.pop() {
            let text = self.after.get(file).or_else(|| self.before.get(file));
            let words = text.map(|text| words(text)).unwrap_or_default();
            let named = words.into_iter().filter_map(|(word, _)| names.0.get(word).copied());
            waiting.extend(named.filter(|file| reached.insert(file)));
        }
        reached
    }
}

/// The texts of all files in a folder, by their paths below it.
fn sources(folder: &Path) -> Result<Texts, Failure> {
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

/// The file that a module's or a task's name leads to.
struct Names<'a>(BTreeMap<&'a str, &'a str>);

impl<'a> Names<'a> {
    fn new(texts: &'a Texts, tasks: &[&'static Task]) -> Self {
        let mut names: BTreeMap<&str, &str> = tasks.iter().map(|task| (task.id, task.file)).collect();
        let files = texts.keys().filter(|file| !is_given(file));
        // A module may have a task's name; then its file is the task's.
        names.extend(files.filter_map(|file| Some((module(file)?, file.as_str()))));
        Self(names)
    }
}

/// The name by which a file is known in code.
fn module(file: &str) -> Option<&str> {
    let path = file.strip_suffix(".rs")?;
    path.strip_suffix("/mod").unwrap_or(path).rsplit('/').next()
}

/// Whether code can do more than define functions that are called by name.
fn goes_far(text: &str) -> bool {
    let is_far = |&(word, before): &(&str, Option<char>)| {
        // `'static` is a lifetime.
        let is_lifetime = before == Some('\'');
        !is_lifetime && (FAR_REACHING.contains(&word) || word.starts_with("Atomic") || word.starts_with("set_"))
    };
    // A method belongs to a type, which others may have without naming this file.
    let has_methods = |line: &str| {
        ["impl ", "impl<", "unsafe impl"]
            .iter()
            .any(|start| line.starts_with(start))
    };
    words(text).iter().any(is_far) || code(text).any(has_methods)
}

/// The lines that are compiled and are not comments as a whole, without what they are indented by.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let (before, tests) = text.split_once(TESTS).unwrap_or((text, ""));
    let after = tests.split_once("\n}").map_or(tests, |(_, after)| after);
    let lines = before.lines().chain(after.lines());
    lines.map(str::trim_start).filter(|line| !line.starts_with("//"))
}

/// The words of the code, each with the character before it.
fn words(text: &str) -> Vec<(&str, Option<char>)> {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    code(text)
        .flat_map(|line| {
            line.split(move |letter| !is_word(letter))
                .filter(|word| !word.is_empty())
                .map(move |word| {
                    let start = word.as_ptr() as usize - line.as_ptr() as usize;
                    (word, line[..start].chars().next_back())
                })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use judge::tasks;

    fn texts(files: &[(&str, &str)]) -> Texts {
        files
            .iter()
            .map(|&(name, text)| (name.to_owned(), text.to_owned()))
            .collect()
    }

    fn touched(after: &[(&str, &str)]) -> Touched {
        let before = texts(&[
            ("attention.rs", "use crate::parts;\nparts::rotary_embedding(q, k, 0)"),
            ("normalization.rs", "pub fn rms_norm() {}"),
            (
                "rotary.rs",
                "/// For `rms_norm`.\npub fn rotary_embedding() {}\n#[cfg(test)]\nmod tests {\n    rms_norm\n}\n",
            ),
            ("sampling.rs", "use crate::{attention as other, types};"),
            ("types.rs", ""),
        ]);
        let known = ["rms_norm", "causal_mask", "rotary_embedding", "greedy", "decoder_block"];
        let tasks: Vec<_> = known.iter().filter_map(|id| tasks::find(id)).collect();
        let after = texts(after);
        Sources { before, after }.touched(&tasks)
    }

    fn only<const N: usize>(tasks: [&'static str; N]) -> Touched {
        Touched::Tasks(BTreeSet::from(tasks))
    }

    #[test]
    fn a_file_touches_the_tasks_in_it_and_those_that_use_them() {
        let after = [("normalization.rs", "pub fn rms_norm() { 1 }")];
        assert_eq!(touched(&after), only(["rms_norm", "decoder_block"]));
    }

    #[test]
    fn files_are_reached_through_others_under_any_name() {
        // The attention calls it as a part, the sampling has the attention under another name.
        let after = [("rotary.rs", "pub fn rotary_embedding() { 1 }")];
        assert_eq!(
            touched(&after),
            only(["rotary_embedding", "causal_mask", "greedy", "decoder_block"])
        );
    }

    #[test]
    fn what_the_overlay_itself_names_counts() {
        let after = [
            ("normalization.rs", "pub fn rms_norm() { 1 }"),
            (
                "rotary.rs",
                "pub fn rotary_embedding() { super::normalization::rms_norm() }",
            ),
        ];
        assert!(touched(&after).contains("rotary_embedding"));
    }

    #[test]
    fn the_same_text_touches_nothing() {
        assert_eq!(touched(&[("normalization.rs", "pub fn rms_norm() {}")]), only([]));
    }

    #[test]
    fn what_could_do_more_than_define_functions_touches_everything() {
        for text in [
            "static TABLE: OnceLock<Tensor> = OnceLock::new();",
            "fn f() { tch::manual_seed(1) }",
            "fn f() { tch::set_num_threads(1) }",
            "use std::sync::atomic::AtomicUsize;",
            "impl Last for Tensor {",
        ] {
            assert_eq!(touched(&[("rotary.rs", text)]), Touched::Everything, "{text}");
        }
        assert_eq!(touched(&[("helpers.rs", "")]), Touched::Everything);
        assert_eq!(touched(&[("types.rs", "struct Other;")]), Touched::Everything);
        assert_ne!(
            touched(&[("rotary.rs", "// static\nfn f() -> &'static str {}")]),
            Touched::Everything
        );
    }
}
