//! Which tasks the files of an overlay can touch: everything else is the reference, word for word.
//!
//! A task is touched when an item that its adapter names, directly or through others, is not as the reference has it; and
//! when one of its parts is touched. What counts as naming is generous, because a name too many costs a second and a name
//! too few would hide a mistake: any word that is the name of an item of the same file or of anything imported, and in a
//! path of any file's; also where it is a variable. An overlay that could do more than define functions touches everything.

mod items;
mod references;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use judge::contract::Task;
use judge::fixtures::hex;
use sandbox::stage::is_given;
use walkdir::WalkDir;

use crate::failure::Failure;
use crate::grader::Grader;
use items::{File, Item};

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
            reference: sources(&grader.place().reference().join("src"))?,
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
            code: Code::new(&all, &replaced),
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
            .map(|(file, item)| self.code.files[file].piece(item))
            .collect();
        pieces.sort_unstable();
        // The same in two files is there twice.
        hex(pieces.join("\n").as_bytes())
    }
}

/// Files that have been read as items, by their texts: most overlays leave most files as they are.
#[derive(Debug, Default)]
struct Library {
    read: Mutex<HashMap<String, Arc<File>>>,
}

impl Library {
    fn file(&self, text: &str) -> Arc<File> {
        if let Some(file) = self.read().get(text) {
            return Arc::clone(file);
        }
        let file = Arc::new(File::read(text));
        self.read().insert(text.to_owned(), Arc::clone(&file));
        file
    }

    fn read(&self) -> MutexGuard<'_, HashMap<String, Arc<File>>> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Texts of files by their paths.
pub(crate) type Texts = BTreeMap<String, String>;

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
        let code = Code::new(self, &replaced);
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

/// The items of all files as the overlay leaves them.
struct Code {
    files: Vec<Arc<File>>,
    /// The places of items by their names.
    named: BTreeMap<String, Vec<Place>>,
    /// What names stand for that an import has given.
    aliases: BTreeMap<String, BTreeSet<String>>,
    /// The items that are not as the reference has them.
    changed: BTreeSet<Place>,
    /// The names that items of the reference have and none of the overlay in the same file, with the numbers of the files.
    lost: BTreeMap<String, BTreeSet<usize>>,
}

/// The numbers of a file, and of an item in it.
type Place = (usize, usize);

impl Code {
    fn new(sources: &Sources<'_>, replaced: &BTreeSet<&str>) -> Self {
        let mut code = Self {
            files: Vec::new(),
            named: BTreeMap::new(),
            aliases: BTreeMap::new(),
            changed: BTreeSet::new(),
            lost: BTreeMap::new(),
        };
        let names: BTreeSet<&String> = sources.before.keys().chain(sources.after.keys()).collect();
        for name in names {
            let (before, after) = (sources.before.get(name), sources.after.get(name));
            let Some(text) = after.or(before) else { continue };
            let file = sources.library.file(text);
            let changed = match before {
                Some(before) if replaced.contains(name.as_str()) => {
                    let before = sources.library.file(before);
                    for name in before.names().difference(&file.names()) {
                        code.lost.entry((*name).clone()).or_default().insert(code.files.len());
                    }
                    file.changed(&before)
                }
                _ => BTreeSet::new(),
            };
            code.add(file, &changed);
        }
        code
    }

    fn add(&mut self, file: Arc<File>, changed: &BTreeSet<usize>) {
        let number = self.files.len();
        self.changed.extend(changed.iter().map(|&item| (number, item)));
        for (alias, original) in &file.aliases {
            self.aliases.entry(alias.clone()).or_default().insert(original.clone());
        }
        for (item, names) in file.items.iter().map(|item| &item.names).enumerate() {
            for name in names {
                self.named.entry(name.clone()).or_default().push((number, item));
            }
        }
        self.files.push(file);
    }

    /// Whether what is called for a task reaches something that is changed, or is not there any more.
    fn is_touched(&self, task: &Task, adapter: &File) -> bool {
        let is_other = |&(number, item): &Place| {
            let file = &self.files[number];
            self.changed.contains(&(number, item)) || self.misses(&file.items[item], file, Some(number))
        };
        adapter.items.iter().any(|item| self.misses(item, adapter, None))
            || self.reached(task, adapter, &[]).iter().any(is_other)
    }

    /// The items that what is called for a task may reach, but for functions that others answer for.
    fn reached(&self, task: &Task, adapter: &File, apart: &[&str]) -> BTreeSet<Place> {
        let is_apart = |name: &String| name != task.id && apart.contains(&name.as_str());
        let called = adapter.items.iter().flat_map(|item| self.meant(item, adapter, None));
        let mut waiting: Vec<Place> = called.chain(self.everywhere(task.id)).collect();
        let mut reached = BTreeSet::new();
        while let Some(place) = waiting.pop() {
            let (number, item) = place;
            let file = &self.files[number];
            if file.items[item].names.iter().any(is_apart) {
                continue;
            }
            if reached.insert(place) {
                waiting.extend(self.meant(&file.items[item], file, Some(number)));
            }
        }
        reached
    }

    /// Whether a word of an item has lost what it stood for.
    fn misses(&self, item: &Item, file: &File, number: Option<usize>) -> bool {
        let is_nowhere = |word: &String| self.lost.contains_key(word) && !self.named.contains_key(word);
        let is_gone_here = |files: &BTreeSet<usize>| number.is_some_and(|number| files.contains(&number));
        let mut bare = item.words.bare.iter();
        let elsewhere = [&item.words.qualified, &item.words.methods];
        bare.any(|word| match self.lost.get(word) {
            Some(_) if file.is_imported(word) => is_nowhere(word),
            Some(files) => is_gone_here(files),
            None => false,
        }) || elsewhere.into_iter().flatten().any(is_nowhere)
    }

    /// The items that the words of an item may stand for, in a file that has this number if it is among the files.
    fn meant(&self, item: &Item, file: &File, number: Option<usize>) -> Vec<Place> {
        let is_own = |place: &Place| Some(place.0) == number;
        let bare = item.words.bare.iter().flat_map(|word| {
            let is_imported = file.is_imported(word);
            let places = self.everywhere(word).into_iter();
            places.filter(move |place| is_imported || is_own(place))
        });
        let has_methods = |&(number, item): &Place| self.files[number].items[item].has_methods;
        let methods = item.words.methods.iter().flat_map(|word| self.everywhere(word));
        let qualified = item.words.qualified.iter().flat_map(|word| self.everywhere(word));
        bare.chain(methods.filter(has_methods)).chain(qualified).collect()
    }

    /// The items of a name in any file, and of the names that it is given instead of.
    fn everywhere(&self, name: &str) -> Vec<Place> {
        let names = self.aliases.get(name).into_iter().flatten().map(String::as_str);
        let places = names.chain([name]).filter_map(|name| self.named.get(name));
        places.flatten().copied().collect()
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
