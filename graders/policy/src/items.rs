//! The first look at a source: which items it declares, and which item and scope each token belongs to.

use proc_macro2::Delimiter;

use super::imports;
use super::map::{Definition, Home, Invocation, Map, Sort, Source};
use super::tokens::Tokens;

/// An item or a bracket that is being walked through.
struct Frame {
    /// Where it ends.
    end: usize,
    home: Home,
    /// The type that functions belong to here, and the words of the trait's `impl`.
    on: Option<(String, Vec<String>)>,
}

/// Reads one file into the map.
pub(super) fn read(map: &mut Map, file: &str, tokens: Tokens) {
    let scope = map.module_of_file(file);
    let number = map.sources.len();
    let holder = map.add_holder(file, Sort::Loose, number);
    let mut source = Source {
        file: file.to_owned(),
        homes: vec![None; tokens.len()],
        tokens,
        ..Source::default()
    };
    let home = Home { holder, scope };
    let frame = Frame {
        end: source.tokens.len(),
        home,
        on: None,
    };
    Walk {
        map,
        source: &mut source,
        number,
        frames: vec![frame],
        header_end: 0,
        macros_end: 0,
    }
    .all();
    map.sources.push(source);
}

struct Walk<'a> {
    map: &'a mut Map,
    source: &'a mut Source,
    number: usize,
    frames: Vec<Frame>,
    /// Up to here the tokens say what an `impl` is for.
    header_end: usize,
    /// Up to here the tokens are a macro's: the compiler may make something else of them.
    macros_end: usize,
}

impl Walk<'_> {
    fn all(mut self) {
        let mut at = 0;
        while at < self.source.tokens.len() {
            while self.frames.len() > 1 && self.frames.last().is_some_and(|frame| frame.end <= at) {
                self.frames.pop();
            }
            at = self.step(at);
        }
    }

    fn tokens(&self) -> &Tokens {
        &self.source.tokens
    }

    fn home(&self) -> Home {
        // The frame of the file is never popped.
        self.frames
            .last()
            .map_or(Home { holder: 0, scope: 0 }, |frame| frame.home)
    }

    /// Looks at one token and returns the place to go on from.
    fn step(&mut self, at: usize) -> usize {
        if let Some(next) = self.attribute(at) {
            return next;
        }
        let home = self.home();
        self.source.homes[at] = (at >= self.header_end).then_some(home);
        self.invocation(at);
        let begins = self.tokens().begins_item(at);
        match self.tokens().word(at).filter(|word| self.tokens().keyword(at, word)) {
            Some("use") if begins => return self.import(at, home),
            Some("extern") if self.tokens().keyword(at + 1, "crate") => return self.import(at, home),
            Some("fn") => self.function(at),
            Some("mod") if begins => self.module(at),
            Some("impl") if begins => self.implementation(at),
            Some("trait") => self.named_item(at, Sort::Type),
            Some("struct" | "enum" | "union") if begins => self.named_item(at, Sort::Type),
            Some("type") if begins => self.named_item(at, Sort::Alias),
            Some("const" | "static") if begins => self.value(at),
            _ => {}
        }
        at + 1
    }

    /// An import is not looked at again: what counts is who mentions what it brings in.
    fn import(&mut self, at: usize, home: Home) -> usize {
        self.source.homes[at] = None;
        imports::read(self.map, self.source, at, home)
    }

    /// Notes an attribute and steps over it, and over the item as well where only tests are compiled with it.
    fn attribute(&mut self, at: usize) -> Option<usize> {
        let tokens = &self.source.tokens;
        let is_inner = tokens.mark(at + 1, "!");
        let open = at + 1 + usize::from(is_inner);
        let close = tokens
            .group(open, Delimiter::Bracket)
            .filter(|_| tokens.mark(at, "#"))?;
        let home = self.home();
        self.source.attributes.push((open, home));
        let skips = !is_inner && at >= self.macros_end && is_for_tests(&self.source.tokens, open);
        Some(if skips {
            after_item(&self.source.tokens, close + 1)
        } else {
            close + 1
        })
    }

    /// Notes a macro's arguments, or a macro's definition.
    fn invocation(&mut self, at: usize) {
        let tokens = &self.source.tokens;
        let Some(name) = tokens.word(at).filter(|name| !EXPRESSIONS.contains(name)) else {
            return;
        };
        if !tokens.mark(at + 1, "!") {
            return;
        }
        let name = Some(name.to_owned()).filter(|_| !imports::is_placeholder(tokens, at));
        if let Some(close) = tokens.close(at + 2) {
            let open = at + 2;
            self.macros_end = self.macros_end.max(close);
            self.source.invocations.push(Invocation { open, close, name });
        } else if let (Some(defined), Some(close)) = (tokens.word(at + 2), tokens.close(at + 3)) {
            let (defined, scope) = (defined.to_owned(), self.home().scope);
            let splices = (at + 3..close).any(|place| takes_words(tokens, place));
            self.macros_end = self.macros_end.max(close);
            // `use` can hand it on by its name.
            let holder = self.declared(&defined, Sort::Macro { splices }, scope);
            self.enter(close, holder, None);
        }
    }

    /// Lets the tokens up to `end` belong to an item.
    fn enter(&mut self, end: usize, holder: usize, on: Option<(String, Vec<String>)>) {
        let Home { holder: outer, scope } = self.home();
        if matches!(self.map.holders[outer].sort, Sort::Macro { .. }) {
            // Whoever calls the macro gets all that it defines.
            self.map.link(outer, holder);
        }
        self.frames.push(Frame {
            end,
            home: Home { holder, scope },
            on,
        });
    }

    fn function(&mut self, at: usize) {
        let tokens = &self.source.tokens;
        let Some(name) = tokens.word(at + 1).map(str::to_owned) else {
            return;
        };
        let body = tokens.find(at + 2, |place| {
            tokens.mark(place, ";") || tokens.group(place, Delimiter::Brace).is_some()
        });
        let (end, arity) = (tokens.close(body).unwrap_or(body), arity(tokens, at + 2));
        let on = self.frames.last().and_then(|frame| frame.on.clone());
        let outer = self.home();
        let holder = match on {
            Some((on, of_trait)) => {
                let sort = Sort::Method { arity, on, of_trait };
                self.map.add_holder(&name, sort, self.number)
            }
            None => self.declared(&name, Sort::Function, outer.scope),
        };
        self.enter(end, holder, None);
        let scope = self.map.inner_scope(outer.scope);
        if let Some(frame) = self.frames.last_mut() {
            frame.home.scope = scope;
        }
    }

    fn declared(&mut self, name: &str, sort: Sort, scope: usize) -> usize {
        let holder = self.map.add_holder(name, sort, self.number);
        self.map.define(scope, name, Definition::Item(holder));
        holder
    }

    fn module(&mut self, at: usize) {
        let (Some(name), Some(close)) = (
            self.tokens().word(at + 1).map(str::to_owned),
            self.tokens().group(at + 2, Delimiter::Brace),
        ) else {
            return;
        };
        let Home { holder, scope } = self.home();
        let scope = self.map.module(self.map.scopes[scope].module, &name);
        let home = Home { holder, scope };
        self.frames.push(Frame {
            end: close,
            home,
            on: None,
        });
    }

    fn implementation(&mut self, at: usize) {
        let tokens = &self.source.tokens;
        let open = tokens.find(at + 1, |place| tokens.group(place, Delimiter::Brace).is_some());
        let Some(close) = tokens.close(open) else { return };
        let is_for = |place: &usize| tokens.keyword(*place, "for") && !tokens.mark(place + 1, "<");
        let of_trait = (at + 1..open).find(is_for);
        let begin = match of_trait {
            Some(place) => place + 1,
            None if tokens.mark(at + 1, "<") => tokens.after_angles(at + 1).unwrap_or(at + 1),
            None => at + 1,
        };
        let on = last_of_path(tokens, begin, open).unwrap_or_default();
        let words = of_trait.map_or_else(Vec::new, |_| {
            (at + 1..open)
                .filter_map(|place| tokens.word(place).map(str::to_owned))
                .collect()
        });
        let Home { holder, .. } = self.home();
        self.enter(close, holder, Some((on, words)));
        // What an `impl` is of and for is no use of it.
        self.header_end = open;
    }

    /// A type, a trait or another name for one.
    fn named_item(&mut self, at: usize, sort: Sort) {
        let tokens = &self.source.tokens;
        let Some(name) = tokens.word(at + 1).map(str::to_owned) else {
            return;
        };
        let is_alias = sort == Sort::Alias;
        let end = tokens.find(at + 2, |place| {
            tokens.mark(place, ";") || (!is_alias && tokens.group(place, Delimiter::Brace).is_some())
        });
        let end = tokens.close(end).unwrap_or(end);
        let provides = tokens.keyword(at, "trait").then(|| (name.clone(), Vec::new()));
        if self.frames.last().is_some_and(|frame| frame.on.is_some()) {
            // A type inside an `impl` has no name of its own.
            return;
        }
        let scope = self.home().scope;
        let holder = self.declared(&name, sort, scope);
        self.enter(end, holder, provides);
    }

    fn value(&mut self, at: usize) {
        let tokens = &self.source.tokens;
        let at = at + usize::from(tokens.keyword(at + 1, "mut"));
        let name = tokens
            .word(at + 1)
            .filter(|name| *name != "_" && tokens.mark(at + 2, ":"));
        let Some(name) = name.map(str::to_owned) else { return };
        let end = tokens.find(at + 3, |place| tokens.mark(place, ";"));
        let on = self.frames.last().and_then(|frame| frame.on.clone());
        let holder = match on {
            Some((on, of_trait)) => {
                let sort = Sort::Method { arity: 0, on, of_trait };
                self.map.add_holder(&name, sort, self.number)
            }
            None => self.declared(&name, Sort::Value, self.home().scope),
        };
        self.enter(end, holder, None);
    }
}

/// Words after which a `!` is a negation.
const EXPRESSIONS: [&str; 8] = ["break", "else", "if", "in", "match", "return", "while", "yield"];

/// Whether a macro's definition takes a word or any token under the name at a place.
fn takes_words(tokens: &Tokens, at: usize) -> bool {
    let takes = tokens.keyword(at, "ident") || tokens.keyword(at, "tt");
    takes && at >= 3 && tokens.mark(at - 1, ":") && tokens.mark(at - 3, "$")
}

/// `#[test]` and `#[cfg(test)]`, exactly.
fn is_for_tests(tokens: &Tokens, open: usize) -> bool {
    let test = |at| tokens.keyword(at, "test") && tokens.closes(at + 1);
    let is_cfg = tokens.keyword(open + 1, "cfg") && tokens.group(open + 2, Delimiter::Parenthesis).is_some();
    test(open + 1) || (is_cfg && test(open + 3) && tokens.closes(open + 5))
}

/// The place after the item that begins at `from`: what the attribute before it takes away, never more.
fn after_item(tokens: &Tokens, from: usize) -> usize {
    let mut at = from;
    while tokens.mark(at, "#") && tokens.close(at + 1).is_some() {
        at = tokens.close(at + 1).unwrap_or(at) + 1;
    }
    let is_item = is_item(tokens, at);
    let end = tokens.find(at, |place| {
        tokens.mark(place, ";")
            || tokens.group(place, Delimiter::Brace).is_some()
            || (!is_item && tokens.mark(place, ","))
    });
    match tokens.close(end) {
        Some(close) => close + 1,
        None if tokens.closes(end) => end,
        None => end + 1,
    }
}

/// Whether an item begins here, which no comma ends.
fn is_item(tokens: &Tokens, from: usize) -> bool {
    let mut at = from;
    while ["pub", "const", "async", "unsafe", "extern"]
        .iter()
        .any(|word| tokens.keyword(at, word))
    {
        at += 1;
        at = tokens.group(at, Delimiter::Parenthesis).map_or(at, |close| close + 1);
    }
    let items = ["enum", "fn", "impl", "mod", "struct", "trait", "use"];
    items.iter().any(|word| tokens.keyword(at, word))
}

/// How many arguments a function declares beside `self`; `from` is the place after its name.
fn arity(tokens: &Tokens, from: usize) -> usize {
    let open = tokens.mark(from, "<").then(|| tokens.after_angles(from)).flatten();
    let open = open.unwrap_or(from);
    let Some(close) = tokens.group(open, Delimiter::Parenthesis) else {
        return 0;
    };
    let first = tokens.find(open + 1, |place| tokens.mark(place, ":") || tokens.mark(place, ","));
    let takes_self = (open + 1..first).any(|place| tokens.keyword(place, "self"));
    arguments(tokens, open, close).saturating_sub(usize::from(takes_self))
}

/// How many arguments stand between two brackets.
pub(super) fn arguments(tokens: &Tokens, open: usize, close: usize) -> usize {
    let (mut at, mut count) = (open + 1, 0);
    let mut is_empty = true;
    while at < close {
        if tokens.mark(at, ",") {
            (count, is_empty) = (count + usize::from(!is_empty), true);
            at += 1;
            continue;
        }
        is_empty = false;
        let angles = tokens.mark(at, "<").then(|| tokens.after_angles(at)).flatten();
        at = angles.unwrap_or_else(|| tokens.close(at).unwrap_or(at) + 1);
    }
    count + usize::from(!is_empty)
}

/// The last word of the first path between two places.
fn last_of_path(tokens: &Tokens, from: usize, end: usize) -> Option<String> {
    let first = (from..end).find(|place| tokens.word(*place).is_some() && !tokens.keyword(*place, "dyn"))?;
    let mut at = first;
    while tokens.mark(at + 1, "::") && tokens.word(at + 2).is_some() {
        at += 2;
    }
    tokens.word(at).map(str::to_owned)
}
