//! The map of a submission: modules and functions as scopes of names, and holders, the items that code lies in.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::Tokens;

/// A place where names are declared: a module or a function's body.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// Where a name is looked for next; none for a module.
    pub(super) parent: Option<usize>,
    /// The module that it belongs to; itself for a module.
    pub(super) module: usize,
    /// The module around a module.
    pub(super) above: usize,
    /// What is declared or imported here.
    pub(super) names: BTreeMap<String, BTreeSet<Definition>>,
    /// The paths that are imported with a star.
    pub(super) stars: BTreeSet<Vec<String>>,
}

/// What a name stands for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Definition {
    Module(usize),
    /// Any other item.
    Item(usize),
    /// What an import names, as it is seen from this scope.
    Import(Vec<String>),
}

/// An item that code lies in.
#[derive(Debug)]
pub(super) struct Holder {
    pub(super) name: String,
    /// What it is.
    pub(super) sort: Sort,
    pub(super) source: usize,
}

/// What an item is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sort {
    /// Everything in a module that is in no other item.
    Loose,
    /// A function that belongs to no type.
    Function,
    /// A function of a type or a trait.
    Method {
        /// How many arguments it has beside the value itself.
        arity: usize,
        /// The type, or the trait of a provided method.
        on: String,
        /// The words that its `impl` mentions, where it is that of a trait: code that is never called by name.
        of_trait: Vec<String>,
    },
    /// A type or a trait.
    Type,
    /// Another name for a type.
    Alias,
    /// A constant or a static.
    Value,
    /// No item, but all functions of types or all macros of a name.
    Namesakes,
    Macro {
        /// Whether a word among its arguments can become the name of a method, a macro or a module.
        splices: bool,
    },
}

/// A macro's arguments in a source.
#[derive(Debug)]
pub(super) struct Invocation {
    /// The place of the opening bracket.
    pub(super) open: usize,
    /// The place of its partner.
    pub(super) close: usize,
    /// The macro's name; none where the name is itself a macro's argument.
    pub(super) name: Option<String>,
}

/// An import, for the check of its first name.
#[derive(Debug)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    pub(super) star: bool,
    pub(super) at: usize,
}

/// Where a token belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Home {
    /// The innermost item around it.
    pub(super) holder: usize,
    /// The innermost scope around it.
    pub(super) scope: usize,
}

/// A file that has been read.
#[derive(Debug, Default)]
pub(super) struct Source {
    pub(super) file: String,
    pub(super) tokens: Tokens,
    /// Where each token belongs; none for what is not compiled, for imports and for attributes.
    pub(super) homes: Vec<Option<Home>>,
    pub(super) invocations: Vec<Invocation>,
    pub(super) imports: Vec<(Import, Home)>,
    /// Attributes: the place of the opening bracket.
    pub(super) attributes: Vec<(usize, Home)>,
}

/// All functions of types, or all macros, of one name: which one is meant is not known where it is used.
#[derive(Debug, Default)]
pub(super) struct Namesakes {
    /// An item that stands for them all.
    pub(super) holder: usize,
    /// The numbers of arguments beside the value itself.
    pub(super) arities: BTreeSet<usize>,
    /// The types that they belong to.
    pub(super) on: BTreeSet<String>,
    /// Whether a word among the arguments of one of the macros can become something else.
    pub(super) splices: bool,
}

/// All of a submission.
#[derive(Debug, Default)]
pub(super) struct Map {
    pub(super) scopes: Vec<Scope>,
    pub(super) holders: Vec<Holder>,
    pub(super) sources: Vec<Source>,
    /// The items of each item that it mentions.
    pub(super) edges: Vec<BTreeSet<usize>>,
    /// Functions of types, by name.
    pub(super) methods: BTreeMap<String, Namesakes>,
    /// Macros, by name.
    pub(super) macros: BTreeMap<String, Namesakes>,
    /// The names of the types and traits.
    pub(super) types: BTreeSet<String>,
    /// The module `parts`, through which tasks call each other.
    pub(super) parts: Option<usize>,
}

/// The crate's root in `Map::scopes`.
pub(super) const ROOT: usize = 0;

impl Map {
    /// A map with nothing but the crate's root.
    pub(super) fn new() -> Self {
        Self {
            scopes: vec![Scope::default()],
            ..Self::default()
        }
    }

    pub(super) fn add_holder(&mut self, name: &str, sort: Sort, source: usize) -> usize {
        let id = self.holders.len();
        self.holders.push(Holder {
            name: name.to_owned(),
            sort: sort.clone(),
            source,
        });
        self.edges.push(BTreeSet::new());
        match sort {
            Sort::Method { arity, on, .. } => {
                let all = self.namesakes(name, source, |map| &mut map.methods);
                all.arities.insert(arity);
                all.on.insert(on);
                let all = all.holder;
                self.link(all, id);
            }
            Sort::Macro { splices } => {
                let all = self.namesakes(name, source, |map| &mut map.macros);
                all.splices |= splices;
                let all = all.holder;
                self.link(all, id);
            }
            Sort::Type => _ = self.types.insert(name.to_owned()),
            Sort::Loose | Sort::Function | Sort::Alias | Sort::Value | Sort::Namesakes => {}
        }
        id
    }

    fn namesakes(
        &mut self,
        name: &str,
        source: usize,
        list: fn(&mut Self) -> &mut BTreeMap<String, Namesakes>,
    ) -> &mut Namesakes {
        if !list(self).contains_key(name) {
            let holder = self.add_holder(name, Sort::Namesakes, source);
            let all = Namesakes {
                holder,
                ..Namesakes::default()
            };
            list(self).insert(name.to_owned(), all);
        }
        list(self).entry(name.to_owned()).or_default()
    }

    /// The module of this name in a module, made if need be.
    pub(super) fn module(&mut self, above: usize, name: &str) -> usize {
        let known = self.scopes[above].names.get(name).into_iter().flatten();
        let known = known.into_iter().find_map(|definition| match definition {
            Definition::Module(id) => Some(*id),
            Definition::Item(_) | Definition::Import(_) => None,
        });
        if let Some(id) = known {
            return id;
        }
        let id = self.scopes.len();
        self.scopes.push(Scope {
            module: id,
            above,
            ..Scope::default()
        });
        self.define(above, name, Definition::Module(id));
        id
    }

    /// The module of a file, by its name relative to the sources.
    pub(super) fn module_of_file(&mut self, file: &str) -> usize {
        let stem = file.strip_suffix("/mod.rs").or_else(|| file.strip_suffix(".rs"));
        stem.unwrap_or(file)
            .split('/')
            .fold(ROOT, |above, name| self.module(above, name))
    }

    /// A scope inside another one.
    pub(super) fn inner_scope(&mut self, parent: usize) -> usize {
        let module = self.scopes[parent].module;
        self.scopes.push(Scope {
            parent: Some(parent),
            module,
            ..Scope::default()
        });
        self.scopes.len() - 1
    }

    pub(super) fn define(&mut self, scope: usize, name: &str, definition: Definition) {
        let all = self.scopes[scope].names.entry(name.to_owned()).or_default();
        all.insert(definition);
    }

    pub(super) fn link(&mut self, from: usize, to: usize) {
        self.edges[from].insert(to);
    }
}

/// Links that no mention gives.
impl Map {
    /// Everything in a file depends on what is in no item of it; a type brings with it what traits do for it.
    pub(super) fn link_what_no_name_calls(&mut self) {
        let mut links = Vec::new();
        let mut loose: BTreeMap<usize, usize> = BTreeMap::new();
        let mut types: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (id, holder) in self.holders.iter().enumerate() {
            match holder.sort {
                Sort::Loose => _ = loose.insert(holder.source, id),
                Sort::Type => types.entry(&holder.name).or_default().push(id),
                Sort::Function
                | Sort::Method { .. }
                | Sort::Alias
                | Sort::Value
                | Sort::Macro { .. }
                | Sort::Namesakes => {}
            }
        }
        for (id, holder) in self.holders.iter().enumerate() {
            if holder.sort != Sort::Namesakes {
                links.extend(loose.get(&holder.source).map(|to| (id, *to)));
            }
            if let Sort::Method { of_trait, .. } = &holder.sort {
                let named = of_trait.iter().filter_map(|word| types.get(word.as_str())).flatten();
                links.extend(named.map(|from| (*from, id)));
            }
        }
        for (from, to) in links {
            self.link(from, to);
        }
    }
}
