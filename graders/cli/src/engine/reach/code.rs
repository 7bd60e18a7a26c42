//! The items of a submission, and the way from item to item by the names that they mention.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use judge::contract::Task;

use super::items::{File, Item};

/// Texts of files by their paths.
pub(crate) type Texts = BTreeMap<String, String>;

/// Files that have been read as items, by their texts: most overlays leave most files as they are.
#[derive(Debug, Default)]
pub(super) struct Library {
    read: Mutex<HashMap<String, Arc<File>>>,
}

impl Library {
    pub(super) fn file(&self, text: &str) -> Arc<File> {
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

/// The items of all files as the overlay leaves them.
pub(super) struct Code {
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
pub(super) type Place = (usize, usize);

impl Code {
    /// The code of `after` laid over `before`; `replaced` are the files that are not as before.
    pub(super) fn new(before: &Texts, after: &Texts, replaced: &BTreeSet<&str>, library: &Library) -> Self {
        let mut code = Self {
            files: Vec::new(),
            named: BTreeMap::new(),
            aliases: BTreeMap::new(),
            changed: BTreeSet::new(),
            lost: BTreeMap::new(),
        };
        let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        for name in names {
            let (before, after) = (before.get(name), after.get(name));
            let Some(text) = after.or(before) else { continue };
            let file = library.file(text);
            let changed = match before {
                Some(before) if replaced.contains(name.as_str()) => {
                    let before = library.file(before);
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

    /// An item's text.
    pub(super) fn piece(&self, (file, item): Place) -> String {
        self.files[file].piece(item)
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
    pub(super) fn is_touched(&self, task: &Task, adapter: &File) -> bool {
        let is_other = |&(number, item): &Place| {
            let file = &self.files[number];
            self.changed.contains(&(number, item)) || self.misses(&file.items[item], file, Some(number))
        };
        adapter.items.iter().any(|item| self.misses(item, adapter, None))
            || self.reached(task, adapter, &[]).iter().any(is_other)
    }

    /// The items that what is called for a task may reach, but for functions that others answer for.
    pub(super) fn reached(&self, task: &Task, adapter: &File, apart: &[&str]) -> BTreeSet<Place> {
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
