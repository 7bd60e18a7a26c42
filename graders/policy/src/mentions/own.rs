//! Operators of `tch` told from a submission's own functions of the same names, and which own items a path mentions.

use super::super::map::Definition;
use super::{Delimiter, Family, Look, Path, Reason, Sort, Stand, Target, arguments, rules};

/// Words among the arguments of an atomic value's `load`.
const ORDERINGS: [&str; 4] = ["Acquire", "Ordering", "Relaxed", "SeqCst"];

/// What a name may be a name of.
#[derive(Debug, Clone, Copy)]
enum Candidate<'a> {
    Operator(&'a Family),
    FileFunction,
}

impl Candidate<'_> {
    fn reason(self) -> Reason {
        match self {
            Candidate::Operator(family) => Reason::Answer(family.name),
            Candidate::FileFunction => Reason::Files,
        }
    }
}

impl Look<'_, '_> {
    /// Notes one name of a path where it is that of an operator that some task may not call, or of a function for files.
    pub(super) fn operator(&mut self, path: &Path, place: usize) {
        let name = &path.names[place];
        let families = self.families;
        let Some(candidate) = families
            .iter()
            .find(|family| family.holds(name))
            .map(Candidate::Operator)
            .or_else(|| rules::is_file_function(name).then_some(Candidate::FileFunction))
        else {
            return;
        };
        let is_used = match (place, path.stand) {
            (0, Stand::Method) => self.is_operator_method(path, candidate),
            (0, Stand::Tail) => !self.is_of_own_type(path),
            (0, Stand::Free) => matches!(candidate, Candidate::Operator(_)) && self.is_spliced(),
            (place, _) => self.is_operator_of(path, place, candidate),
        };
        if is_used {
            let item = match path.stand {
                Stand::Method if place == 0 => format!(".{name}"),
                _ => path.names[place.saturating_sub(1)..=place].join("::"),
            };
            self.note(path.at, path.home, item, candidate.reason());
        }
    }

    /// Whether `.name(...)` is the operator's method.
    fn is_operator_method(&self, path: &Path, candidate: Candidate<'_>) -> bool {
        let name = &path.names[0];
        let Some(close) = self.tokens.group(path.end, Delimiter::Parenthesis) else {
            // A field, if it is not a macro that calls it.
            return self.is_spliced() || self.tokens.mark(path.end, "$");
        };
        if (path.end..close).any(|at| ORDERINGS.iter().any(|word| self.tokens.keyword(at, word))) {
            return matches!(candidate, Candidate::Operator(_));
        }
        let own = self.map.methods.get(name);
        match candidate {
            Candidate::FileFunction => own.is_none(),
            Candidate::Operator(family) => {
                let given = arguments(self.tokens, path.end, close);
                let is_own = given != family.arity && own.is_some_and(|own| own.arities.contains(&given));
                !is_own && !self.is_method_of_self(path)
            }
        }
    }

    /// Whether the method is called on `self`, and the type of `self` is the submission's own and has it.
    fn is_method_of_self(&self, path: &Path) -> bool {
        let on_self = path.at >= 2
            && self.tokens.keyword(path.at - 2, "self")
            && !(path.at >= 3 && self.tokens.mark(path.at - 3, "."));
        on_self && self.own_type_has(self.type_of_self(path), &path.names[0])
    }

    fn type_of_self(&self, path: &Path) -> Option<&str> {
        match &self.map.holders[path.home.holder].sort {
            Sort::Method { on, .. } => Some(on),
            _ => None,
        }
    }

    /// Whether a type of this name is declared here and has this method.
    fn own_type_has(&self, name: Option<&str>, method: &str) -> bool {
        let own = self.map.methods.get(method);
        name.is_some_and(|name| self.map.types.contains(name) && own.is_some_and(|own| own.on.contains(name)))
    }

    /// Whether what is in angle brackets before a name has to do with a type or trait of the submission.
    fn is_of_own_type(&mut self, path: &Path) -> bool {
        let mut depth = 0_usize;
        let mut words = Vec::new();
        for at in (path.at.saturating_sub(500)..path.at - 1).rev() {
            if self.tokens.mark(at, ">") {
                depth += 1;
            } else if self.tokens.mark(at, "<") {
                depth = depth.saturating_sub(1);
            }
            words.extend(self.tokens.word(at).map(str::to_owned));
            if depth == 0 {
                break;
            }
        }
        words.into_iter().any(|word| self.is_own_type(path, &[word]))
    }

    fn is_own_type(&mut self, path: &Path, names: &[String]) -> bool {
        let targets = self.names.resolve(path.home.scope, names);
        targets
            .iter()
            .any(|target| matches!(target, Target::Item(id) if self.map.holders[*id].sort == Sort::Type))
    }

    /// Whether the name at a place of a path is that of an operator, after what stands before it.
    fn is_operator_of(&mut self, path: &Path, place: usize, candidate: Candidate<'_>) -> bool {
        let (before, name) = (&path.names[..place], &path.names[place]);
        if before == ["Self"] {
            return !self.own_type_has(self.type_of_self(path), name);
        }
        if before == [""] {
            // `::name` is a crate.
            return false;
        }
        if path.stand != Stand::Free {
            // What a trait's type is cannot be known.
            return true;
        }
        let targets = self.names.resolve(path.home.scope, before);
        if targets.is_empty() {
            let is_own = matches!(candidate, Candidate::FileFunction) && self.map.methods.contains_key(name);
            return !is_own;
        }
        targets.iter().any(|target| match target {
            Target::Module(_) | Target::Part(_) => false,
            Target::Item(id) => self.map.holders[*id].sort != Sort::Type,
            Target::Outside(outside) => outside.first().is_some_and(|root| root == "tch"),
        })
    }

    /// Notes which items of the submission a path mentions.
    pub(super) fn edges(&mut self, path: &Path, targets: &[Target], is_macro: bool) {
        let from = path.home.holder;
        for target in targets {
            match target {
                Target::Item(id) => self.mentions.edges.push((from, *id)),
                Target::Part(name) => self.mentions.parts.push((from, name.clone())),
                Target::Module(_) | Target::Outside(_) => {}
            }
        }
        let Some(last) = path.names.last() else { return };
        if path.stand != Stand::Free || path.names.len() > 1 {
            // By name, whatever the type: it cannot be known here.
            let methods = self.map.methods.get(last);
            self.mentions.edges.extend(methods.map(|all| (from, all.holder)));
        }
        if is_macro {
            let renamed = self.imported_as(path, last);
            let macros = self.map.macros.get(&renamed);
            self.mentions.edges.extend(macros.map(|all| (from, all.holder)));
        }
    }

    /// The name of a macro before an import gave it another one.
    fn imported_as(&self, path: &Path, name: &str) -> String {
        let mut scope = Some(path.home.scope);
        while let Some(id) = scope {
            let definitions = self.map.scopes[id].names.get(name).into_iter().flatten();
            let import = definitions.into_iter().find_map(|definition| match definition {
                Definition::Import(path) => path.last(),
                Definition::Module(_) | Definition::Item(_) => None,
            });
            if let Some(import) = import {
                return import.clone();
            }
            scope = self.map.scopes[id].parent;
        }
        name.to_owned()
    }
}
