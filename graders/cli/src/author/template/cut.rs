//! Cuts the marked regions out of one topic file, and makes sure that nothing but the contract is left.
//!
//! The work is textual, line by line, on sources that rustfmt has laid out.

use std::ops::Range;

use super::marker::{Fault, Flaw, Marker, Region, marker};

/// A topic file of the template.
#[derive(Debug)]
pub(super) struct Topic {
    pub(super) text: String,
    /// The functions that the student writes, in order.
    pub(super) functions: Vec<Function>,
}

/// A function that the student writes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Function {
    /// `name(parameters) -> result` on one line.
    pub(super) signature: String,
    /// The first paragraph of its doc comment, on one line.
    pub(super) summary: String,
}

/// Makes the template's version of a topic file.
pub(super) fn topic(source: &str) -> Result<Topic, Flaw> {
    let lines = cut(source)?;
    let functions = functions(&lines)?;
    let mut text = String::new();
    for line in &lines {
        text.push_str(&line.text);
        text.push('\n');
    }
    Ok(Topic { text, functions })
}

/// Where the reference holds what a student writes: solutions and their helpers, in bytes, markers left out.
pub(super) fn regions(source: &str) -> Result<Vec<Range<usize>>, Flaw> {
    let mut regions = Vec::new();
    let (mut open, mut at) = (None, 0);
    for (number, line) in (1..).zip(source.split_inclusive('\n')) {
        let after = at + line.len();
        match marker(line.trim_end()).map_err(|fault| Flaw { line: number, fault })? {
            Some(Marker::Begin(..)) => open = Some(after),
            Some(Marker::End(_)) => regions.extend(open.take().map(|start| start..at)),
            None => {}
        }
        at = after;
    }
    Ok(regions)
}

/// A line of the template and its number in the reference.
#[derive(Debug)]
struct Line {
    number: usize,
    text: String,
}

/// Drops the regions; where they leave two blank lines, one remains.
fn cut(source: &str) -> Result<Vec<Line>, Flaw> {
    let mut kept: Vec<Line> = Vec::new();
    let mut open: Option<(usize, Region)> = None;
    for (number, text) in (1..).zip(source.lines()) {
        let flaw = |fault| Flaw { line: number, fault };
        let shown = match (marker(text).map_err(flaw)?, open) {
            (None, None) => Some(text.to_string()),
            (None, Some(_)) => None,
            (Some(Marker::Begin(region, placeholder)), None) => {
                open = Some((number, region));
                placeholder
            }
            (Some(Marker::Begin(..)), Some(_)) => return Err(flaw(Fault::Nested)),
            (Some(Marker::End(region)), Some((_, opened))) if region == opened => {
                open = None;
                None
            }
            (Some(Marker::End(_)), _) => return Err(flaw(Fault::Unopened)),
        };
        let follows_blank = kept.last().is_none_or(|line| line.text.is_empty());
        kept.extend(
            shown
                .filter(|text| !(text.is_empty() && follows_blank))
                .map(|text| Line { number, text }),
        );
    }
    if let Some((line, _)) = open {
        return Err(Flaw {
            line,
            fault: Fault::Unclosed,
        });
    }
    while kept.last().is_some_and(|line| line.text.is_empty()) {
        kept.pop();
    }
    Ok(kept)
}

/// The functions in the lines, which must hold nothing else but doc comments and imports.
fn functions(lines: &[Line]) -> Result<Vec<Function>, Flaw> {
    let mut found = Vec::new();
    let mut documentation = Vec::new();
    let mut rest = lines;
    while let [line, after @ ..] = rest {
        let text = line.text.as_str();
        rest = after;
        if let Some(paragraph) = text.strip_prefix("///") {
            documentation.push(paragraph.trim());
        } else if text.starts_with("pub fn ") {
            let (signature, body) = signature(line, after)?;
            found.push(Function {
                signature,
                summary: summary(&documentation),
            });
            documentation.clear();
            rest = body;
        } else if text.starts_with("use ") {
            rest = statement(line, after);
        } else if !text.is_empty() && !text.starts_with("//!") {
            return Err(Flaw {
                line: line.number,
                fault: Fault::Leak,
            });
        }
    }
    Ok(found)
}

/// The first paragraph of a doc comment.
fn summary(documentation: &[&str]) -> String {
    let paragraph = documentation.split(|line| line.is_empty()).next();
    paragraph.unwrap_or_default().join(" ")
}

/// What follows a statement that begins at `first` and ends with a semicolon.
fn statement<'a>(first: &Line, after: &'a [Line]) -> &'a [Line] {
    if first.text.ends_with(';') {
        return after;
    }
    let end = after.iter().position(|line| line.text.ends_with(';'));
    after.get(end.map_or(after.len(), |end| end + 1)..).unwrap_or_default()
}

/// The signature that begins at `first`, and the lines after the function's end.
fn signature<'a>(first: &Line, after: &'a [Line]) -> Result<(String, &'a [Line]), Flaw> {
    let mut signature = first.text.clone();
    let mut rest = after;
    while !signature.ends_with('{') {
        let [line, after @ ..] = rest else { break };
        signature.push_str(line.text.trim());
        signature.push_str(if line.text.ends_with(',') { " " } else { "" });
        rest = after;
    }
    match rest {
        [body, end, after @ ..] if body.text.trim_start().starts_with("todo!(") && end.text == "}" => {
            let one_line = signature
                .trim_start_matches("pub fn ")
                .trim_end_matches(['{', ' '])
                .replace(", )", ")");
            Ok((one_line, after))
        }
        _ => Err(Flaw {
            line: first.number,
            fault: Fault::NotCut,
        }),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// A file with one function, whose body is `body`, after the line `before`.
    fn file(before: &str, body: &str) -> String {
        format!(
            "//! Head.\n\n{before}\n\n/// Halves\n/// it.\n///\n/// More.\npub fn halve(x: f64) -> f64 {{\n{body}\n}}\n"
        )
    }

    const BODY: &str = "    // solution:begin halve it\n    x / 2.0\n    // solution:end";

    fn flaw(source: &str) -> (usize, Fault) {
        let flaw = topic(source).unwrap_err();
        (flaw.line, flaw.fault)
    }

    #[test]
    fn regions_are_cut_and_one_blank_line_remains() {
        let helper = "use a::B;\n\n// helper:begin\nuse c::D;\n\nfn secret() {}\n// helper:end";
        let cut = topic(&file(helper, BODY)).unwrap();
        let expected = "//! Head.\n\nuse a::B;\n\n/// Halves\n/// it.\n///\n/// More.\n\
            pub fn halve(x: f64) -> f64 {\n    todo!(\"halve it\")\n}\n";
        assert_eq!(cut.text, expected);
    }

    #[test]
    fn a_helper_at_the_end_leaves_no_blank_line() {
        let source = file("", BODY) + "\n// helper:begin\n#[cfg(test)]\nmod tests {}\n// helper:end\n";
        assert!(topic(&source).unwrap().text.ends_with("\n}\n"));
    }

    #[test]
    fn a_signature_over_several_lines_is_listed_on_one() {
        let source =
            format!("/// Adds.\npub fn add(\n    one: &T,\n    other: Option<&T>,\n) -> (T, T) {{\n{BODY}\n}}\n");
        let expected = Function {
            signature: "add(one: &T, other: Option<&T>) -> (T, T)".into(),
            summary: "Adds.".into(),
        };
        assert_eq!(topic(&source).unwrap().functions, [expected]);
    }

    #[test]
    fn the_summary_is_the_first_paragraph() {
        let functions = topic(&file("", BODY)).unwrap().functions;
        assert_eq!(functions[0].summary, "Halves it.");
        assert_eq!(functions[0].signature, "halve(x: f64) -> f64");
    }

    #[test]
    fn regions_that_do_not_match_are_flaws_of_their_line() {
        let cases = [
            ("    // solution:begin x\n    y", 10, Fault::Unclosed),
            ("    // solution:begin x\n    // helper:begin", 11, Fault::Nested),
            ("    // solution:begin x\n    // helper:end", 11, Fault::Unopened),
            ("    // solution:end", 10, Fault::Unopened),
        ];
        for (body, line, fault) in cases {
            assert_eq!(flaw(&file("use a::B;", body)), (line, fault), "{body}");
        }
    }

    #[test]
    fn an_instruction_is_there_and_fits_on_a_line() {
        let body = |instruction: &str| file("", &format!("    // solution:begin {instruction}\n    // solution:end"));
        assert!(topic(&body(&"x".repeat(87))).is_ok());
        assert_eq!(flaw(&body(&"x".repeat(88))), (10, Fault::LongInstruction));
        assert_eq!(flaw(&body("")), (10, Fault::NoInstruction));
    }

    #[test]
    fn what_is_nearly_a_marker_is_refused() {
        for line in [
            "//solution:begin x",
            "// Solution: begin x",
            "// helper:begin tests",
            "// solution:stop",
            "f(); // solution:end",
        ] {
            assert_eq!(flaw(&file(line, BODY)), (3, Fault::Malformed), "{line}");
        }
    }

    #[test]
    fn what_is_not_marked_does_not_slip_into_the_template() {
        for line in [
            "fn helper() {}",
            "const SLOPE: f64 = 0.2;",
            "#[cfg(test)]",
            "// The trick is to halve it.",
        ] {
            assert_eq!(flaw(&file(line, BODY)), (3, Fault::Leak), "{line}");
        }
        for body in [
            "    x / 2.0",
            "    let y = x;\n    // solution:begin halve it\n    // solution:end",
        ] {
            assert_eq!(flaw(&file("", body)).1, Fault::NotCut, "{body}");
        }
    }
}
