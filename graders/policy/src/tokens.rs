//! A source file as one flat list of tokens: comments are gone, brackets know their partners, nothing recurses.
//!
//! Tokens and not a syntax tree: macro bodies and the rest are read alike, a file with grammar that only the compiler
//! knows is read as well, and no nesting can exhaust the stack.

use std::str::FromStr;

use proc_macro2::token_stream::IntoIter;
use proc_macro2::{Delimiter, Punct, Spacing, Span, TokenStream, TokenTree};

/// Brackets deeper than this are refused: honest code has a tenth of it.
const DEEPEST: usize = 200;

/// Two marks that mean something together.
const PAIRS: [[u8; 2]; 5] = [*b"::", *b"->", *b"=>", *b"..", *b"!="];

/// Why a file is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It is not made of Rust's tokens.
    Grammar {
        /// The line of the trouble.
        line: usize,
    },
    /// Its brackets are nested too deeply.
    Nesting {
        /// The line of the innermost bracket that was looked at.
        line: usize,
    },
}

/// A token with its line.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) line: usize,
}

/// What a token is.
#[derive(Debug)]
pub(super) enum Kind {
    /// An identifier or a keyword; `r#name` is a name even where `name` is a keyword.
    Word { text: Box<str>, raw: bool },
    /// One or two marks; the second is 0 where there is only one.
    Mark { text: [u8; 2], joint: bool },
    /// An opening bracket and the place of its partner.
    Open { shape: Delimiter, close: usize },
    /// A closing bracket.
    Close,
    /// A number, a letter, a text.
    Literal,
}

/// The tokens of a file.
#[derive(Debug, Default)]
pub(super) struct Tokens(Vec<Token>);

impl Tokens {
    /// Reads a file.
    pub(super) fn read(text: &str) -> Result<Self, Unread> {
        let stream = TokenStream::from_str(without_shebang(text)).map_err(|error| Unread::Grammar {
            line: error.span().start().line,
        })?;
        flatten(stream)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn line(&self, at: usize) -> usize {
        self.0.get(at).map_or(1, |token| token.line)
    }

    /// The word at a place, keyword or not.
    pub(super) fn word(&self, at: usize) -> Option<&str> {
        match &self.0.get(at)?.kind {
            Kind::Word { text, .. } => Some(text),
            _ => None,
        }
    }

    /// Whether a place holds this keyword.
    pub(super) fn keyword(&self, at: usize, keyword: &str) -> bool {
        matches!(&self.0.get(at).map(|token| &token.kind), Some(Kind::Word { text, raw: false }) if **text == *keyword)
    }

    /// Whether a place holds this mark or pair of marks.
    pub(super) fn mark(&self, at: usize, mark: &str) -> bool {
        let bytes = mark.as_bytes();
        let wanted = [bytes[0], bytes.get(1).copied().unwrap_or(0)];
        matches!(self.0.get(at).map(|token| &token.kind), Some(Kind::Mark { text, .. }) if *text == wanted)
    }

    /// The closing partner of an opening bracket of any shape.
    pub(super) fn close(&self, at: usize) -> Option<usize> {
        match self.0.get(at)?.kind {
            Kind::Open { close, .. } => Some(close),
            _ => None,
        }
    }

    /// The closing partner of an opening bracket of this shape.
    pub(super) fn group(&self, at: usize, wanted: Delimiter) -> Option<usize> {
        match self.0.get(at)?.kind {
            Kind::Open { shape, close } if shape == wanted => Some(close),
            _ => None,
        }
    }

    /// Whether a place holds a closing bracket.
    pub(super) fn closes(&self, at: usize) -> bool {
        matches!(self.0.get(at).map(|token| &token.kind), Some(Kind::Close))
    }

    /// Whether an item can begin at a place: at the start, or after a statement, a block, an attribute or `pub`.
    pub(super) fn begins_item(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else {
            return true;
        };
        match &self.0[before].kind {
            Kind::Word { .. } => ["pub", "unsafe", "default"]
                .iter()
                .any(|word| self.keyword(before, word)),
            Kind::Mark { text, .. } => text[0] == b';',
            Kind::Open { .. } | Kind::Close => true,
            Kind::Literal => false,
        }
    }

    /// The first place from `from` on, in the same bracket, at which `stop` holds; brackets are stepped over. Where
    /// there is none, the place of the closing bracket or the end.
    pub(super) fn find(&self, from: usize, stop: impl Fn(usize) -> bool) -> usize {
        let mut at = from;
        while at < self.len() && !self.closes(at) && !stop(at) {
            at = self.close(at).unwrap_or(at) + 1;
        }
        at
    }

    /// The place after the `>` that closes the `<` at a place, if it is near.
    pub(super) fn after_angles(&self, open: usize) -> Option<usize> {
        let mut depth = 0_usize;
        let mut at = open;
        for _ in 0..500 {
            if self.mark(at, "<") {
                depth += 1;
            } else if self.mark(at, ">") {
                depth = depth.checked_sub(1)?;
            } else if self.closes(at) || at >= self.len() {
                return None;
            }
            at = self.close(at).unwrap_or(at) + 1;
            if depth == 0 {
                return Some(at);
            }
        }
        None
    }
}

/// A first line that tells a shell what to do is none of the language's business; its line stays.
fn without_shebang(text: &str) -> &str {
    if text.starts_with("#!") && !text[2..].trim_start().starts_with('[') {
        text.find('\n').map_or("", |end| &text[end..])
    } else {
        text
    }
}

/// A bracket that is being read: the tokens after it, its place, its shape, where it ends.
struct Outer {
    rest: IntoIter,
    open: usize,
    shape: Delimiter,
    end: Span,
}

fn flatten(stream: TokenStream) -> Result<Tokens, Unread> {
    let mut list: Vec<Token> = Vec::new();
    let mut outer: Vec<Outer> = Vec::new();
    let mut current = stream.into_iter();
    loop {
        match current.next() {
            Some(TokenTree::Group(group)) => {
                let (shape, line) = (group.delimiter(), line(group.span_open()));
                if outer.len() == DEEPEST {
                    return Err(Unread::Nesting { line });
                }
                let rest = std::mem::replace(&mut current, group.stream().into_iter());
                let (open, end) = (list.len(), group.span_close());
                outer.push(Outer { rest, open, shape, end });
                let kind = Kind::Open { shape, close: open };
                list.push(Token { kind, line });
            }
            Some(TokenTree::Ident(ident)) => list.push(word(&ident.to_string(), line(ident.span()))),
            Some(TokenTree::Punct(punct)) => push_mark(&mut list, &punct),
            Some(TokenTree::Literal(literal)) => list.push(Token {
                kind: Kind::Literal,
                line: line(literal.span()),
            }),
            None => {
                let Some(Outer { rest, open, shape, end }) = outer.pop() else {
                    return Ok(Tokens(list));
                };
                list[open].kind = Kind::Open {
                    shape,
                    close: list.len(),
                };
                list.push(Token {
                    kind: Kind::Close,
                    line: line(end),
                });
                current = rest;
            }
        }
    }
}

fn line(span: Span) -> usize {
    span.start().line
}

fn word(text: &str, line: usize) -> Token {
    let (text, raw) = match text.strip_prefix("r#") {
        Some(name) => (name, true),
        None => (text, false),
    };
    let text = text.into();
    Token {
        kind: Kind::Word { text, raw },
        line,
    }
}

fn push_mark(list: &mut Vec<Token>, punct: &Punct) {
    let (mark, joined) = (punct.as_char() as u8, punct.spacing() == Spacing::Joint);
    if let Some(Token {
        kind: Kind::Mark { text, joint },
        ..
    }) = list.last_mut()
        && *joint
        && PAIRS.contains(&[text[0], mark])
        && text[1] == 0
    {
        (text[1], *joint) = (mark, false);
        return;
    }
    list.push(Token {
        kind: Kind::Mark {
            text: [mark, 0],
            joint: joined,
        },
        line: line(punct.span()),
    });
}
