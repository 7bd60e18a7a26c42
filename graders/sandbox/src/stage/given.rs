//! The files that are given, and whether one is as it was handed out.
//!
//! The given files serve all assignments; who hands in for one of them may have been given the lines of that one only.
//! Line ends, blank lines and space at the end of lines are no change, since a checkout may bring them.

use std::collections::{BTreeMap, BTreeSet};

/// A crate's files by their names relative to its sources.
pub(super) type Files = BTreeMap<String, Vec<u8>>;

/// Files that are given and always replaced: the contract and the way between tasks.
pub const GIVEN: [&str; 3] = [TYPES, PARTS, "sequence_types.rs"];
/// The types that the tasks of every assignment share.
pub(super) const TYPES: &str = "types.rs";
/// The given file through which tasks call each other.
pub const PARTS: &str = "parts.rs";
/// Generated: declares every file at the top of the crate.
pub const ROOT: &str = "lib.rs";

/// Whether a file is ours in every submission.
pub fn is_given(name: &str) -> bool {
    name == ROOT || GIVEN.contains(&name)
}

const BEGIN: &str = "// assignment:begin ";
const END: &str = "// assignment:end";

/// Whether `own` is the given file, for all assignments or for one.
pub(super) fn is_untouched(own: &[u8], given: &[u8]) -> bool {
    let (own, given) = (String::from_utf8_lossy(own), String::from_utf8_lossy(given));
    let given = variants(&given);
    variants(&own).iter().any(|own| given.contains(own))
}

/// Whether a crate's root says nothing that would be missed: which modules there are, and which warnings are not wanted.
pub(super) fn only_declares(root: &[u8]) -> bool {
    let text = String::from_utf8_lossy(root);
    let is_plain =
        |line: &str| line.is_empty() || line.starts_with("//") || is_silence(line) || declared(line).is_some();
    text.lines().all(|line| is_plain(line.trim()))
}

/// Whether two texts are the same in all lines.
pub(super) fn is_same(one: &[u8], other: &[u8]) -> bool {
    let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
    lines(&one).eq(lines(&other))
}

fn is_silence(line: &str) -> bool {
    line.starts_with("#![allow(") && line.ends_with(")]")
}

fn declared(line: &str) -> Option<&str> {
    let line = line.strip_suffix(';')?;
    let line = ["pub(crate) ", "pub "]
        .iter()
        .find_map(|word| line.strip_prefix(word))
        .unwrap_or(line);
    let name = line.strip_prefix("mod ")?.trim();
    super::names::is_module(name).then_some(name)
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim_end).filter(|line| !line.is_empty())
}

/// The file for all assignments, and for each that it names.
fn variants(text: &str) -> Vec<Vec<&str>> {
    let ids: BTreeSet<&str> = lines(text).filter_map(|line| line.trim().strip_prefix(BEGIN)).collect();
    let all = ids.into_iter().map(Some).chain([None]);
    all.map(|id| narrowed(text, id)).collect()
}

/// The lines that one assignment needs, or all, without the marks.
fn narrowed<'a>(text: &'a str, id: Option<&str>) -> Vec<&'a str> {
    let mut is_other = false;
    let mut kept = Vec::new();
    for line in lines(text) {
        if let Some(begun) = line.trim().strip_prefix(BEGIN) {
            is_other = id.is_some_and(|id| id != begun);
        } else if line.trim() == END {
            is_other = false;
        } else if !is_other {
            kept.push(line);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const GIVEN: &str = "//! Given.\n\nuse all;\n\n// assignment:begin one\nfn one() {}\n// assignment:end\n\n\
        // assignment:begin two\nfn two() {}\n// assignment:end\n";

    #[test]
    fn what_was_handed_out_for_one_assignment_or_for_all_is_untouched_whatever_the_line_ends() {
        let one = "//! Given.\n\nuse all;\n\nfn one() {}\n";
        for own in [GIVEN, &GIVEN.replace('\n', "\r\n"), one, &one.replace('\n', "\r\n")] {
            assert!(is_untouched(own.as_bytes(), GIVEN.as_bytes()), "{own}");
            assert!(is_untouched(GIVEN.as_bytes(), own.as_bytes()), "{own}");
        }
        for own in [
            "",
            "use all;\n",
            &one.replace("one", "two!"),
            &format!("{one}fn more() {{}}\n"),
        ] {
            assert!(!is_untouched(own.as_bytes(), GIVEN.as_bytes()), "{own}");
        }
    }

    #[test]
    fn a_root_with_more_than_modules_is_told_from_one_that_declares_a_module_more() {
        assert!(only_declares(b"//! Mine.\r\n\r\npub mod a;\r\nmod helper;\r\n"));
        assert!(only_declares(b"#![allow(unused_variables)]\npub mod a;\n"));
        for root in [
            "#![feature(x)]",
            "#![allow(dead_code)] use a::b;",
            "pub mod a { }",
            "pub use a::b;",
            "fn f() {}",
        ] {
            assert!(!only_declares(root.as_bytes()), "{root}");
        }
    }
}
