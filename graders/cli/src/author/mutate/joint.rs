//! Many mutants of a file in one program, each of which a process can be: compiled and linked once.
//!
//! A function's body becomes a choice among its own and those of its mutants, each as it would stand alone. So each is
//! compiled as it would be alone, and what the compiler has against one is said of that one's lines.

use std::fmt::Write as _;
use std::ops::Range;

use syn::spanned::Spanned;

use super::mutants::Mutant;
use crate::author::variant::{CHOOSER, chooser};
use crate::failure::Failure;

/// A file with many mutants in it.
#[derive(Debug)]
pub(super) struct Joint {
    /// The file's text.
    pub(super) text: String,
    /// The mutants in it by their numbers, each with its lines.
    pub(super) arms: Vec<(usize, Range<usize>)>,
}

impl Joint {
    /// The mutants, given with their numbers, as far as they are in functions whose body can be a choice.
    pub(super) fn new(source: &str, mutants: &[(usize, &Mutant)]) -> Result<Self, Failure> {
        let syntax = syn::parse_file(source).map_err(Failure::fault)?;
        let mut joint = Self {
            text: String::new(),
            arms: Vec::new(),
        };
        let mut copied = 0;
        for body in syntax.items.iter().filter_map(body_of_choice) {
            let is_inside =
                |(_, mutant): &&(usize, &Mutant)| body.start <= mutant.place.start && mutant.place.end <= body.end;
            let own: Vec<_> = mutants.iter().filter(is_inside).collect();
            if own.is_empty() {
                continue;
            }
            joint.text.push_str(&source[copied..body.start]);
            let _ = writeln!(joint.text, "{{ match {CHOOSER}() {{");
            for (number, mutant) in own {
                joint.arm(*number, &changed(source, &body, mutant));
            }
            let _ = write!(joint.text, "_ => {} }} }}", &source[body.clone()]);
            copied = body.end;
        }
        joint.text.push_str(&source[copied..]);
        joint.text.push_str(&chooser());
        Ok(joint)
    }

    fn arm(&mut self, number: usize, body: &str) {
        let first = self.next_line();
        let _ = writeln!(self.text, "{number} => {body}");
        self.arms.push((number, first..self.next_line()));
    }

    /// The number of the line that is written next.
    fn next_line(&self) -> usize {
        self.text.matches('\n').count() + 1
    }

    /// The mutants whose lines the compiler's messages point to.
    pub(super) fn charged(&self, file: &str, rendered: &str) -> Vec<usize> {
        let pointer = format!("--> {file}:");
        let lines: Vec<usize> = rendered
            .lines()
            .filter_map(|line| line.split_once(&pointer)?.1.split(':').next()?.parse().ok())
            .collect();
        let is_charged = |(_, own): &&(usize, Range<usize>)| lines.iter().any(|line| own.contains(line));
        self.arms.iter().filter(is_charged).map(|(number, _)| *number).collect()
    }
}

/// The body of a function, if bodies of several types do not matter to it and it may look at the environment.
fn body_of_choice(item: &syn::Item) -> Option<Range<usize>> {
    let syn::Item::Fn(function) = item else {
        return None;
    };
    let returns_some_type =
        matches!(&function.sig.output, syn::ReturnType::Type(_, kind) if matches!(**kind, syn::Type::ImplTrait(_)));
    (function.sig.constness.is_none() && !returns_some_type).then(|| function.block.span().byte_range())
}

fn changed(source: &str, body: &Range<usize>, mutant: &Mutant) -> String {
    let Range { start, end } = mutant.place;
    format!(
        "{}{}{}",
        &source[body.start..start],
        mutant.replacement,
        &source[end..body.end]
    )
}
