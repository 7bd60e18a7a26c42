//! The parts of tasks: in which order tasks are judged, and which of their parts are wrong.

use std::collections::BTreeSet;

use crate::contract::Task;

/// Orders tasks so that every task comes after its parts, otherwise as given.
pub fn parts_first<'a>(tasks: &[&'a Task]) -> Vec<&'a Task> {
    let mut ordered: Vec<&Task> = Vec::new();
    let mut waiting: Vec<&Task> = tasks.to_vec();
    while !waiting.is_empty() {
        let is_waiting = |id: &str| waiting.iter().any(|task| task.id == id);
        // A cycle cannot be ordered; its first task then goes first, and a test forbids cycles.
        let next = waiting
            .iter()
            .position(|task| !task.parts.iter().any(|part| is_waiting(part)))
            .unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}

/// What is wrong among the tasks that a task uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Broken {
    /// Those that it calls itself.
    pub parts: Vec<&'static str>,
    /// Those, and what they call in turn.
    pub all: Vec<&'static str>,
}

impl Broken {
    /// What is wrong among the parts of a task, as far as they are among `tasks`.
    pub fn of(task: &Task, tasks: &[&Task], wrong: &BTreeSet<&'static str>) -> Self {
        let of = |parts: Vec<&'static str>| parts.into_iter().filter(|part| wrong.contains(part)).collect();
        Self {
            parts: of(task.parts.to_vec()),
            all: of(with_parts(&[task], tasks)
                .into_iter()
                .skip(1)
                .map(|task| task.id)
                .collect()),
        }
    }
}

/// Tasks with all that they call, directly or through others, as far as that is among `known`.
pub fn with_parts<'a>(tasks: &[&'a Task], known: &[&'a Task]) -> Vec<&'a Task> {
    let mut needed = tasks.to_vec();
    let mut next = 0;
    while let Some(task) = needed.get(next) {
        let parts = task
            .parts
            .iter()
            .filter_map(|id| known.iter().find(|task| task.id == *id));
        let is_new = |part: &&Task| needed.iter().all(|needed| needed.id != part.id);
        let more: Vec<&Task> = parts.copied().filter(is_new).collect();
        needed.extend(more);
        next += 1;
    }
    needed
}
