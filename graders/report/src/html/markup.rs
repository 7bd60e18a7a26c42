//! Writing HTML so that it is always well formed: elements close what they open, and text is escaped.

use std::fmt::{Display, Write};

/// Letters of a text at most; what comes from a submission is bounded long before.
const LONGEST: usize = 20_000;
/// Elements that stand within a line: no line ends after them.
const WITHIN_LINES: &[&str] = &[
    "a", "b", "code", "em", "h2", "pre", "span", "strong", "td", "text", "th", "title",
];

/// Attributes of an element; their values are escaped.
pub type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

/// A page or a piece of one.
#[derive(Debug, Default)]
pub struct Html(String);

impl Html {
    /// What was written.
    pub(super) fn finish(self) -> String {
        self.0
    }

    /// Bytes written so far.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Text of this program's own that must not be escaped: the doctype, the style sheet.
    pub(super) fn verbatim(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    /// An element with what `content` writes into it.
    pub fn element(&mut self, name: &str, attributes: Attributes<'_>, content: impl FnOnce(&mut Self)) {
        self.open(name, attributes);
        self.0.push('>');
        content(self);
        let end = if WITHIN_LINES.contains(&name) { "" } else { "\n" };
        let _ = write!(self.0, "</{name}>{end}");
    }

    /// An element that holds a text.
    pub fn leaf(&mut self, name: &str, attributes: Attributes<'_>, text: &str) {
        self.element(name, attributes, |html| html.text(text));
    }

    /// An element of HTML that never has content, such as `meta`.
    pub fn void(&mut self, name: &str, attributes: Attributes<'_>) {
        self.open(name, attributes);
        self.0.push_str(">\n");
    }

    /// A shape of a drawing, which has no content.
    pub fn shape(&mut self, name: &str, attributes: Attributes<'_>) {
        self.open(name, attributes);
        self.0.push_str("/>\n");
    }

    /// Text that means only itself.
    pub fn text(&mut self, text: &str) {
        push_escaped(&mut self.0, text);
    }

    /// Words in which what stands between backticks is code.
    pub fn prose(&mut self, words: &str) {
        let pieces: Vec<&str> = words.split('`').collect();
        // An odd number of backticks means nothing.
        if pieces.len().is_multiple_of(2) {
            self.text(words);
            return;
        }
        for (number, piece) in pieces.into_iter().enumerate() {
            match number % 2 {
                1 => self.leaf("code", &[], piece),
                _ => self.text(piece),
            }
        }
    }

    fn open(&mut self, name: &str, attributes: Attributes<'_>) {
        let _ = write!(self.0, "<{name}");
        for (name, value) in attributes {
            let _ = write!(self.0, " {name}=\"");
            push_escaped(&mut self.0, &value.to_string());
            self.0.push('"');
        }
    }
}

fn push_escaped(target: &mut String, text: &str) {
    for letter in text.chars().take(LONGEST) {
        match letter {
            '&' => target.push_str("&amp;"),
            '<' => target.push_str("&lt;"),
            '>' => target.push_str("&gt;"),
            '"' => target.push_str("&quot;"),
            '\'' => target.push_str("&#39;"),
            '\n' => target.push('\n'),
            letter if letter.is_control() => target.push(' '),
            letter => target.push(letter),
        }
    }
    if text.chars().nth(LONGEST).is_some() {
        target.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_attributes_are_escaped() {
        let mut html = Html::default();
        let value = "\"><script>";
        html.element("p", &[("title", &value)], |html| html.text("a < b & 'c'\u{0}\u{1b}"));
        let expected = "<p title=\"&quot;&gt;&lt;script&gt;\">a &lt; b &amp; &#39;c&#39;  </p>\n";
        assert_eq!(html.finish(), expected);
    }

    #[test]
    fn a_flood_is_cut_and_says_so() {
        let mut html = Html::default();
        html.text(&"x".repeat(LONGEST + 1));
        let text = html.finish();
        assert_eq!(text.chars().count(), LONGEST + 1);
        assert!(text.ends_with('…'));
    }

    #[test]
    fn what_stands_between_backticks_is_code_and_a_single_one_is_a_letter() {
        let prose = |words: &str| {
            let mut html = Html::default();
            html.prose(words);
            html.finish()
        };
        assert_eq!(
            prose("see `a < b`, not `c`"),
            "see <code>a &lt; b</code>, not <code>c</code>"
        );
        assert_eq!(prose("a ` b"), "a ` b");
    }

    #[test]
    fn elements_stand_within_each_other() {
        let mut html = Html::default();
        html.element("div", &[], |html| {
            html.leaf("b", &[], "x");
            html.void("br", &[]);
            html.shape("rect", &[("x", &3)]);
        });
        assert_eq!(html.finish(), "<div><b>x</b><br>\n<rect x=\"3\"/>\n</div>\n");
    }
}
