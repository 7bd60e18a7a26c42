//! Keeps of a given file what one assignment needs.
//!
//! The given files serve all assignments. What belongs to one of them stands between `// assignment:begin ID` and
//! `// assignment:end`, each on a line of its own; what stands outside belongs to all.

use super::marker::{Fault, Flaw};

const BEGIN: &str = "// assignment:begin ";
const END: &str = "// assignment:end";

/// The lines of a given file that `assignment` needs, without the markers.
pub(super) fn narrow(text: &str, assignment: &str) -> Result<String, Flaw> {
    let mut kept: Vec<&str> = Vec::new();
    let mut open: Option<(usize, &str)> = None;
    for (line, text) in (1..).zip(text.lines()) {
        let flaw = |fault| Flaw { line, fault };
        let trimmed = text.trim();
        if let Some(id) = trimmed.strip_prefix(BEGIN) {
            if open.is_some() {
                return Err(flaw(Fault::Nested));
            }
            open = Some((line, id));
        } else if trimmed == END {
            open.take().ok_or(flaw(Fault::Unopened))?;
        } else if open.is_none_or(|(_, id)| id == assignment) {
            let follows_blank = kept.last().is_none_or(|line| line.is_empty());
            if !(text.is_empty() && follows_blank) {
                kept.push(text);
            }
        }
    }
    if let Some((line, _)) = open {
        return Err(Flaw {
            line,
            fault: Fault::Unclosed,
        });
    }
    while kept.last().is_some_and(|line| line.is_empty()) {
        kept.pop();
    }
    Ok(kept.join("\n") + "\n")
}

/// Whether a file has nothing but comments about itself: then there is no need to hand it out.
pub(super) fn is_empty(text: &str) -> bool {
    text.lines().all(|line| line.is_empty() || line.starts_with("//!"))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    const TEXT: &str = "//! Given.\n\nuse all;\n\n// assignment:begin one\nfn one() {}\n// assignment:end\n\n\
        // assignment:begin two\nfn two() {}\n// assignment:end\n";

    #[test]
    fn the_lines_of_other_assignments_are_left_out() {
        assert_eq!(narrow(TEXT, "one").unwrap(), "//! Given.\n\nuse all;\n\nfn one() {}\n");
        assert_eq!(narrow(TEXT, "two").unwrap(), "//! Given.\n\nuse all;\n\nfn two() {}\n");
        assert_eq!(narrow(TEXT, "three").unwrap(), "//! Given.\n\nuse all;\n");
    }

    #[test]
    fn a_file_of_which_nothing_is_left_is_empty() {
        assert!(is_empty("//! Given.\n//! Indeed.\n\n"));
        assert!(!is_empty("//! Given.\n\nuse all;\n"));
    }

    #[test]
    fn markers_that_do_not_pair_are_flaws() {
        let fault = |text: &str| narrow(text, "one").unwrap_err();
        let unclosed = fault("a\n// assignment:begin one\n");
        assert_eq!((unclosed.line, unclosed.fault), (2, Fault::Unclosed));
        assert_eq!(fault("// assignment:end\n").fault, Fault::Unopened);
        let nested = "// assignment:begin one\n// assignment:begin two\n// assignment:end\n";
        assert_eq!(fault(nested).fault, Fault::Nested);
    }
}
