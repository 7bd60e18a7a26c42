//! What a path stands for: a module, an item of the submission, a part, or something in another crate.

use std::collections::{HashMap, HashSet};

use super::imports::PLACEHOLDER;
use super::map::{Definition, Map, ROOT};
use super::rules;

/// Imports of imports of imports; more of them are not followed, and said to be tangled.
const DEEPEST: usize = 40;
/// Scopes that are looked into, and items that are found, in all. A hostile submission could otherwise keep the search busy.
const FUEL: usize = 2_000_000;

/// What a path can stand for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// A module of the submission.
    Module(usize),
    /// Another item of the submission, or something that belongs to it.
    Item(usize),
    /// A function of `parts`.
    Part(String),
    /// Something in another crate.
    Outside(Vec<String>),
}

/// Follows names through a map. What has been found is remembered.
#[derive(Debug)]
pub(super) struct Names<'a> {
    map: &'a Map,
    /// Names in scopes; nothing yet for those that are being looked up, so that circles end.
    known: HashMap<(usize, String), Vec<Target>>,
    /// What has been added to `known` by the present question, and whether it met a circle: what was found inside a
    /// circle may be incomplete, and is forgotten afterwards.
    added: HashSet<(usize, String)>,
    circle: bool,
    depth: usize,
    fuel: usize,
    /// Whether something was too tangled to be followed.
    pub(super) tangled: bool,
}

impl<'a> Names<'a> {
    pub(super) fn new(map: &'a Map) -> Self {
        Self {
            map,
            known: HashMap::new(),
            added: HashSet::new(),
            circle: false,
            depth: 0,
            fuel: FUEL,
            tangled: false,
        }
    }

    /// Everything that a path may stand for in a scope.
    pub(super) fn resolve(&mut self, scope: usize, path: &[String]) -> Vec<Target> {
        if self.depth == DEEPEST {
            self.tangled = true;
            return Vec::new();
        }
        let Some((first, rest)) = path.split_first() else {
            return vec![Target::Module(self.map.scopes[scope].module)];
        };
        self.depth += 1;
        let mut targets = self.first(scope, first);
        for name in rest {
            let mut next = Vec::new();
            for target in targets {
                next.extend(self.step(target, name));
            }
            next.dedup();
            targets = next;
        }
        self.depth -= 1;
        if self.depth == 0 {
            for key in std::mem::take(&mut self.added) {
                if self.circle {
                    self.known.remove(&key);
                }
            }
            self.circle = false;
        }
        targets
    }

    fn first(&mut self, scope: usize, name: &str) -> Vec<Target> {
        let module = self.map.scopes[scope].module;
        match name {
            "" => vec![Target::Outside(Vec::new())],
            "crate" => vec![Target::Module(ROOT)],
            "self" => vec![Target::Module(module)],
            "super" => vec![Target::Module(self.map.scopes[module].above)],
            PLACEHOLDER => ["std", "tch"]
                .map(|name| Target::Outside(vec![name.to_owned()]))
                .to_vec(),
            _ => self.around(scope, name),
        }
    }

    /// A name as it is seen from a scope: in it, around it, then among the crates.
    fn around(&mut self, scope: usize, name: &str) -> Vec<Target> {
        let mut next = Some(scope);
        while let Some(scope) = next {
            let found = self.inside(scope, name);
            if !found.is_empty() {
                return found;
            }
            next = self.map.scopes[scope].parent;
        }
        let found = rules::is_crate(name).then(|| Target::Outside(vec![name.to_owned()]));
        found.into_iter().collect()
    }

    /// A name in one scope, by declaration, by import, by an import with a star.
    fn inside(&mut self, scope: usize, name: &str) -> Vec<Target> {
        let key = (scope, name.to_owned());
        if let Some(known) = self.known.get(&key) {
            self.circle |= known.is_empty() && self.added.contains(&key);
            let amount = known.len();
            let known = if amount <= self.fuel { known.clone() } else { Vec::new() };
            self.burn(amount);
            return known;
        }
        if !self.burn(1 + self.map.scopes[scope].stars.len()) {
            return Vec::new();
        }
        self.known.insert(key.clone(), Vec::new());
        self.added.insert(key.clone());
        let mut found = Vec::new();
        for definition in self.map.scopes[scope].names.get(name).into_iter().flatten() {
            match definition {
                Definition::Module(id) => found.push(Target::Module(*id)),
                Definition::Item(id) => found.push(Target::Item(*id)),
                Definition::Import(path) => found.extend(self.resolve(scope, path)),
            }
        }
        if found.is_empty() {
            for path in &self.map.scopes[scope].stars {
                for target in self.resolve(scope, path) {
                    found.extend(self.through_star(target, name));
                }
            }
        }
        found.dedup();
        self.known.insert(key, found.clone());
        found
    }

    /// Takes from the fuel; false where it is used up.
    fn burn(&mut self, amount: usize) -> bool {
        self.fuel = self.fuel.saturating_sub(amount);
        self.tangled |= self.fuel == 0;
        self.fuel > 0
    }

    /// A name that a star brings in: of another crate only what matters here, since its names are not known.
    fn through_star(&mut self, target: Target, name: &str) -> Vec<Target> {
        let found = self.step(target, name);
        let matters = |target: &Target| match target {
            Target::Outside(path) => rules::of_path(path).is_some() || rules::of_macro(name).is_some(),
            Target::Module(_) | Target::Item(_) | Target::Part(_) => true,
        };
        found.into_iter().filter(matters).collect()
    }

    fn step(&mut self, target: Target, name: &str) -> Vec<Target> {
        match target {
            Target::Module(module) if name == "super" => vec![Target::Module(self.map.scopes[module].above)],
            Target::Module(module) if name == "self" => vec![Target::Module(module)],
            Target::Module(module) if self.map.parts == Some(module) => vec![Target::Part(name.to_owned())],
            Target::Module(module) => self.inside(module, name),
            Target::Item(_) | Target::Part(_) => vec![target],
            Target::Outside(mut path) => {
                path.push(name.to_owned());
                vec![Target::Outside(path)]
            }
        }
    }
}
