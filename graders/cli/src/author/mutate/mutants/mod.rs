//! The mutants of a source file: one small change each, within the regions that a student writes.

mod changes;

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::author::template::solution_regions;
use crate::failure::Failure;

/// One change of one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mutant {
    /// The file of the reference.
    pub(crate) file: String,
    /// The function that the place is in.
    pub(crate) function: String,
    /// The line of the place, counted from 1.
    pub(crate) line: usize,
    /// The line above the place.
    pub(crate) above: String,
    /// The lines of the place, in one line.
    pub(crate) before: String,
    /// The same after the change.
    pub(crate) after: String,
    /// Where the change is, in bytes.
    pub(super) place: Range<usize>,
    /// What takes the place of the text there.
    pub(super) replacement: String,
}

impl Mutant {
    /// The whole file with the change in it.
    pub(crate) fn apply(&self, source: &str) -> String {
        let Range { start, end } = self.place;
        format!("{}{}{}", &source[..start], self.replacement, &source[end..])
    }
}

impl fmt::Display for Mutant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            file,
            function,
            line,
            before,
            after,
            ..
        } = self;
        write!(formatter, "{file}:{line} {function}: `{before}` -> `{after}`")
    }
}

/// The mutants of all files, in the order of files and places.
pub(crate) fn all(sources: &BTreeMap<String, String>) -> Result<Vec<Mutant>, Failure> {
    let mut mutants = Vec::new();
    for (file, source) in sources {
        mutants.extend(of_file(file, source)?);
    }
    Ok(mutants)
}

/// The mutants of one file.
pub(crate) fn of_file(file: &str, source: &str) -> Result<Vec<Mutant>, Failure> {
    let broken = |reason: &dyn fmt::Display| Failure::fault(format!("cannot read {file}: {reason}"));
    let regions = solution_regions(source).map_err(|flaw| broken(&flaw.fault))?;
    let syntax = syn::parse_file(source).map_err(|error| broken(&error))?;
    let mut collector = Collector {
        source,
        regions,
        function: String::new(),
        found: Vec::new(),
    };
    collector.visit_file(&syntax);
    let mut found = collector.found;
    found.sort_by(|a, b| {
        (a.place.start, a.place.end, &a.replacement).cmp(&(b.place.start, b.place.end, &b.replacement))
    });
    found.dedup();
    let mutant = |site: Site| site.mutant(file, source);
    Ok(found
        .into_iter()
        .map(mutant)
        .filter(|mutant| mutant.before != mutant.after)
        .collect())
}

/// A change that has been found, and the function that it is in.
#[derive(Debug, PartialEq, Eq)]
struct Site {
    function: String,
    place: Range<usize>,
    replacement: String,
}

impl Site {
    fn mutant(self, file: &str, source: &str) -> Mutant {
        let Self {
            function,
            place,
            replacement,
        } = self;
        let start = source[..place.start].rfind('\n').map_or(0, |end| end + 1);
        let end = source[place.end..]
            .find('\n')
            .map_or(source.len(), |length| place.end + length);
        let changed = format!(
            "{}{replacement}{}",
            &source[start..place.start],
            &source[place.end..end]
        );
        Mutant {
            file: file.to_owned(),
            function,
            line: source[..place.start].matches('\n').count() + 1,
            above: one_line(source[..start].lines().next_back().unwrap_or("")),
            before: one_line(&source[start..end]),
            after: one_line(&changed),
            place,
            replacement,
        }
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

struct Collector<'a> {
    source: &'a str,
    regions: Vec<Range<usize>>,
    function: String,
    found: Vec<Site>,
}

impl Collector<'_> {
    /// Notes a change, where the place is within a region.
    fn change(&mut self, place: Range<usize>, replacement: impl Into<String>) {
        let is_inside = |region: &Range<usize>| region.start <= place.start && place.end <= region.end;
        if self.regions.iter().any(is_inside) {
            self.found.push(Site {
                function: self.function.clone(),
                place,
                replacement: replacement.into(),
            });
        }
    }

    fn text(&self, of: &impl Spanned) -> String {
        self.source[of.span().byte_range()].to_owned()
    }

    /// Swaps neighbours, such as arguments.
    fn swap<'b, T: Spanned + 'b>(&mut self, items: impl IntoIterator<Item = &'b T>) {
        let items: Vec<Range<usize>> = items.into_iter().map(|item| item.span().byte_range()).collect();
        for pair in items.windows(2) {
            let [first, second] = pair else { continue };
            let between = &self.source[first.end..second.start];
            let swapped = format!(
                "{}{between}{}",
                &self.source[second.clone()],
                &self.source[first.clone()]
            );
            self.change(first.start..second.end, swapped);
        }
    }
}

impl<'ast> Visit<'ast> for Collector<'_> {
    fn visit_item_mod(&mut self, _: &'ast syn::ItemMod) {
        // A file's own tests are no part of a solution.
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        let outer = std::mem::replace(&mut self.function, item.sig.ident.to_string());
        visit::visit_item_fn(self, item);
        self.function = outer;
    }

    fn visit_expr_binary(&mut self, binary: &'ast syn::ExprBinary) {
        let operator = binary.op.span().byte_range();
        for &other in changes::operators(&self.source[operator.clone()]) {
            self.change(operator.clone(), other);
        }
        if changes::is_term(&binary.op) {
            let whole = binary.span().byte_range();
            let (left, right) = (self.text(&*binary.left), self.text(&*binary.right));
            self.change(whole.clone(), left);
            self.change(whole, right);
        }
        visit::visit_expr_binary(self, binary);
    }

    fn visit_expr_unary(&mut self, unary: &'ast syn::ExprUnary) {
        let whole = unary.span().byte_range();
        match (&unary.op, &*unary.expr) {
            (syn::UnOp::Neg(_), syn::Expr::Lit(literal)) => {
                for other in changes::negative(&self.text(literal)) {
                    self.change(whole.clone(), other);
                }
                return;
            }
            (syn::UnOp::Neg(_) | syn::UnOp::Not(_), operand) => {
                let operand = self.text(operand);
                self.change(whole, operand);
            }
            _ => {}
        }
        visit::visit_expr_unary(self, unary);
    }

    fn visit_expr_lit(&mut self, literal: &'ast syn::ExprLit) {
        for other in changes::literal(&literal.lit) {
            self.change(literal.span().byte_range(), other);
        }
    }

    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let receiver = self.text(&*call.receiver);
        self.change(call.span().byte_range(), receiver);
        let name = call.method.to_string();
        for &other in changes::methods(&name) {
            self.change(call.method.span().byte_range(), other);
        }
        self.swap(&call.args);
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        self.swap(&call.args);
        visit::visit_expr_call(self, call);
    }

    fn visit_expr_array(&mut self, array: &'ast syn::ExprArray) {
        self.swap(&array.elems);
        visit::visit_expr_array(self, array);
    }

    fn visit_expr_tuple(&mut self, tuple: &'ast syn::ExprTuple) {
        self.swap(&tuple.elems);
        visit::visit_expr_tuple(self, tuple);
    }

    fn visit_expr_range(&mut self, range: &'ast syn::ExprRange) {
        let limits = range.limits.span().byte_range();
        match (&range.limits, &range.end) {
            (syn::RangeLimits::HalfOpen(_), Some(_)) => self.change(limits, "..="),
            (syn::RangeLimits::Closed(_), _) => self.change(limits, ".."),
            (syn::RangeLimits::HalfOpen(_), None) => {}
        }
        visit::visit_expr_range(self, range);
    }

    fn visit_expr_if(&mut self, branch: &'ast syn::ExprIf) {
        if !matches!(*branch.cond, syn::Expr::Let(_)) {
            let condition = self.text(&*branch.cond);
            self.change(branch.cond.span().byte_range(), format!("!({condition})"));
        }
        visit::visit_expr_if(self, branch);
    }

    fn visit_stmt(&mut self, statement: &'ast syn::Stmt) {
        let can_go = match statement {
            syn::Stmt::Expr(expression, semicolon) => {
                semicolon.is_some() || matches!(expression, syn::Expr::If(branch) if branch.else_branch.is_none())
            }
            syn::Stmt::Local(_) | syn::Stmt::Item(_) | syn::Stmt::Macro(_) => false,
        };
        if can_go {
            self.change(statement.span().byte_range(), "");
        }
        visit::visit_stmt(self, statement);
    }
}
