//! Making text that came from a submission harmless: no control characters, no escapes, no hidden letters, no floods.
//!
//! Panic messages, error values, compiler messages with a student's names and string literals in them: all of it can
//! be written to repaint a terminal, to reorder what is read, or to drown the rest of a report.

use std::iter::Peekable;
use std::str::Chars;

/// Letters of a one-line text.
const LINE: usize = 300;
/// Lines of a longer text.
const LINES: usize = 60;
/// Letters that are looked at; what follows is dropped unread.
const READ: usize = 1 << 16;
/// Where libtorch's message ends and its C++ stack begins.
const CPP_STACK: &str = "Exception raised from";
/// How a panic begins that unwraps libtorch's refusal; the text is quoted as Rust does it.
const UNWRAPPED: &str = "called `Result::unwrap()` on an `Err` value: Torch(\"";

/// One line of bounded length.
pub fn clean(text: &str) -> String {
    let text = without_escapes(text);
    let visible: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    cut(&words.join(" "))
}

/// At most as many lines as a screen holds, each of bounded length, with their indentation.
pub(crate) fn clean_lines(text: &str) -> String {
    let text = without_escapes(text).replace('\t', "    ");
    let line = |line: &str| {
        let visible: String = line.chars().filter(|letter| !letter.is_control()).collect();
        cut(visible.trim_end())
    };
    let mut lines: Vec<String> = text.trim_end().lines().take(LINES).map(line).collect();
    let dropped = text.trim_end().lines().count().saturating_sub(LINES);
    if dropped > 0 {
        lines.push(format!("({dropped} more lines)"));
    }
    lines.join("\n")
}

/// One line in libtorch's own words: the C++ stack and Rust's wrapping cut away.
pub(crate) fn clean_libtorch(text: &str) -> String {
    let end = text.find(CPP_STACK).unwrap_or(text.len());
    let words = text[..end].trim_end().trim_end_matches("\\n");
    match words.strip_prefix(UNWRAPPED) {
        Some(words) => clean(&format!("libtorch refused: {}", words.trim_end_matches("\")"))),
        None => clean(words),
    }
}

/// A text up to where a reader of JSON or TOML complains: its lines and columns are for whoever wrote the file, and say
/// nothing to a student.
pub(crate) fn without_reader(text: &str) -> &str {
    let counts = |rest: &str| {
        let digits = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
        digits.len() < rest.len() && digits.starts_with(" column ")
    };
    let places = text.match_indices(" at line ");
    let json = places
        .filter(|(at, words)| counts(&text[at + words.len()..]))
        .map(|(at, _)| at)
        .next();
    let json = json.map(|at| text[..at].rfind(": ").unwrap_or(0));
    let toml = text.find("TOML parse error at line ");
    match json.into_iter().chain(toml).min() {
        Some(end) => text[..end].trim_end_matches([' ', ':']),
        None => text,
    }
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LINE {
        return text.to_owned();
    }
    let kept: String = text.chars().take(LINE - 1).collect();
    format!("{}…", kept.trim_end())
}

fn without_escapes(text: &str) -> String {
    let end = text.char_indices().nth(READ).map_or(text.len(), |(end, _)| end);
    let mut letters = text[..end].chars().peekable();
    let mut kept = String::new();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => skip_escape(&mut letters),
            '\u{9b}' => skip_control_sequence(&mut letters),
            '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => skip_string(&mut letters),
            letter if is_hidden(letter) => {}
            letter if is_gap(letter) => kept.push(' '),
            letter => kept.push(letter),
        }
    }
    kept
}

/// What follows an escape character.
fn skip_escape(letters: &mut Peekable<Chars<'_>>) {
    match letters.next() {
        Some('[') => skip_control_sequence(letters),
        Some('P' | 'X' | ']' | '^' | '_') => skip_string(letters),
        Some(' '..='/') => {
            while letters.next_if(|letter| (' '..='/').contains(letter)).is_some() {}
            letters.next_if(|letter| ('0'..='~').contains(letter));
        }
        _ => {}
    }
}

/// Parameters up to and including the final letter.
fn skip_control_sequence(letters: &mut Peekable<Chars<'_>>) {
    while letters.next_if(|letter| (' '..='?').contains(letter)).is_some() {}
    letters.next_if(|letter| ('@'..='~').contains(letter));
}

/// A string up to its terminator; one that never ends goes no further than its line.
fn skip_string(letters: &mut Peekable<Chars<'_>>) {
    while let Some(letter) = letters.next_if(|&letter| letter != '\n') {
        match letter {
            '\u{7}' | '\u{9c}' => return,
            '\u{1b}' => {
                letters.next_if_eq(&'\\');
                return;
            }
            _ => {}
        }
    }
}

/// Letters that take no room or change the direction of reading: what Unicode lets a font ignore (joiners, selectors of
/// variants, fillers of Hangul, tags), and annotations between lines.
pub fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Letters that end a line where nobody expects it, and the one of Braille that looks like none.
fn is_gap(letter: char) -> bool {
    matches!(letter, '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{2800}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_control_characters_vanish() {
        assert_eq!(clean("\u{1b}[2J\u{1b}[1;31mpassed\u{1b}[0m"), "passed");
        assert_eq!(clean("a\u{1b}]0;title\u{7}b\u{1b}]8;;x\u{1b}\\c"), "abc");
        assert_eq!(clean("a\u{9b}31mb\u{1b}(Bc"), "abc");
        assert_eq!(clean("one\r\ntwo\t\0three\u{8}"), "one two three");
    }

    #[test]
    fn letters_that_reorder_or_hide_text_vanish() {
        assert_eq!(clean("a\u{202e}b\u{200b}c\u{feff}d\u{e0041}"), "abcd");
        let ignored = "a\u{115f}b\u{1160}c\u{3164}d\u{ffa0}e\u{fe0f}f\u{34f}g\u{e0fff}h\u{180b}i\u{17b4}";
        assert_eq!(clean(ignored), "abcdefghi");
        assert_eq!(clean_lines(ignored), "abcdefghi");
    }

    #[test]
    fn a_line_ends_where_everybody_sees_it() {
        let text = "  a\u{2028}b\u{2029}c\u{85}d\u{2800}e\nf";
        assert_eq!(clean(text), "a b c d e f");
        assert_eq!(clean_lines(text), "  a b c d e\nf");
    }

    #[test]
    fn an_escape_that_never_ends_takes_only_its_line() {
        assert_eq!(clean_lines("a\u{1b}]0;no end\nb"), "a\nb");
        assert_eq!(clean("a\u{1b}["), "a");
        assert_eq!(clean("a\u{1b}"), "a");
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        let line = clean(&"x".repeat(1_000_000));
        assert_eq!(line.chars().count(), LINE);
        assert!(line.ends_with('…'));
        let lines = clean_lines(&"y\n".repeat(100));
        assert_eq!(lines.lines().count(), LINES + 1);
        assert!(lines.ends_with("(40 more lines)"));
    }

    #[test]
    fn a_reader_of_json_or_toml_does_not_speak_to_students() {
        for (text, told) in [
            (
                "m.json is broken: expected `,` or `}` at line 3 column 15",
                "m.json is broken",
            ),
            (
                "a.toml is broken: TOML parse error at line 1, column 6\n  |\n1 | id = 3",
                "a.toml is broken",
            ),
            (
                "the launcher broke off: EOF while parsing at line 1 column 0 in \"\"",
                "the launcher broke off",
            ),
            (
                "look at line 3 of it: nothing is there",
                "look at line 3 of it: nothing is there",
            ),
        ] {
            assert_eq!(without_reader(text), told);
        }
    }

    #[test]
    fn libtorch_speaks_without_its_stack() {
        let panic = "called `Result::unwrap()` on an `Err` value: Torch(\"The size of tensor a (3) must match the size \
                     of tensor b (2)\\nException raised from infer_size at expand.cpp:31 (most recent call first):\\n\")";
        assert_eq!(
            clean_libtorch(panic),
            "libtorch refused: The size of tensor a (3) must match the size of tensor b (2)"
        );
    }
}
