//! The words on sources: what does not compile, what is not allowed.

use judge::finding::CompileError;

use super::Words;
use crate::clean::clean;

/// The words on a compiler's complaint.
pub(super) fn did_not_compile(error: &CompileError) -> Words {
    let message = format!("{}: {}", complaint(error), clean(&error.message));
    match (&error.expected, &error.code) {
        (Some(expected), _) => Words::new(message, format!("the signature has to be `{}`", clean(expected))),
        (None, Some(code)) => Words::new(
            message,
            format!(
                "`cargo check` shows the compiler's whole text, `rustc --explain {}` what is behind it",
                clean(code)
            ),
        ),
        (None, None) => Words::new(message, "`cargo check` shows the compiler's whole text"),
    }
}

/// The compiler's code and where it points.
fn complaint(error: &CompileError) -> String {
    let place = place(&error.file, error.line);
    match &error.code {
        Some(code) => format!("{} at {place}", clean(code)),
        None => place,
    }
}

/// A line of a file.
pub(super) fn place(file: &str, line: Option<usize>) -> String {
    let file = clean(file);
    line.map_or(file.clone(), |line| format!("{file}:{line}"))
}

/// The words on what a task may not use.
pub(super) fn forbidden(file: &str, line: usize, item: &str) -> Words {
    Words::new(
        format!(
            "{}:{line} uses `{}`, which this task may not use",
            clean(file),
            clean(item)
        ),
        "write it with elementary tensor operations",
    )
}
