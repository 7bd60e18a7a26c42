//! A source file as its items: what each is called, which words it has, and whether it is the same as another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use syn::spanned::Spanned;
use syn::{UseTree, Visibility};

use super::references::References;

/// How a file's own tests begin, which are no part of a submission; they end at a brace that is not indented.
const TESTS: &str = "\n#[cfg(test)]\nmod tests {";

#[derive(Debug, Default)]
pub(super) struct File {
    /// Its items, imports among them.
    pub(super) items: Vec<Item>,
    /// The names that imports give, with what they stand for.
    pub(super) aliases: Vec<(String, String)>,
    /// The paths that imports give names to, by the names; under `*` those that give whatever is there.
    paths: BTreeMap<String, BTreeSet<String>>,
}

/// An item, or the whole of a file that cannot be read as items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Item {
    /// What it is called; nothing for an import, which is no code by itself.
    pub(super) names: BTreeSet<String>,
    /// Whether its names may be those of methods.
    pub(super) has_methods: bool,
    /// Its words that may stand for other items.
    pub(super) words: References,
    /// Its code without comments and layout.
    code: String,
    /// The names that it brings in, for an import; none for all others.
    imports: Option<BTreeSet<String>>,
}

impl File {
    /// Reads a file. One that is not made of items is one item under all its words.
    pub(super) fn read(text: &str) -> Self {
        match syn::parse_file(text) {
            Ok(syntax) => Self::of_items(text, &syntax.items),
            Err(_) => Self {
                items: vec![Item {
                    names: word_set(text),
                    has_methods: true,
                    words: References::anywhere(word_set(text)),
                    ..Item::new(text, None)
                }],
                ..Self::default()
            },
        }
    }

    fn of_items(text: &str, all: &[syn::Item]) -> Self {
        let mut file = Self::default();
        for item in all {
            let own = &text[item.span().byte_range()];
            let read = match item {
                syn::Item::Mod(module) if module.ident == "tests" => continue,
                // A file's declaration is no code, and its name may be that of a function elsewhere.
                syn::Item::Mod(module) if module.content.is_none() => continue,
                syn::Item::Use(import) => {
                    let mut names = BTreeSet::new();
                    read_tree(&import.tree, &mut names, &mut file.aliases);
                    read_paths(&import.tree, String::new(), &mut file.paths);
                    // What is handed on under a name is an item of that name.
                    let is_private = matches!(import.vis, Visibility::Inherited);
                    let known = if is_private { BTreeSet::new() } else { names.clone() };
                    Item {
                        names: known,
                        words: References::anywhere(word_set(own)),
                        imports: Some(names),
                        ..Item::new(own, None)
                    }
                }
                syn::Item::Fn(item) => Item::new(own, Some(&item.sig.ident)),
                syn::Item::Const(item) => Item::new(own, Some(&item.ident)),
                syn::Item::Struct(item) => Item::new(own, Some(&item.ident)),
                syn::Item::Enum(item) => Item::new(own, Some(&item.ident)),
                syn::Item::Static(item) => Item::new(own, Some(&item.ident)),
                syn::Item::Type(item) => Item::new(own, Some(&item.ident)),
                // Whoever has a value of a type has it from an item that names the type.
                syn::Item::Impl(methods) => Item {
                    names: impl_names(text, methods),
                    has_methods: true,
                    ..Item::new(own, None)
                },
                // Whatever else it is belongs to every name in it.
                _ => Item {
                    names: word_set(own),
                    has_methods: true,
                    words: References::anywhere(word_set(own)),
                    ..Item::new(own, None)
                },
            };
            file.items.push(read);
        }
        file
    }

    /// What its items are called.
    pub(super) fn names(&self) -> BTreeSet<&String> {
        self.items.iter().flat_map(|item| &item.names).collect()
    }

    /// An item with what the names in it stand for by the file's imports.
    pub(super) fn piece(&self, item: usize) -> String {
        let item = &self.items[item];
        let mut piece = item.code.clone();
        for (name, paths) in &self.paths {
            if name == ALL || item.words.have_any(&BTreeSet::from([name.clone()])) {
                for path in paths {
                    let _ = write!(piece, "\n{name} {path}");
                }
            }
        }
        piece
    }

    /// Whether a name that stands by itself in the file may stand for an item of another file.
    pub(super) fn is_imported(&self, name: &str) -> bool {
        let mut imports = self.items.iter().filter_map(|item| item.imports.as_ref());
        imports.any(|names| names.contains(ALL) || names.contains(name))
    }

    /// The places of the items that are not in `before`, and of those that name what another import brings in.
    pub(super) fn changed(&self, before: &Self) -> BTreeSet<usize> {
        let is_new = |item: &&Item| !before.items.contains(item);
        let is_gone = |item: &&Item| !self.items.contains(item);
        let imports = self
            .items
            .iter()
            .filter(is_new)
            .chain(before.items.iter().filter(is_gone));
        let imports: Vec<&BTreeSet<String>> = imports.filter_map(|item| item.imports.as_ref()).collect();
        let brings_in = |names: &BTreeSet<String>, item: &Item| names.contains(ALL) || item.words.have_any(names);
        let is_changed = |item: &Item| is_new(&item) || imports.iter().any(|names| brings_in(names, item));
        let places = self.items.iter().enumerate();
        places
            .filter(|(_, item)| is_changed(item))
            .map(|(place, _)| place)
            .collect()
    }
}

impl Item {
    fn new(text: &str, name: Option<&syn::Ident>) -> Self {
        let code: Vec<&str> = code(text).flat_map(str::split_whitespace).collect();
        Self {
            names: name.map(ToString::to_string).into_iter().collect(),
            has_methods: false,
            words: References::read(text, || word_set(text)),
            code: code.join(" "),
            imports: None,
        }
    }
}

/// The type, the trait, and the methods of an implementation.
fn impl_names(text: &str, methods: &syn::ItemImpl) -> BTreeSet<String> {
    let mut names = word_set(&text[methods.self_ty.span().byte_range()]);
    if let Some((_, path, _)) = &methods.trait_ {
        names.extend(path.segments.iter().map(|segment| segment.ident.to_string()));
    }
    names.extend(methods.items.iter().filter_map(|item| match item {
        syn::ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
        _ => None,
    }));
    names
}

/// Stands among imported names for whatever is there.
const ALL: &str = "*";

/// The names that an import brings in, and which of them are not what they are called.
fn read_tree(tree: &UseTree, names: &mut BTreeSet<String>, aliases: &mut Vec<(String, String)>) {
    match tree {
        UseTree::Path(path) => read_tree(&path.tree, names, aliases),
        UseTree::Name(name) => {
            names.insert(name.ident.to_string());
        }
        UseTree::Rename(rename) => {
            names.insert(rename.rename.to_string());
            aliases.push((rename.rename.to_string(), rename.ident.to_string()));
        }
        UseTree::Glob(_) => {
            names.insert(ALL.to_owned());
        }
        UseTree::Group(group) => group.items.iter().for_each(|tree| read_tree(tree, names, aliases)),
    }
}

/// The paths that an import gives names to.
fn read_paths(tree: &UseTree, before: String, paths: &mut BTreeMap<String, BTreeSet<String>>) {
    let mut add = |name: String, path: String| {
        paths.entry(name).or_default().insert(path);
    };
    match tree {
        UseTree::Path(path) => read_paths(&path.tree, format!("{before}{}::", path.ident), paths),
        UseTree::Name(name) if name.ident == "self" => {
            let module = before.trim_end_matches(':');
            let own = module.rsplit("::").next().unwrap_or(module);
            add(own.to_owned(), module.to_owned());
        }
        UseTree::Name(name) => add(name.ident.to_string(), format!("{before}{}", name.ident)),
        UseTree::Rename(rename) => add(rename.rename.to_string(), format!("{before}{}", rename.ident)),
        UseTree::Glob(_) => add(ALL.to_owned(), before),
        UseTree::Group(group) => {
            for tree in &group.items {
                read_paths(tree, before.clone(), paths);
            }
        }
    }
}

fn word_set(text: &str) -> BTreeSet<String> {
    words(text).into_iter().map(|(word, _)| word.to_owned()).collect()
}

/// The lines that are compiled and are not comments as a whole, without what they are indented by.
pub(super) fn code(text: &str) -> impl Iterator<Item = &str> {
    let (before, tests) = text.split_once(TESTS).unwrap_or((text, ""));
    let after = tests.split_once("\n}").map_or(tests, |(_, after)| after);
    let lines = before.lines().chain(after.lines());
    lines.map(str::trim_start).filter(|line| !line.starts_with("//"))
}

/// The words of the code, each with the character before it.
pub(super) fn words(text: &str) -> Vec<(&str, Option<char>)> {
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
