//! Who is charged: the tasks whose functions reach a use by the names that the submission's items mention.

use std::collections::{BTreeMap, BTreeSet};

use super::map::{Map, Sort};
use super::mentions::Use;
use super::names::{Names, Target};
use super::{Breach, Reason, Rules, TaskRules};

/// The functions of each task, and the way from item to item.
#[derive(Debug)]
pub(super) struct Reach<'a> {
    map: &'a Map,
    rules: &'a Rules,
    /// The items that are functions of a task, by the task's place in the rules.
    entries: Vec<BTreeSet<usize>>,
    /// The tasks that an item is a function of.
    tasks: BTreeMap<usize, BTreeSet<usize>>,
    /// What a task reaches, by its place and what it is looked for.
    reached: BTreeMap<(usize, Option<&'static str>), BTreeSet<usize>>,
}

/// The items that are functions of each task.
pub(super) fn entries(map: &Map, modules: &[Option<usize>], rules: &Rules) -> Vec<BTreeSet<usize>> {
    let mut names = Names::new(map);
    let of_task = |(task, module): (&TaskRules, &Option<usize>)| {
        let Some(module) = module else { return BTreeSet::new() };
        let functions = task.functions.iter();
        let targets = functions.flat_map(|name| names.resolve(*module, &["self".to_owned(), name.clone()]));
        let items = targets.filter_map(|target| match target {
            Target::Item(id) if map.holders[id].sort == Sort::Function => Some(id),
            _ => None,
        });
        items.collect()
    };
    rules.tasks.iter().zip(modules).map(of_task).collect()
}

impl<'a> Reach<'a> {
    pub(super) fn new(map: &'a Map, rules: &'a Rules, entries: Vec<BTreeSet<usize>>) -> Self {
        let mut tasks: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (task, items) in entries.iter().enumerate() {
            for item in items {
                tasks.entry(*item).or_default().insert(task);
            }
        }
        Self {
            map,
            rules,
            entries,
            tasks,
            reached: BTreeMap::new(),
        }
    }

    /// The first use that each task is charged with: in its own file before others, then by file and line.
    pub(super) fn charge(mut self, mut uses: Vec<Use>) -> Vec<Breach> {
        // Sources are in the order of their names.
        uses.sort_by_key(|found| (found.source, found.line));
        let mut breaches = Vec::new();
        for (number, task) in self.rules.tasks.iter().enumerate() {
            let charged: Vec<&Use> = uses.iter().filter(|found| self.is_charged(number, found)).collect();
            let is_here = |found: &&&Use| self.map.sources[found.source].file == task.file;
            let first = charged.iter().find(is_here).or(charged.first());
            breaches.extend(first.map(|found| self.breach(number, found)));
        }
        breaches
    }

    fn breach(&self, task: usize, found: &Use) -> Breach {
        let holder = &self.map.holders[found.holder];
        let is_own = self.entries[task].contains(&found.holder);
        Breach {
            task: self.rules.tasks[task].task,
            file: self.map.sources[found.source].file.clone(),
            line: found.line,
            item: found.item.clone(),
            inside: (!is_own && holder.sort != Sort::Loose).then(|| holder.name.clone()),
            reason: found.reason,
        }
    }

    fn is_charged(&mut self, task: usize, found: &Use) -> bool {
        let family = match found.reason {
            Reason::Answer(family) => Some(family),
            _ => None,
        };
        if !self.rules.tasks[task].forbids(family) {
            return false;
        }
        if self.reached(task, family).contains(&found.holder) {
            return true;
        }
        // Code of a trait runs without being called by name; where nobody is seen to reach it, it is its file's.
        let is_of_trait =
            matches!(&self.map.holders[found.holder].sort, Sort::Method { of_trait, .. } if !of_trait.is_empty());
        let is_here = self.map.sources[found.source].file == self.rules.tasks[task].file;
        is_of_trait
            && is_here
            && (0..self.rules.tasks.len()).all(|other| !self.reached(other, family).contains(&found.holder))
    }

    fn reached(&mut self, task: usize, family: Option<&'static str>) -> &BTreeSet<usize> {
        if !self.reached.contains_key(&(task, family)) {
            let items = self.walk(task, family);
            self.reached.insert((task, family), items);
        }
        &self.reached[&(task, family)]
    }

    /// Everything that a task's functions reach. Another task's function is not passed where the same rule holds: what it
    /// does costs that task.
    fn walk(&self, task: usize, family: Option<&'static str>) -> BTreeSet<usize> {
        let mut waiting: Vec<usize> = self.start(task);
        let mut seen: BTreeSet<usize> = waiting.iter().copied().collect();
        while let Some(item) = waiting.pop() {
            for next in &self.map.edges[item] {
                if !self.is_another_tasks(*next, task, family) && seen.insert(*next) {
                    waiting.push(*next);
                }
            }
        }
        seen
    }

    /// The task's functions; where they cannot be found, such as when a macro makes them, everything in its file.
    fn start(&self, task: usize) -> Vec<usize> {
        if !self.entries[task].is_empty() {
            return self.entries[task].iter().copied().collect();
        }
        let file = &self.rules.tasks[task].file;
        let here = |id: &usize| {
            let source = self.map.holders[*id].source;
            self.map.sources[source].file == **file && !self.tasks.contains_key(id)
        };
        (0..self.map.holders.len()).filter(here).collect()
    }

    fn is_another_tasks(&self, item: usize, task: usize, family: Option<&'static str>) -> bool {
        let Some(tasks) = self.tasks.get(&item) else {
            return false;
        };
        !tasks.contains(&task) && tasks.iter().any(|other| self.rules.tasks[*other].forbids(family))
    }
}
