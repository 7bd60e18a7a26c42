//! The words of code that may stand for an item, by how they stand there; none of them is a comment, a text, or a field.

use std::collections::BTreeSet;
use std::slice;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The words of code that may stand for items.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct References {
    /// Words by themselves: what they stand for is in the same file, or imported there.
    pub(super) bare: BTreeSet<String>,
    /// Words in paths: what they stand for may be anywhere.
    pub(super) qualified: BTreeSet<String>,
    /// Methods: what they stand for belongs to a type, wherever that is.
    pub(super) methods: BTreeSet<String>,
}

impl References {
    /// The words of code. Where it is not made of tokens, they are `all`, and may stand for anything.
    pub(super) fn read(code: &str, all: impl FnOnce() -> BTreeSet<String>) -> Self {
        let mut tokens = Vec::new();
        let Ok(stream) = code.parse() else {
            return Self::anywhere(all());
        };
        flatten(stream, &mut tokens);
        let mut found = Self::default();
        for (place, token) in tokens.iter().enumerate() {
            found.add(token, &Around::new(&tokens, place));
        }
        // An import inside of a function brings in names that stand there by themselves.
        if found.bare.contains("use") {
            found.qualified.append(&mut found.bare);
        }
        found
    }

    /// Words that may stand for anything.
    pub(super) fn anywhere(words: BTreeSet<String>) -> Self {
        Self {
            bare: BTreeSet::new(),
            methods: words.clone(),
            qualified: words,
        }
    }

    /// Whether one of these names is among the words.
    pub(super) fn have_any(&self, names: &BTreeSet<String>) -> bool {
        let kinds = [&self.bare, &self.qualified, &self.methods];
        kinds.iter().any(|words| !words.is_disjoint(names))
    }

    fn add(&mut self, token: &Token, around: &Around) {
        let (kind, words) = match token {
            Token::Word(word) if around.is_path() => (&mut self.qualified, slice::from_ref(word)),
            Token::Word(word) if around.is_method() => (&mut self.methods, slice::from_ref(word)),
            Token::Word(word) if !around.is_lifetime() && !around.is_field() => (&mut self.bare, slice::from_ref(word)),
            Token::Text(words) => (&mut self.bare, words.as_slice()),
            _ => return,
        };
        kind.extend(words.iter().cloned());
    }
}

/// A token, with brackets as tokens of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Mark(char),
    Open(Delimiter),
    Close,
    /// A literal; of a text, the words that follow a brace, since a macro may read them.
    Text(Vec<String>),
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        match tree {
            TokenTree::Group(group) => {
                tokens.push(Token::Open(group.delimiter()));
                flatten(group.stream(), tokens);
                tokens.push(Token::Close);
            }
            TokenTree::Ident(word) => tokens.push(Token::Word(word.to_string())),
            TokenTree::Punct(mark) => tokens.push(Token::Mark(mark.as_char())),
            TokenTree::Literal(literal) => tokens.push(Token::Text(in_braces(&literal.to_string()))),
        }
    }
}

fn in_braces(text: &str) -> Vec<String> {
    let is_word = |letter: &char| letter.is_alphanumeric() || *letter == '_';
    let words = text.split('{').skip(1);
    let words = words.map(|rest| rest.chars().take_while(is_word).collect::<String>());
    words.filter(|word| !word.is_empty()).collect()
}

/// What stands around a word: the two marks before it and after it, and whether a bracket follows it.
struct Around {
    before: [Option<char>; 2],
    after: [Option<char>; 2],
    is_called: bool,
}

impl Around {
    fn new(tokens: &[Token], place: usize) -> Self {
        let mark = |place: Option<usize>| match tokens.get(place?) {
            Some(Token::Mark(mark)) => Some(*mark),
            _ => None,
        };
        Self {
            before: [place.checked_sub(2), place.checked_sub(1)].map(mark),
            after: [Some(place + 1), Some(place + 2)].map(mark),
            is_called: tokens.get(place + 1) == Some(&Token::Open(Delimiter::Parenthesis)),
        }
    }

    fn begins_a_path(&self) -> bool {
        self.after == [Some(':'); 2]
    }

    fn is_path(&self) -> bool {
        self.before == [Some(':'); 2]
    }

    /// After one point; a range has two.
    fn is_member(&self) -> bool {
        self.before[1] == Some('.') && self.before[0] != Some('.')
    }

    fn is_method(&self) -> bool {
        self.is_member() && (self.is_called || self.begins_a_path())
    }

    /// Of a value, or with the value or the type that it is given.
    fn is_field(&self) -> bool {
        self.is_member() || (self.after[0] == Some(':') && !self.begins_a_path())
    }

    fn is_lifetime(&self) -> bool {
        self.before[1] == Some('\'')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words by themselves, in paths, and as methods.
    fn words(code: &str) -> [String; 3] {
        let found = References::read(code, BTreeSet::new);
        [found.bare, found.qualified, found.methods].map(|words| Vec::from_iter(words).join(" "))
    }

    #[test]
    fn words_stand_by_themselves_in_paths_or_as_methods() {
        assert_eq!(words("a(1); b::c; d().e(2); f().g::<H>()"), ["H a b d f", "c", "e g"]);
        assert_eq!(words("map(h); 0..i; &k; m!(n)"), ["h i k m map n", "", ""]);
    }

    #[test]
    fn fields_lifetimes_and_comments_are_none() {
        assert_eq!(words("a.b; S { c: d }"), ["S a d", "", ""]);
        assert_eq!(words("x: &'b T // c"), ["T", "", ""]);
    }

    #[test]
    fn of_a_text_only_what_follows_a_brace_is_a_word() {
        assert_eq!(words(r#"m!("a {b} {} {c:?}")"#), ["b c m", "", ""]);
    }

    #[test]
    fn an_import_inside_of_code_lets_its_words_stand_for_anything() {
        assert_eq!(words("use a::{b, c}; b()"), ["", "a b c use", ""]);
    }

    #[test]
    fn what_is_not_made_of_tokens_may_stand_for_anything() {
        let all = BTreeSet::from(["f".to_owned()]);
        assert_eq!(References::read("f( {", || all.clone()), References::anywhere(all));
    }
}
