//! At which line of a submission a task's function begins: where a finding about the whole of it is shown.

use std::collections::BTreeMap;
use std::fs;

use judge::contract::Task;

use super::staged::Staged;

/// The lines of the tasks whose files are the submission's own. A file that does not compile has them too.
pub(crate) fn of(staged: &Staged, tasks: &[&'static Task]) -> BTreeMap<&'static str, usize> {
    let line = |task: &&'static Task| {
        let text = fs::read_to_string(staged.source().join(task.file)).ok()?;
        Some((task.id, declaration(&text, task.functions)?))
    };
    let own = tasks.iter().filter(|task| staged.is_own(task.file));
    own.filter_map(line).collect()
}

/// The first line that declares one of these functions; one that is public is meant before one that is not.
fn declaration(text: &str, functions: &[&str]) -> Option<usize> {
    let find = |is_declared: &dyn Fn(&str, &str) -> bool| {
        let mut lines = (1..).zip(text.lines().map(str::trim_start));
        let declares = |line: &str| functions.iter().any(|function| is_declared(line, function));
        lines.find(|(_, line)| declares(line)).map(|(number, _)| number)
    };
    find(&|line, function| line.strip_prefix("pub ").is_some_and(|rest| declares(rest, function)))
        .or_else(|| find(&declares))
}

fn declares(line: &str, function: &str) -> bool {
    let rest = line.trim_start().strip_prefix("fn ");
    let after = rest.and_then(|rest| rest.trim_start().strip_prefix(function));
    after.is_some_and(|after| after.trim_start().starts_with(['(', '<']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_found_at_its_line_and_not_where_it_is_only_named() {
        let text = "//! fn f() is here.\nuse x::f;\nfn f_of() { f() }\n\n/// fn f()\npub fn f<'a>(x: &'a T) {}\n";
        assert_eq!(declaration(text, &["f"]), Some(6));
        assert_eq!(declaration(text, &["g"]), None);
        assert_eq!(declaration(text, &["encode", "f_of"]), Some(3));
    }

    #[test]
    fn a_public_function_comes_before_a_private_one_of_the_same_name() {
        let text = "mod inner {\n    fn f() {}\n}\npub fn f() {}\nfn g(\n";
        assert_eq!(declaration(text, &["f"]), Some(4));
        assert_eq!(declaration(text, &["g"]), Some(5));
    }
}
