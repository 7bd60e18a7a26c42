//! Which names can be those of modules.

/// Words that the language keeps for itself. `gen` is one since 2024 only, and declared in a way that holds before too.
const KEYWORDS: [&str; 52] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "if", "impl", "in", "let", "loop", "macro", "match",
    "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait",
    "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield", "_",
];

/// Whether a file of this name, without its extension, can be a module.
pub(super) fn is_module(name: &str) -> bool {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    name.chars().all(is_letter)
        && !name.starts_with(|letter: char| letter.is_ascii_digit())
        && !name.trim_matches('_').is_empty()
        && !KEYWORDS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::is_module;

    #[test]
    fn words_of_the_language_and_what_is_no_word_are_no_names_of_modules() {
        for name in ["attention", "my_file2", "_x", "union", "auto", "gen"] {
            assert!(is_module(name), "{name}");
        }
        for name in [
            "",
            "_",
            "__",
            "2",
            "my-file",
            "my file",
            "match",
            "self",
            "crate",
            "caf\u{e9}",
            "a.b",
        ] {
            assert!(!is_module(name), "{name}");
        }
    }
}
