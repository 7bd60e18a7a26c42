//! The words on a file that was saved.

use std::collections::BTreeMap;

use judge::findings::verdict::Verdict;

use super::figures::and;
use super::title;
use crate::clean::clean;

pub(crate) const NOT_COMPILED: &str = "not judged, since this does not compile";
pub(crate) const WAITING: &str = "judged when it compiles, since they use it";
pub(crate) const UNFINISHED: &str = "being judged";
pub(crate) const SAME: &str = "judged again, with nothing new";

/// A task of which there is nothing new to say.
pub(crate) fn again(task: &str, verdict: Verdict) -> String {
    format!("{task} ({})", title(verdict))
}

/// The tasks that were not judged again, by their verdicts.
pub(crate) fn as_before(counted: &BTreeMap<Verdict, usize>) -> String {
    let counts = counted
        .iter()
        .map(|(verdict, number)| format!("{number} {}", title(*verdict)));
    format!("as before: {}", counts.collect::<Vec<_>>().join(", "))
}

/// The first line after a file was saved.
pub(crate) fn saved(files: &[String], judged: usize, seconds: Option<f64>) -> String {
    let tasks = if judged == 1 {
        "1 task".to_owned()
    } else {
        format!("{judged} tasks")
    };
    let seconds = seconds.map_or(String::new(), |seconds| format!(", {seconds:.1} s"));
    if files.is_empty() {
        format!("first look: {tasks} judged{seconds}")
    } else {
        format!("saved {}: {tasks} judged{seconds}", named(files))
    }
}

/// A file that concerns none of the tasks that are watched.
pub fn untouched(files: &[String]) -> String {
    if files.is_empty() {
        "saved without a change".to_owned()
    } else {
        format!("saved {}: it concerns none of the tasks that are watched", named(files))
    }
}

/// Two files by name, more by their number.
fn named(files: &[String]) -> String {
    match files {
        [first, second, _, ..] => format!("{}, {} and {} more", clean(first), clean(second), files.len() - 2),
        _ => and(&files.iter().map(|file| clean(file)).collect::<Vec<_>>()),
    }
}
