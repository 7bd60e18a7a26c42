//! The functions of a submission's tasks: at which line each begins, where a finding about the whole of it is shown, and
//! its text.

use std::collections::BTreeMap;
use std::fs;

use judge::contract::Task;
use report::Source;

use super::staged::Staged;

/// Lines of a task's functions that are shown at most.
const MOST: usize = 80;

/// The functions of the tasks whose files are the submission's own. A file that does not compile has them too.
pub(crate) fn of(staged: &Staged, tasks: &[&'static Task]) -> BTreeMap<&'static str, Source> {
    let function = |task: &&'static Task| {
        let text = fs::read_to_string(staged.source().join(task.file)).ok()?;
        let (line, text) = around(&text, task.functions)?;
        Some((task.id, Source { line, text }))
    };
    let own = tasks.iter().filter(|task| staged.is_own(task.file));
    own.filter_map(function).collect()
}

/// From the first of these functions to the end of the last one, with what stands between them: any of them may be wrong.
fn around(text: &str, functions: &[&str]) -> Option<(usize, String)> {
    let declared = functions.iter().filter_map(|function| declaration(text, function));
    let lines: Vec<usize> = declared.collect();
    let (first, last) = (*lines.iter().min()?, *lines.iter().max()?);
    let count = last - first + body(text, last).lines().count();
    let shown: Vec<&str> = text.lines().skip(first - 1).take(count.min(MOST)).collect();
    Some((first, shown.join("\n")))
}

/// The lines of what begins at a line: up to the brace that closes it, which stands under its beginning.
fn body(text: &str, line: usize) -> String {
    let lines: Vec<&str> = text.lines().skip(line - 1).take(MOST).collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let own = lines.first().map_or(0, |first| indent(first));
    let closes = |line: &&str| line.trim_end() == format!("{}}}", " ".repeat(own));
    let end = lines.iter().position(closes).map_or(lines.len(), |end| end + 1);
    lines[..end].join("\n")
}

/// The first line that declares a function; one that is public is meant before one that is not.
fn declaration(text: &str, function: &str) -> Option<usize> {
    let find = |is_declared: &dyn Fn(&str, &str) -> bool| {
        let mut lines = (1..).zip(text.lines().map(str::trim_start));
        lines
            .find(|(_, line)| is_declared(line, function))
            .map(|(number, _)| number)
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
        assert_eq!(declaration(text, "f"), Some(6));
        assert_eq!(declaration(text, "g"), None);
        assert_eq!(declaration(text, "f_of"), Some(3));
    }

    #[test]
    fn a_function_ends_with_the_brace_under_its_beginning() {
        let text = "use x;\npub fn f(\n    a: i64,\n) {\n    if a {\n    }\n}\n\nfn g() {}\n";
        assert_eq!(body(text, 2), "pub fn f(\n    a: i64,\n) {\n    if a {\n    }\n}");
        assert_eq!(body("fn f() { 1 }", 1), "fn f() { 1 }");
    }

    #[test]
    fn several_functions_are_shown_from_the_first_to_the_last() {
        let text = "use x;\nfn a() {\n}\n/// Between.\nfn b() {\n    1\n}\nfn c() {}\n";
        let shown = |functions: &[&str]| around(text, functions);
        assert_eq!(shown(&["b"]), Some((5, "fn b() {\n    1\n}".to_owned())));
        assert_eq!(
            shown(&["b", "a"]),
            Some((2, "fn a() {\n}\n/// Between.\nfn b() {\n    1\n}".to_owned()))
        );
        assert_eq!(
            shown(&["a", "z"]),
            Some((2, "fn a() {\n}".to_owned())),
            "one is not there"
        );
        assert_eq!(shown(&["z"]), None);
    }

    #[test]
    fn a_public_function_comes_before_a_private_one_of_the_same_name() {
        let text = "mod inner {\n    fn f() {}\n}\npub fn f() {}\nfn g(\n";
        assert_eq!(declaration(text, "f"), Some(4));
        assert_eq!(declaration(text, "g"), Some(5));
    }
}
