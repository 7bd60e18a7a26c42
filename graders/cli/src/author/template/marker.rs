//! The markers in the reference's sources: how they are written, and every way to write them wrongly.

use std::fmt;

/// How wide a line may be; rustfmt would break a longer `todo!`.
const WIDTH: usize = 100;

/// A line of the reference and what is wrong there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Flaw {
    /// Counted from 1.
    pub(crate) line: usize,
    /// What is wrong.
    pub(crate) fault: Fault,
}

/// How a topic file can be marked wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// A region begins and never ends.
    Unclosed,
    /// A region begins inside another.
    Nested,
    /// A region ends that is not open.
    Unopened,
    /// The solution's begin marker does not say what the student has to do.
    NoInstruction,
    /// The instruction does not fit on one line of the template.
    LongInstruction,
    /// A comment that is nearly a marker.
    Malformed,
    /// A public function whose body is not one solution region.
    NotCut,
    /// A line between functions that would be handed out.
    Leak,
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unclosed => "the region that begins here has no end",
            Self::Nested => "a region begins inside another",
            Self::Unopened => "a region ends here that is not open",
            Self::NoInstruction => "`solution:begin` is followed by no instruction",
            Self::LongInstruction => "the instruction does not fit on one line of the template",
            Self::Malformed => {
                "not a marker: write `// solution:begin INSTRUCTION`, `// solution:end`, \
                 `// helper:begin` or `// helper:end` on a line of its own"
            }
            Self::NotCut => "the body of this function is not one solution region",
            Self::Leak => "the template would show this line: put it into a helper region",
        })
    }
}

/// What kind of region a marker belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Region {
    /// The body of a function that the student writes.
    Solution,
    /// What only the solutions need.
    Helper,
}

/// One end of a region.
#[derive(Debug)]
pub(super) enum Marker {
    /// The beginning, with the line that takes the region's place, if one does.
    Begin(Region, Option<String>),
    End(Region),
}

/// The marker on a line, if it is one.
pub(super) fn marker(line: &str) -> Result<Option<Marker>, Fault> {
    let trimmed = line.trim_start();
    let words = trimmed.strip_prefix("// ").unwrap_or_default();
    let (word, rest) = words.split_once(' ').unwrap_or((words, ""));
    let indent = &line[..line.len() - trimmed.len()];
    match (word, rest.trim()) {
        ("solution:begin", instruction) => {
            let placeholder = placeholder(indent, instruction)?;
            Ok(Some(Marker::Begin(Region::Solution, Some(placeholder))))
        }
        ("solution:end", "") => Ok(Some(Marker::End(Region::Solution))),
        ("helper:begin", "") => Ok(Some(Marker::Begin(Region::Helper, None))),
        ("helper:end", "") => Ok(Some(Marker::End(Region::Helper))),
        _ if resembles_marker(line) => Err(Fault::Malformed),
        _ => Ok(None),
    }
}

/// Whether a line has a comment that may be meant as a marker: overlooked, it would hand out a solution.
fn resembles_marker(line: &str) -> bool {
    let dense: String = line.split_whitespace().collect();
    let dense = dense.to_lowercase();
    dense.contains("//solution:") || dense.contains("//helper:")
}

/// The `todo!` that stands where the solution stood.
fn placeholder(indent: &str, instruction: &str) -> Result<String, Fault> {
    if instruction.is_empty() {
        return Err(Fault::NoInstruction);
    }
    let mut literal = String::new();
    for character in instruction.chars() {
        match character {
            '"' | '\\' => literal.extend(['\\', character]),
            '{' | '}' => literal.extend([character, character]),
            _ => literal.push(character),
        }
    }
    let text = format!("{indent}todo!(\"{literal}\")");
    if text.chars().count() > WIDTH {
        return Err(Fault::LongInstruction);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn an_instruction_is_quoted_for_the_macro() {
        let placeholder = placeholder("  ", r#"say "{x}" \ or not"#);
        assert_eq!(placeholder.unwrap(), r#"  todo!("say \"{{x}}\" \\ or not")"#);
    }

    #[test]
    fn a_line_without_a_marker_is_ordinary() {
        for line in ["", "let solution = 1;", "// a helper", "/// The solution."] {
            assert!(marker(line).unwrap().is_none(), "{line}");
        }
    }
}
