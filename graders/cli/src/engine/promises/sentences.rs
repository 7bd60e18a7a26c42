//! The sentences of a doc comment.

/// The sentences of a function's doc comment in their order, each on one line; its source is left out.
pub(super) fn of(source: &str, function: &str) -> Vec<String> {
    let items = items(&comment(source, function));
    let items = items.iter().filter(|item| !item.starts_with("Source:"));
    items.flat_map(|item| split(item)).collect()
}

/// The lines of the doc comment above a function.
pub(crate) fn comment(source: &str, function: &str) -> Vec<String> {
    let opening = format!("pub fn {function}");
    let is_opening = |line: &str| {
        line.strip_prefix(&opening)
            .is_some_and(|rest| rest.starts_with(['(', '<']))
    };
    let Some(end) = source.lines().position(is_opening) else {
        return Vec::new();
    };
    let lines: Vec<&str> = source.lines().take(end).collect();
    let above = lines.iter().rev();
    let mut comment: Vec<String> = above
        .take_while(|line| line.starts_with("///") || line.starts_with("#["))
        .filter_map(|line| line.strip_prefix("///"))
        .map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned())
        .collect();
    comment.reverse();
    comment
}

/// Paragraphs and the items of lists, each on one line and without its mark.
fn items(comment: &[String]) -> Vec<String> {
    let mut items: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in comment {
        let (is_item, text) = without_mark(line);
        if text.is_empty() {
            is_open = false;
        } else if let Some(item) = items.last_mut().filter(|_| is_open && !is_item) {
            item.push(' ');
            item.push_str(text);
        } else {
            items.push(text.to_owned());
            is_open = true;
        }
    }
    items
}

/// Whether a line begins an item of a list, and its words.
fn without_mark(line: &str) -> (bool, &str) {
    if let Some(text) = line.strip_prefix("- ") {
        return (true, text.trim());
    }
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    match line[digits..].strip_prefix(". ") {
        Some(text) if digits > 0 => (true, text.trim()),
        _ => (false, line.trim()),
    }
}

/// Splits after every full stop or question mark that stands outside of code and brackets and has a new sentence after it.
fn split(item: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let (mut start, mut depth, mut in_code) = (0, 0, false);
    for (at, letter) in item.char_indices() {
        match letter {
            '`' => in_code = !in_code,
            '(' | '[' if !in_code => depth += 1,
            ')' | ']' if !in_code => depth -= 1,
            '.' | '?' if !in_code && depth <= 0 => {
                let rest = &item[at + 1..];
                let begins = |letter: char| letter.is_uppercase() || ['`', '*', '['].contains(&letter);
                if rest.is_empty() || rest.strip_prefix(' ').is_some_and(|rest| rest.starts_with(begins)) {
                    sentences.push(item[start..=at].trim().to_owned());
                    start = at + 1;
                }
            }
            _ => {}
        }
    }
    let rest = item[start..].trim();
    if !rest.is_empty() {
        sentences.push(rest.to_owned());
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_at_full_stops_outside_of_code_and_brackets() {
        assert_eq!(
            split("`x`: `a. B`, f64 (or f32. Both.) or 1.5 of it, e.g. this. Never NaN? **Always** so"),
            [
                "`x`: `a. B`, f64 (or f32. Both.) or 1.5 of it, e.g. this.",
                "Never NaN?",
                "**Always** so"
            ]
        );
    }

    #[test]
    fn a_comment_is_read_item_by_item_without_its_source() {
        let source = "/// Not this.\npub fn g() {}\n/// Adds. Twice,\n/// at most.\n///\n/// 1. First\n///    thing.\n/// - `x`: one.\n///\n\
                      /// Source: nowhere.\n#[must_use]\npub fn f<T>(x: T) {}\n";
        assert_eq!(
            of(source, "f"),
            ["Adds.", "Twice, at most.", "First thing.", "`x`: one."]
        );
        assert_eq!(of(source, "h"), Vec::<String>::new());
    }
}
