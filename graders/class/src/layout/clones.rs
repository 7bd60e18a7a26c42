//! Clones of repositories: what a classroom service makes is named by the assignment and the student's login.

use super::{Item, Who};

/// Whether a folder is a clone, or a copy of what the course hands out.
pub(super) fn is_clone(item: &Item) -> bool {
    let has = |name: &str| item.path.join(name).exists();
    item.is_folder && (has(".git") || has("student/Cargo.toml") || has("student/src"))
}

/// What the names of all clones begin with, up to a hyphen: the assignment's name.
pub(super) fn common_prefix(items: &[Item]) -> String {
    let names: Vec<&str> = items
        .iter()
        .filter(|item| is_clone(item))
        .map(|item| item.name.as_str())
        .collect();
    let [first, rest @ ..] = names.as_slice() else {
        return String::new();
    };
    if rest.is_empty() {
        return String::new();
    }
    let same = |other: &&str| {
        let pairs = first.char_indices().zip(other.chars());
        pairs
            .take_while(|((_, one), other)| one == other)
            .map(|((at, letter), _)| at + letter.len_utf8())
            .last()
    };
    let length = rest.iter().map(|other| same(other).unwrap_or(0)).min().unwrap_or(0);
    let common = &first[..length];
    let prefix = common.rfind('-').map_or("", |at| &common[..=at]);
    // Nobody may be left without a name.
    if names.iter().all(|name| name.len() > prefix.len()) {
        prefix
    } else {
        ""
    }
    .to_owned()
}

pub(super) fn who(name: &str, prefix: &str) -> Who {
    let login = name.strip_prefix(prefix).unwrap_or(name).to_owned();
    Who {
        key: login.clone(),
        name: login.clone(),
        ids: vec![login],
        email: None,
    }
}
