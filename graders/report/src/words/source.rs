//! The words on sources: what does not compile, what is not allowed.

use judge::findings::{Breaks, CompileError, Prohibition};

use super::Words;
use crate::clean::clean;

/// The words on a compiler's complaint.
pub(super) fn did_not_compile(error: &CompileError) -> Words {
    if let Some(breaks) = &error.breaks {
        return breaks_others(error, breaks);
    }
    let message = format!("{}: {}", complaint(error), clean(&error.message));
    match (&error.expected, &error.code) {
        (Some(expected), _) => Words::new(message, format!("the signature must be `{}`", clean(expected))),
        (None, Some(code)) => Words::new(
            message,
            format!("`rustc --explain {}` says what is behind it", clean(code)),
        ),
        (None, None) => Words { message, hint: None },
    }
}

/// The words on a file because of which something else does not compile.
fn breaks_others(error: &CompileError, breaks: &Breaks) -> Words {
    let broken = match breaks {
        Breaks::Call(function) => format!("the call of `{}` does not compile", clean(function)),
        Breaks::Given(file) => format!("the given `{}` does not compile", clean(file)),
    };
    let file = clean(&error.file);
    Words::new(
        format!(
            "{file} changes what other files use: because of it, {broken}: {}",
            clean(&error.message)
        ),
        format!(
            "look in {file} for an `impl` on a type that is given or another file's, for a macro, and for a trait for many \
             types: keep them to types of your own"
        ),
    )
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
pub(super) fn forbidden((file, line): (&str, usize), item: &str, inside: Option<&str>, why: Prohibition) -> Words {
    let (rule, hint) = prohibited(why);
    let inside = inside.map_or(String::new(), |helper| format!(" in `{}`", clean(helper)));
    Words::new(
        format!("{}:{line} uses `{}`{inside}: {rule}", clean(file), clean(item)),
        hint,
    )
}

/// A rule, and what to do instead.
fn prohibited(why: Prohibition) -> (&'static str, &'static str) {
    match why {
        Prohibition::Answer => (
            "this operator is the answer of the task",
            "write it with elementary tensor operations",
        ),
        Prohibition::Crates => ("there is no such crate here", "use `tch` and `std` only"),
        Prohibition::Environment => (
            "the environment is not the function's to read",
            "compute from the arguments alone",
        ),
        Prohibition::Files => (
            "files are not the function's to read or write",
            "compute from the arguments alone",
        ),
        Prohibition::ForeignCode => (
            "only Rust of your own may run",
            "write it in Rust, with the tensor operations of `tch`",
        ),
        Prohibition::HiddenName => (
            "what this name stands for is hidden",
            "write the path of what you call, instead of putting it together by macros or imports",
        ),
        Prohibition::Nesting => (
            "too deeply nested to be read",
            "give the inner parts names of their own",
        ),
        Prohibition::Network => ("the network is out of reach", "compute from the arguments alone"),
        Prohibition::Processes => ("processes are out of reach", "compute from the arguments alone"),
        Prohibition::System => (
            "the operating system is out of reach",
            "compute from the arguments alone",
        ),
        Prohibition::TorchScript => (
            "stored programs are not your own code",
            "write it with elementary tensor operations",
        ),
        Prohibition::Unreadable => (
            "the grader cannot tell what the file does",
            "write the line more plainly, or make the sources smaller",
        ),
        Prohibition::UnsafeCode => (
            "the compiler must be able to check every step",
            "use the safe functions of `tch`",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_breaks_what_is_not_its_own_is_told_what_it_breaks() {
        let error = |breaks| CompileError {
            file: "normalization.rs".to_owned(),
            line: None,
            code: Some("E0509".to_owned()),
            message: "cannot move out of it".to_owned(),
            rendered: String::new(),
            expected: None,
            breaks: Some(breaks),
        };
        let of = |breaks| did_not_compile(&error(breaks));
        let call = of(Breaks::Call("graph_attention".to_owned()));
        assert_eq!(
            call.message,
            "normalization.rs changes what other files use: because of it, the call of `graph_attention` does not compile: \
             cannot move out of it"
        );
        let given = of(Breaks::Given("types.rs".to_owned()));
        assert!(
            given.message.contains("the given `types.rs` does not compile"),
            "{}",
            given.message
        );
        assert!(given.hint.is_some_and(|hint| hint.contains("normalization.rs")));
    }
}
