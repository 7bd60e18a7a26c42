//! The lock files of what is handed out: the versions of this repository's, without the packages that are not needed there.
//!
//! cargo refuses a lock file that says more than it would write itself, and without one a release or a student's crate would
//! be built from whatever versions there are that day.

use std::collections::{BTreeMap, BTreeSet};

const HEAD: &str = "[[package]]";

/// One package of a lock file.
struct Package<'a> {
    name: &'a str,
    version: &'a str,
    text: &'a str,
}

impl<'a> Package<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let field = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'))
        };
        Some(Self {
            name: field("name")?,
            version: field("version")?,
            text,
        })
    }

    /// What it depends on: a name, followed by a version where several packages have it.
    fn dependencies(&self) -> impl Iterator<Item = &'a str> {
        let (_, list) = self.text.split_once("dependencies = [\n").unwrap_or_default();
        list.lines()
            .take_while(|line| *line != "]")
            .filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix("\","))
    }

    fn is(&self, dependency: &str) -> bool {
        match dependency.split_once(' ') {
            None => self.name == dependency,
            Some((name, rest)) => self.name == name && self.version == rest.split(' ').next().unwrap_or_default(),
        }
    }
}

/// The lock file with what `members` need, directly or through others. `None` where it is none that cargo writes.
pub(crate) fn prune(lock: &str, members: &[&str]) -> Option<String> {
    let mut pieces = lock.split(HEAD);
    let head = pieces.next()?;
    let packages: Vec<Package<'_>> = pieces.map(Package::read).collect::<Option<_>>()?;
    let find = |dependency: &str| packages.iter().position(|package| package.is(dependency));
    let mut waiting: Vec<usize> = members.iter().map(|member| find(member)).collect::<Option<_>>()?;
    let mut kept: BTreeSet<usize> = BTreeSet::new();
    while let Some(next) = waiting.pop() {
        if kept.insert(next) {
            let needed: Option<Vec<usize>> = packages[next].dependencies().map(find).collect();
            waiting.extend(needed?);
        }
    }
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for &index in &kept {
        *versions.entry(packages[index].name).or_default() += 1;
    }
    let texts = kept.iter().map(|&index| shorten(packages[index].text, &versions));
    let body: Vec<String> = texts.map(|text| format!("{HEAD}{text}")).collect();
    Some(format!("{head}{}\n", body.concat().trim_end()))
}

/// Whether a lock file names packages of another one only, in the same versions.
pub(crate) fn is_within(part: &str, whole: &str) -> bool {
    let packages = |lock: &str| -> Option<BTreeSet<(String, String)>> {
        let packages = lock.split(HEAD).skip(1).map(Package::read);
        packages
            .map(|package| package.map(|package| (package.name.to_owned(), package.version.to_owned())))
            .collect()
    };
    match (packages(part), packages(whole)) {
        (Some(part), Some(whole)) => !part.is_empty() && part.is_subset(&whole),
        _ => false,
    }
}

/// A dependency is named without its version where only one package is left that has the name.
fn shorten(text: &str, versions: &BTreeMap<&str, usize>) -> String {
    let lines = text.lines().map(|line| {
        let dependency = line.strip_prefix(" \"").and_then(|line| line.strip_suffix("\","));
        match dependency.and_then(|dependency| dependency.split_once(' ')) {
            Some((name, _)) if versions.get(name) == Some(&1) => format!(" \"{name}\","),
            _ => line.to_owned(),
        }
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "# made by cargo\nversion = 4\n\n\
        [[package]]\nname = \"grade\"\nversion = \"0.1.0\"\ndependencies = [\n \"rand 0.9.0\",\n \"wire\",\n]\n\n\
        [[package]]\nname = \"rand\"\nversion = \"0.8.0\"\nchecksum = \"a\"\n\n\
        [[package]]\nname = \"rand\"\nversion = \"0.9.0\"\nchecksum = \"b\"\n\n\
        [[package]]\nname = \"tests\"\nversion = \"0.1.0\"\ndependencies = [\n \"rand 0.8.0\",\n]\n\n\
        [[package]]\nname = \"wire\"\nversion = \"0.1.0\"\n";

    #[test]
    fn what_nobody_needs_is_left_out_and_names_are_as_short_as_cargo_writes_them() {
        let expected = "# made by cargo\nversion = 4\n\n\
            [[package]]\nname = \"grade\"\nversion = \"0.1.0\"\ndependencies = [\n \"rand\",\n \"wire\",\n]\n\n\
            [[package]]\nname = \"rand\"\nversion = \"0.9.0\"\nchecksum = \"b\"\n\n\
            [[package]]\nname = \"wire\"\nversion = \"0.1.0\"\n";
        assert_eq!(prune(LOCK, &["grade"]).as_deref(), Some(expected));
    }

    #[test]
    fn with_all_members_nothing_changes() {
        assert_eq!(prune(LOCK, &["grade", "tests"]).as_deref(), Some(LOCK));
    }

    #[test]
    fn a_lock_file_is_within_another_one_with_the_same_versions_only() {
        let part = prune(LOCK, &["wire"]).unwrap_or_default();
        assert!(is_within(&part, LOCK) && !is_within(LOCK, &part));
        assert!(!is_within(&part.replace("0.1.0", "0.2.0"), LOCK));
        assert!(!is_within("", LOCK) && !is_within("[[package]]", LOCK));
    }

    #[test]
    fn an_unknown_member_is_no_lock_file_of_this_repository() {
        assert_eq!(prune(LOCK, &["other"]), None);
    }
}
