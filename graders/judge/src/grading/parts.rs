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
            all: of(all_parts(task, tasks)),
        }
    }
}

/// The parts of a task, their parts, and so on, as far as they are among `tasks`.
fn all_parts(task: &Task, tasks: &[&Task]) -> Vec<&'static str> {
    let mut found: Vec<&'static str> = task.parts.to_vec();
    let mut next = 0;
    while let Some(&id) = found.get(next) {
        let parts = tasks
            .iter()
            .find(|task| task.id == id)
            .map_or(&[][..], |task| task.parts);
        let new: Vec<&'static str> = parts.iter().copied().filter(|part| !found.contains(part)).collect();
        found.extend(new);
        next += 1;
    }
    found
}
