//! The words in and around snippets.

use judge::compare::number;

/// What a snippet is.
pub(crate) const REPRODUCES: &str = "this test fails until you fix it";
/// Why there is no snippet.
pub(crate) const SNIPPET_TOO_LONG: &str = "the input is too large for a test that can be read (more than 12 kB)";
/// Why there is no snippet.
pub(crate) const SNIPPETS_FULL: &str = "the report holds enough tests already; grade this task alone to get it";
/// An output of a function that is no number.
pub(crate) const SNIPPET_NAN: &str = "NaN in a row of padding";
/// A row of a mask that lets nothing through.
pub(crate) const SNIPPET_BLIND: &str = "a row of the mask sees nothing";
/// Two answers to one question.
pub(crate) const SNIPPET_DIFFERENT: &str = "two equal calls differ";
/// Two values that a property holds against each other.
pub(crate) const SNIPPET_ASKED: &str = "it is {value}, must be {asked}";

/// The lines above a snippet.
pub(crate) fn snippet_head(task: &str, check: &str, rule: &str, name: &str) -> String {
    format!("{task}/{check}: {rule}. Save this as tests/{name}.rs in your crate, then run there:")
}

/// What runs a snippet.
pub(crate) fn snippet_command(name: &str) -> String {
    format!("cargo test --test {name}")
}

/// What is said of an input that was not refused.
pub(crate) fn snippet_accepted(input: &str) -> String {
    format!("accepted {}", plain(input))
}

/// What is said of an argument that was changed.
pub(crate) fn snippet_changed(argument: &str) -> String {
    format!("the call changed `{argument}`")
}

/// What is said of a token that cannot be drawn.
pub(crate) fn snippet_never(token: i64) -> String {
    format!("token {token} was drawn, and its probability is 0")
}

/// What is said of a share that is wrong.
pub(crate) fn snippet_share(token: i64, share: f64) -> String {
    format!(
        "token {token} makes up {{share}} of the draws, its probability is {}",
        number(share)
    )
}

/// What is said of tensors that differ.
pub(crate) fn snippet_unequal(actual: &str) -> String {
    format!("it is\n{{{actual}}}\nit must be\n{{expected}}")
}

/// What is said of a value that is wrong.
pub(crate) fn snippet_value(expected: f64) -> String {
    format!("it is {{value}}, must be {}", number(expected))
}

/// What is said of pieces that differ.
pub(crate) fn snippet_pieces() -> &'static str {
    "it is\n{actual}\nit must be\n{asked}"
}

/// Braces mean something in the text of an assertion.
fn plain(text: &str) -> String {
    crate::clean::clean(text).replace(['{', '}'], "")
}
