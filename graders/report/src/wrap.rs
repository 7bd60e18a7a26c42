//! Breaking text into lines of bounded width, without tearing an index, a size or a command apart.

/// What belongs together and is longer than this may be torn apart.
const LONGEST_ATOM: usize = 48;

/// The lines of a text; a word that is wider than a line is broken.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    wrap_hanging(text, width, width)
}

/// The same with another width for the first line.
pub fn wrap_hanging(text: &str, first: usize, rest: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for atom in atoms(text) {
        let mut atom = atom.as_str();
        let width = |lines: &Vec<String>| if lines.is_empty() { first } else { rest };
        if !line.is_empty() && length(&line) + 1 + length(atom) > width(&lines) {
            lines.push(std::mem::take(&mut line));
        }
        while length(atom) > width(&lines) {
            let end = atom.char_indices().nth(width(&lines));
            let end = end.map_or(atom.len(), |(end, _)| end);
            lines.push(atom[..end].to_owned());
            atom = &atom[end..];
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(atom);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The number of columns, as far as letters of one column go.
pub(crate) fn length(text: &str) -> usize {
    text.chars().count()
}

/// Words, but `[0, 2, 7]`, `T = 3` and short quoted commands as one.
fn atoms(text: &str) -> Vec<String> {
    let mut atoms: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match atoms.last_mut() {
            Some(last) if belongs(last, word) && length(last) + length(word) < LONGEST_ATOM => {
                last.push(' ');
                last.push_str(word);
            }
            _ => atoms.push(word.to_owned()),
        }
    }
    atoms
}

fn belongs(last: &str, word: &str) -> bool {
    let open = last.matches('[').count() > last.matches(']').count();
    let quoted = last.matches('`').count() % 2 == 1;
    open || quoted || word == "=" || last.ends_with(" =")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_and_a_size_stay_whole() {
        assert_eq!(
            wrap("the largest at [0, 2, 7]: it", 18),
            ["the largest at", "[0, 2, 7]: it"]
        );
        assert_eq!(
            wrap("found with T = 3, heads = 1", 14),
            ["found with", "T = 3,", "heads = 1"]
        );
    }

    #[test]
    fn a_first_line_may_be_shorter() {
        assert_eq!(wrap_hanging("one two three four", 4, 9), ["one", "two three", "four"]);
    }

    #[test]
    fn a_word_that_fits_no_line_is_broken() {
        assert_eq!(wrap("a bcdefghij k", 4), ["a", "bcde", "fghi", "j k"]);
    }
}
