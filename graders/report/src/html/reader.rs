//! A page as an independent reader of HTML sees it: the tree that html5ever makes of it, what it complains of, and the few
//! kinds of selectors that tests ask with.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::fmt;

use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::{Attribute, ParseOpts, QualName, parse_document};

/// A page that was read.
pub(super) struct Read {
    nodes: Vec<Node>,
    /// What the reader complains of.
    pub(super) errors: Vec<String>,
    /// Whether it takes the page for one of the nineties.
    pub(super) quirks: QuirksMode,
}

struct Node {
    kind: Kind,
    parent: Option<usize>,
    children: Vec<usize>,
}

enum Kind {
    Element(QualName, Vec<Attribute>),
    Text(String),
    /// The document, a comment, a processing instruction.
    Other,
}

/// An element of a page.
#[derive(Clone, Copy)]
pub(super) struct Element<'a> {
    read: &'a Read,
    index: usize,
}

impl Read {
    pub(super) fn page(text: &str) -> Self {
        parse_document(Sink::default(), ParseOpts::default()).one(text)
    }

    /// The elements of the page that a selector fits, in their order.
    pub(super) fn select(&self, selector: &str) -> Vec<Element<'_>> {
        self.document().select(selector)
    }

    /// All text of the page.
    pub(super) fn text(&self) -> String {
        self.document().text()
    }

    fn document(&self) -> Element<'_> {
        Element { read: self, index: 0 }
    }
}

impl<'a> Element<'a> {
    fn node(self) -> &'a Node {
        &self.read.nodes[self.index]
    }

    fn at(self, index: usize) -> Self {
        Self { index, ..self }
    }

    /// Its name, such as `h2`.
    pub(super) fn name(self) -> &'a str {
        match &self.node().kind {
            Kind::Element(name, _) => &name.local,
            _ => "",
        }
    }

    pub(super) fn parent(self) -> Option<Self> {
        self.node().parent.map(|parent| self.at(parent))
    }

    /// Names and values of its attributes.
    pub(super) fn attributes(self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let attributes: &[Attribute] = match &self.node().kind {
            Kind::Element(_, attributes) => attributes,
            _ => &[],
        };
        attributes
            .iter()
            .map(|attribute| (&*attribute.name.local, &*attribute.value))
    }

    pub(super) fn attribute(self, name: &str) -> Option<&'a str> {
        self.attributes()
            .find_map(|(own, value)| (own == name).then_some(value))
    }

    /// All text in it.
    pub(super) fn text(self) -> String {
        let own = match &self.node().kind {
            Kind::Text(text) => text.clone(),
            _ => String::new(),
        };
        let below = self.node().children.iter().map(|child| self.at(*child).text());
        [own].into_iter().chain(below).collect()
    }

    /// The elements in it that a selector fits, in their order: names, `.class`, `#id`, `[attribute]`, `[attribute=value]`
    /// and `*`, one inside another with a space, and several of those with commas.
    pub(super) fn select(self, selector: &str) -> Vec<Self> {
        let chains: Vec<Vec<String>> = split(selector, ',')
            .iter()
            .map(|chain| split(chain.trim(), ' '))
            .collect();
        let mut found = Vec::new();
        self.walk(&mut |element| {
            if chains.iter().any(|chain| element.ends(chain)) {
                found.push(element);
            }
        });
        found
    }

    fn walk(self, visit: &mut impl FnMut(Self)) {
        for child in &self.node().children {
            visit(self.at(*child));
            self.at(*child).walk(visit);
        }
    }

    /// Whether the last of these fits it, and those before it elements around it.
    fn ends(self, chain: &[String]) -> bool {
        let Some((last, before)) = chain.split_last() else {
            return true;
        };
        let mut around = std::iter::successors(self.parent(), |element| element.parent());
        self.fits(last) && (before.is_empty() || around.any(|element| element.ends(before)))
    }

    fn fits(self, compound: &str) -> bool {
        let Kind::Element(name, _) = &self.node().kind else {
            return false;
        };
        let end = compound.find(['.', '#', '[']).unwrap_or(compound.len());
        let (wanted, mut rest) = compound.split_at(end);
        if !(wanted.is_empty() || wanted == "*" || *wanted == *name.local) {
            return false;
        }
        while let Some(kind) = rest.chars().next() {
            let length = match kind {
                '[' => rest.find(']').expect("a bracket is closed") + 1,
                _ => rest[1..].find(['.', '#', '[']).map_or(rest.len(), |length| length + 1),
            };
            let (part, after) = rest.split_at(length);
            if !self.has(kind, part[1..].trim_end_matches(']')) {
                return false;
            }
            rest = after;
        }
        true
    }

    fn has(self, kind: char, what: &str) -> bool {
        let classes = || self.attribute("class").unwrap_or_default().split_ascii_whitespace();
        match (kind, what.split_once('=')) {
            ('.', _) => classes().any(|class| class == what),
            ('#', _) => self.attribute("id") == Some(what),
            (_, Some((name, value))) => self.attribute(name) == Some(value.trim_matches('"')),
            (_, None) => self.attribute(what).is_some(),
        }
    }
}

impl fmt::Debug for Element<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Kind::Element(name, _) = &self.node().kind {
            write!(formatter, "{}", name.local)?;
        }
        formatter.debug_map().entries(self.attributes()).finish()
    }
}

/// Splits where the separator stands outside of brackets.
fn split(text: &str, separator: char) -> Vec<String> {
    let mut is_inside = false;
    let pieces = text.split(|letter| {
        is_inside = letter == '[' || is_inside && letter != ']';
        letter == separator && !is_inside
    });
    pieces.map(str::to_owned).collect()
}

/// What html5ever builds its tree in.
struct Sink {
    nodes: RefCell<Vec<Node>>,
    errors: RefCell<Vec<String>>,
    quirks: Cell<QuirksMode>,
}

impl Default for Sink {
    fn default() -> Self {
        let sink = Self {
            nodes: RefCell::default(),
            errors: RefCell::default(),
            quirks: Cell::new(QuirksMode::NoQuirks),
        };
        sink.add(Kind::Other);
        sink
    }
}

impl Sink {
    fn add(&self, kind: Kind) -> usize {
        let mut nodes = self.nodes.borrow_mut();
        nodes.push(Node {
            kind,
            parent: None,
            children: Vec::new(),
        });
        nodes.len() - 1
    }

    /// Puts something before a place among the children of an element.
    fn insert(&self, parent: usize, place: usize, child: NodeOrText<usize>) {
        let child = match child {
            NodeOrText::AppendNode(child) => child,
            NodeOrText::AppendText(text) => {
                let mut nodes = self.nodes.borrow_mut();
                let before = place.checked_sub(1).map(|before| nodes[parent].children[before]);
                if let Some(Kind::Text(last)) = before.map(|before| &mut nodes[before].kind) {
                    last.push_str(&text);
                    return;
                }
                drop(nodes);
                self.add(Kind::Text(text.to_string()))
            }
        };
        let mut nodes = self.nodes.borrow_mut();
        nodes[child].parent = Some(parent);
        nodes[parent].children.insert(place, child);
    }

    fn children(&self, parent: usize) -> usize {
        self.nodes.borrow()[parent].children.len()
    }
}

impl TreeSink for Sink {
    type Handle = usize;
    type Output = Read;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Read {
        Read {
            nodes: self.nodes.into_inner(),
            errors: self.errors.into_inner(),
            quirks: self.quirks.get(),
        }
    }

    fn parse_error(&self, message: Cow<'static, str>) {
        self.errors.borrow_mut().push(message.into_owned());
    }

    fn get_document(&self) -> usize {
        0
    }

    fn elem_name(&self, target: &usize) -> Ref<'_, QualName> {
        Ref::map(self.nodes.borrow(), |nodes| match &nodes[*target].kind {
            Kind::Element(name, _) => name,
            _ => panic!("only an element has a name"),
        })
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> usize {
        self.add(Kind::Element(name, attributes))
    }

    fn create_comment(&self, _: StrTendril) -> usize {
        self.add(Kind::Other)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> usize {
        self.add(Kind::Other)
    }

    fn append(&self, parent: &usize, child: NodeOrText<usize>) {
        self.insert(*parent, self.children(*parent), child);
    }

    fn append_based_on_parent_node(&self, element: &usize, before: &usize, child: NodeOrText<usize>) {
        if self.nodes.borrow()[*element].parent.is_some() {
            self.append_before_sibling(element, child);
        } else {
            self.append(before, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &usize) -> usize {
        *target
    }

    fn same_node(&self, one: &usize, other: &usize) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.quirks.set(mode);
    }

    fn append_before_sibling(&self, sibling: &usize, child: NodeOrText<usize>) {
        if let NodeOrText::AppendNode(child) = &child {
            self.remove_from_parent(child);
        }
        let nodes = self.nodes.borrow();
        let parent = nodes[*sibling].parent.expect("a sibling has a parent");
        let place = nodes[parent].children.iter().position(|child| child == sibling);
        drop(nodes);
        self.insert(parent, place.expect("a parent knows its children"), child);
    }

    fn add_attrs_if_missing(&self, target: &usize, more: Vec<Attribute>) {
        if let Kind::Element(_, attributes) = &mut self.nodes.borrow_mut()[*target].kind {
            for attribute in more {
                if attributes.iter().all(|own| own.name != attribute.name) {
                    attributes.push(attribute);
                }
            }
        }
    }

    fn remove_from_parent(&self, target: &usize) {
        let mut nodes = self.nodes.borrow_mut();
        if let Some(parent) = nodes[*target].parent.take() {
            nodes[parent].children.retain(|child| child != target);
        }
    }

    fn reparent_children(&self, node: &usize, parent: &usize) {
        let mut nodes = self.nodes.borrow_mut();
        let children = std::mem::take(&mut nodes[*node].children);
        for child in &children {
            nodes[*child].parent = Some(*parent);
        }
        nodes[*parent].children.extend(children);
    }
}

mod tests {
    use super::*;

    #[test]
    fn a_selector_finds_what_its_words_say() {
        let read = Read::page(
            "<!doctype html><html><head><title>t</title></head><body><p id=one class='a b'>x<b lang='d e'>y</b></p>\
             <p>z<i></i></p></body></html>",
        );
        assert_eq!(read.errors, Vec::<String>::new());
        let count = |selector: &str| read.select(selector).len();
        assert_eq!(count("*"), 8);
        assert_eq!((count("p"), count("p.a"), count("p.c"), count(".b")), (2, 1, 0, 1));
        assert_eq!((count("#one"), count("p#one.a.b"), count("[id]")), (1, 1, 1));
        assert_eq!(
            (count("b[lang=\"d e\"]"), count("b[lang=d]"), count("b[lang]")),
            (1, 0, 1)
        );
        assert_eq!(
            (count("p b"), count("b p"), count("body .a b"), count("b, i")),
            (1, 0, 1, 2)
        );
        assert_eq!(read.select("p")[0].text(), "xy");
        assert_eq!(
            read.select("b")[0].parent().and_then(|p| p.attribute("id")),
            Some("one")
        );
    }

    #[test]
    fn what_is_not_html_is_complained_of() {
        let read = Read::page("<p><b>x</p></i>");
        assert!(!read.errors.is_empty());
        assert!(read.quirks != QuirksMode::NoQuirks);
    }
}
