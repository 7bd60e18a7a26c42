//! `use` and `extern crate` as lists of names and what they stand for.

use proc_macro2::Delimiter;

use super::map::{Definition, Home, Import, Map, Source};
use super::tokens::Tokens;

/// The longest path that is followed; nobody writes one.
const LONGEST: usize = 32;

/// Reads an import that begins at `at`, notes what it declares, and returns the place after it.
pub(super) fn read(map: &mut Map, source: &mut Source, at: usize, home: Home) -> usize {
    let end = source.tokens.find(at, |place| source.tokens.mark(place, ";"));
    let mut leaves = Vec::new();
    if source.tokens.keyword(at, "extern") {
        extern_crate(&source.tokens, at + 2, &mut leaves);
    } else {
        tree(&source.tokens, at + 1, end, &mut leaves);
    }
    for leaf in leaves {
        if leaf.star {
            map.scopes[home.scope].stars.insert(leaf.path.clone());
        } else if leaf.name != "_" {
            map.define(home.scope, &leaf.name, Definition::Import(leaf.path.clone()));
        }
        let import = Import {
            path: leaf.path,
            star: leaf.star,
            at: leaf.at,
        };
        source.imports.push((import, home));
    }
    end
}

/// What stands for a name that a macro's argument gives.
pub(super) const PLACEHOLDER: &str = "$";

/// Whether the word at a place is that of a macro's argument. `$crate` is not.
pub(super) fn is_placeholder(tokens: &Tokens, at: usize) -> bool {
    at > 0 && tokens.mark(at - 1, "$") && !tokens.keyword(at, "crate")
}

/// One name of an import.
struct Leaf {
    path: Vec<String>,
    name: String,
    star: bool,
    at: usize,
}

/// `NAME` or `NAME as OTHER`, after `extern crate`. It names a crate even where a module has the same name.
fn extern_crate(tokens: &Tokens, at: usize, leaves: &mut Vec<Leaf>) {
    let Some(name) = tokens.word(at) else { return };
    let path = if name == "self" {
        vec!["crate".to_owned()]
    } else {
        vec![String::new(), name.to_owned()]
    };
    let other = tokens.keyword(at + 1, "as").then(|| tokens.word(at + 2)).flatten();
    leaves.push(Leaf {
        path,
        name: other.unwrap_or(name).to_owned(),
        star: false,
        at,
    });
}

/// The leaves of a tree of names, without recursion: what stands before a bracket is kept until it closes.
fn tree(tokens: &Tokens, from: usize, end: usize, leaves: &mut Vec<Leaf>) {
    let mut before: Vec<Vec<String>> = Vec::new();
    let mut path: Vec<String> = Vec::new();
    let mut at = from;
    while at < end {
        if tokens.group(at, Delimiter::Brace).is_some() {
            before.push(path.clone());
        } else if tokens.closes(at) {
            before.pop();
            // Whatever stood before the bracket has been taken up by the names in it.
            path.clear();
        } else if tokens.mark(at, ",") {
            path = before.last().cloned().unwrap_or_default();
        } else if tokens.mark(at, "::") && path.is_empty() && !tokens.closes(at.wrapping_sub(1)) {
            path.push(String::new());
        } else if tokens.mark(at, "*") {
            leaves.push(leaf(&path, true, "", at));
        } else if let Some(name) = tokens.word(at) {
            at = named(tokens, at, name, &mut path, leaves);
        }
        at += 1;
    }
}

/// A name in a tree: a step on the way, or a leaf with the name that it gets here. Returns the last place that it used.
fn named(tokens: &Tokens, at: usize, name: &str, path: &mut Vec<String>, leaves: &mut Vec<Leaf>) -> usize {
    let name = if is_placeholder(tokens, at) { PLACEHOLDER } else { name };
    if path.len() < LONGEST && (name != "self" || path.iter().all(String::is_empty)) {
        path.push(name.to_owned());
    }
    if tokens.mark(at + 1, "::") {
        return at;
    }
    let renamed = tokens.keyword(at + 1, "as");
    let name = if renamed {
        tokens.word(at + 2)
    } else {
        path.last().map(String::as_str)
    };
    leaves.push(leaf(path, false, name.unwrap_or("_"), at));
    if renamed { at + 2 } else { at }
}

fn leaf(path: &[String], star: bool, name: &str, at: usize) -> Leaf {
    Leaf {
        path: path.to_vec(),
        name: name.to_owned(),
        star,
        at,
    }
}
