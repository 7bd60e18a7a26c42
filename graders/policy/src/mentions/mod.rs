//! The second look at a source: what the tokens of each item mention, what of it is allowed for no task or not for all.

use proc_macro2::Delimiter;

use super::imports::{PLACEHOLDER, is_placeholder};
use super::items::arguments;
use super::map::{Home, Invocation, Map, Sort, Source};
use super::names::{Names, Target};
use super::operators::Family;
use super::tokens::Tokens;
use super::{Reason, rules};

/// A use of something that a task may not use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Use {
    /// The item that it lies in.
    pub(super) holder: usize,
    pub(super) source: usize,
    pub(super) line: usize,
    /// As it is written.
    pub(super) item: String,
    pub(super) reason: Reason,
}

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    pub(super) uses: Vec<Use>,
    /// An item and an item that it mentions.
    pub(super) edges: Vec<(usize, usize)>,
    /// An item and a function of `parts` that it mentions.
    pub(super) parts: Vec<(usize, String)>,
}

/// Reads all sources of a map.
pub(super) fn read(map: &Map, families: &[Family]) -> Mentions {
    let mut names = Names::new(map);
    let mut mentions = Mentions::default();
    for (number, source) in map.sources.iter().enumerate() {
        let look = Look {
            map,
            names: &mut names,
            families,
            number,
            source,
            tokens: &source.tokens,
            splicing: Vec::new(),
            mentions: &mut mentions,
        };
        look.all();
    }
    mentions
}

/// How a path stands among the tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    /// On its own.
    Free,
    /// After a dot.
    Method,
    /// After the `>::` of something in angle brackets.
    Tail,
}

/// Names of a path; a longer one is not followed, and said to be tangled.
const LONGEST: usize = 16;

/// A path as it is written.
#[derive(Debug)]
struct Path {
    names: Vec<String>,
    stand: Stand,
    /// Its first word and the place after it.
    at: usize,
    end: usize,
    home: Home,
}

struct Look<'a, 'b> {
    map: &'a Map,
    names: &'b mut Names<'a>,
    families: &'b [Family],
    number: usize,
    source: &'a Source,
    tokens: &'a Tokens,
    /// The ends of the macros' arguments around a place, and whether their words can become names of methods.
    splicing: Vec<(usize, bool)>,
    mentions: &'b mut Mentions,
}

impl Look<'_, '_> {
    fn all(mut self) {
        for (open, home) in &self.source.attributes {
            self.attribute(*open, *home);
        }
        for (import, home) in &self.source.imports {
            self.import(&import.path, import.star, import.at, *home);
        }
        let mut invocations = self.source.invocations.iter().peekable();
        let mut at = 0;
        while at < self.tokens.len() {
            while let Some(found) = invocations.next_if(|found| found.open <= at) {
                let splices = self.splices(found);
                self.splicing.push((found.close, splices));
            }
            self.splicing.retain(|(close, _)| *close > at);
            at = self.step(at);
        }
    }

    /// Whether a word among a macro's arguments can become something else than an expression.
    fn splices(&self, invocation: &Invocation) -> bool {
        let Some(name) = &invocation.name else { return true };
        let own = self.map.macros.get(name);
        own.map_or_else(|| !rules::is_plain_macro(name), |own| own.splices)
    }

    fn is_spliced(&self) -> bool {
        self.splicing.iter().any(|(_, splices)| *splices)
    }

    fn note(&mut self, at: usize, home: Home, item: impl Into<String>, reason: Reason) {
        self.mentions.uses.push(Use {
            holder: home.holder,
            source: self.number,
            line: self.tokens.line(at),
            item: item.into(),
            reason,
        });
    }

    fn attribute(&mut self, open: usize, home: Home) {
        let Some(close) = self.tokens.close(open) else { return };
        for at in open + 1..close {
            let Some(word) = self.tokens.word(at) else { continue };
            // The attribute's own name, or one inside `cfg_attr` or `unsafe`.
            let is_name = at == open + 1 || self.tokens.close(at - 1).is_some() || self.tokens.mark(at - 1, ",");
            if let Some(reason) = rules::of_attribute(word).filter(|_| is_name) {
                self.note(at, home, format!("#[{word}]"), reason);
            }
            if self.tokens.mark(at + 1, "!")
                && let Some(reason) = rules::of_macro(word)
            {
                self.note(at, home, format!("{word}!"), reason);
            }
        }
    }

    fn import(&mut self, path: &[String], star: bool, at: usize, home: Home) {
        if star {
            for target in self.names.resolve(home.scope, path) {
                if let Target::Outside(outside) = target
                    && let Some(reason) = rules::of_path(&outside)
                {
                    self.note(at, home, format!("use {}::*", outside.join("::")), reason);
                }
            }
        }
        let root = match path {
            [first, second, ..] if first.is_empty() => Some(second).filter(|name| !rules::is_crate(name)),
            [first, ..] => Some(first).filter(|name| self.is_unknown_crate(name, home)),
            [] => None,
        };
        if std::mem::take(&mut self.names.tangled) {
            self.note(at, home, path.join("::"), Reason::Tangled);
        } else if let Some(root) = root {
            self.note(at, home, root.clone(), Reason::Crates);
        }
    }

    /// Whether an import's first name can only be that of a crate that there is not.
    fn is_unknown_crate(&mut self, name: &str, home: Home) -> bool {
        // A type's name may come from an import with a star, which cannot be followed into other crates.
        let is_lower_case = name.starts_with(|letter: char| letter.is_lowercase());
        is_lower_case && self.names.resolve(home.scope, &[name.to_owned()]).is_empty()
    }

    /// Looks at one token and returns the place to go on from.
    fn step(&mut self, at: usize) -> usize {
        let (Some(home), Some(_)) = (self.source.homes[at], self.tokens.word(at)) else {
            return at + 1;
        };
        if at > 0 && self.tokens.mark(at - 1, "'") {
            return at + 1;
        }
        if self.tokens.keyword(at, "unsafe") {
            self.note(at, home, "unsafe", Reason::UnsafeCode);
            return at + 1;
        }
        if self.tokens.keyword(at, "extern") {
            self.note(at, home, "extern", Reason::ForeignCode);
            return at + 1;
        }
        if at > 0 && ["fn", "let"].iter().any(|word| self.tokens.keyword(at - 1, word)) {
            // A name that is declared, not used.
            return at + 1;
        }
        let path = self.path(at, home);
        self.look_at(&path);
        // What is in the path's angle brackets is looked at as well.
        at + 1 + self.plain_steps(at)
    }

    /// How many tokens after a place belong to the same path before its first angle bracket.
    fn plain_steps(&self, at: usize) -> usize {
        let mut steps = 0;
        while self.tokens.mark(at + steps + 1, "::") && self.tokens.word(at + steps + 2).is_some() {
            steps += 2;
        }
        steps
    }

    fn path(&self, at: usize, home: Home) -> Path {
        let tokens = self.tokens;
        let before = |mark: &str| at > 0 && tokens.mark(at - 1, mark);
        let is_led = before("::");
        let after_angle = is_led && at > 1 && tokens.mark(at - 2, ">");
        let stand = match (before("."), after_angle) {
            (true, _) => Stand::Method,
            (_, true) => Stand::Tail,
            _ => Stand::Free,
        };
        let mut names = Vec::new();
        if is_led && !after_angle {
            names.push(String::new());
        }
        let name = |place| {
            if is_placeholder(tokens, place) {
                PLACEHOLDER
            } else {
                tokens.word(place).unwrap_or("")
            }
        };
        names.push(name(at).to_owned());
        let mut end = at + 1;
        while tokens.mark(end, "::") && names.len() <= LONGEST {
            if let Some(word) = tokens.word(end + 1) {
                names.push(word.to_owned());
                end += 2;
            } else if let Some(after) = tokens
                .mark(end + 1, "<")
                .then(|| tokens.after_angles(end + 1))
                .flatten()
            {
                end = after;
            } else {
                break;
            }
        }
        Path {
            names,
            stand,
            at,
            end,
            home,
        }
    }

    fn look_at(&mut self, path: &Path) {
        let is_macro = self.tokens.mark(path.end, "!") && !path.names.is_empty();
        let targets = match path.stand {
            Stand::Free => self.names.resolve(path.home.scope, &path.names),
            Stand::Method | Stand::Tail => Vec::new(),
        };
        if std::mem::take(&mut self.names.tangled) || path.names.len() > LONGEST {
            self.note(path.at, path.home, path.names.join("::"), Reason::Tangled);
        }
        self.general(path, &targets, is_macro);
        self.spliced(path);
        for place in 0..path.names.len() {
            self.operator(path, place);
        }
        self.edges(path, &targets, is_macro);
    }

    /// What no task may use.
    fn general(&mut self, path: &Path, targets: &[Target], is_macro: bool) {
        for target in targets {
            if let Target::Outside(outside) = target
                && let Some(reason) = rules::of_path(outside)
            {
                self.note(path.at, path.home, written(path, outside), reason);
                return;
            }
        }
        if !is_macro {
            return;
        }
        let outside = targets.iter().filter_map(|target| match target {
            Target::Outside(outside) => outside.last(),
            Target::Module(_) | Target::Item(_) | Target::Part(_) => None,
        });
        let reason = outside.chain(path.names.last()).find_map(|name| rules::of_macro(name));
        if let Some(reason) = reason {
            self.note(path.at, path.home, format!("{}!", path.names.join("::")), reason);
        }
    }

    /// Words that a macro may make into something else.
    fn spliced(&mut self, path: &Path) {
        let [name] = path.names.as_slice() else { return };
        if path.stand != Stand::Free || !self.is_spliced() {
            return;
        }
        let is_code = rules::of_macro(name).filter(|_| name != "env");
        let is_crate = rules::is_crate(name).then_some(Reason::HiddenName);
        if let Some(reason) = is_code.or(is_crate) {
            self.note(path.at, path.home, name, reason);
        }
    }
}

/// A path as it is written, and what it stands for where that is something else.
fn written(path: &Path, outside: &[String]) -> String {
    let (short, long) = (path.names.join("::"), outside.join("::"));
    if short == long || short.contains(PLACEHOLDER) || long.ends_with(&short) {
        long
    } else {
        format!("{short} ({long})")
    }
}

mod own;
