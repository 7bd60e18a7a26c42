//! Which task may be judged next, where several are judged at a time: a task waits for its parts, since they decide
//! whether the reference answers for them. What comes of each task does not depend on who judges it, or when.

use std::collections::BTreeSet;

use crate::contract::Task;
use crate::findings::verdict::Verdict;
use crate::grading::parts::Broken;

/// How far a task has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Waiting,
    Begun,
    Ended,
}

/// What whoever is free does next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Judge this task.
    Task {
        /// Its place in the list.
        position: usize,
        /// What is wrong among its parts.
        broken: Broken,
    },
    /// Wait until a task has ended.
    Wait,
    /// Every task has begun: go.
    Over,
}

/// The tasks of a grading, and how far they have come.
#[derive(Debug)]
pub struct Schedule<'a> {
    tasks: &'a [&'a Task],
    stages: Vec<Stage>,
    wrong: BTreeSet<&'static str>,
}

impl<'a> Schedule<'a> {
    /// Tasks that are given with parts first.
    pub fn new(tasks: &'a [&'a Task]) -> Self {
        Self {
            tasks,
            stages: vec![Stage::Waiting; tasks.len()],
            wrong: BTreeSet::new(),
        }
    }

    /// The first task that waits for nothing; it counts as begun from here on.
    pub fn next_turn(&mut self) -> Turn {
        let waiting: Vec<usize> = self.positions(Stage::Waiting).collect();
        let Some(&first) = waiting.first() else {
            return Turn::Over;
        };
        let ready = waiting.into_iter().find(|&position| self.is_ready(position));
        // Nothing is under way and nothing is ready: parts in a circle. A test forbids them; the first goes first.
        let idle = self.positions(Stage::Begun).next().is_none();
        let Some(position) = ready.or_else(|| idle.then_some(first)) else {
            return Turn::Wait;
        };
        self.stages[position] = Stage::Begun;
        Turn::Task {
            position,
            broken: Broken::of(self.tasks[position], self.tasks, &self.wrong),
        }
    }

    /// A task has been judged; `None` where the assignment does not have it.
    pub fn end(&mut self, position: usize, verdict: Option<Verdict>) {
        self.stages[position] = Stage::Ended;
        if verdict.is_some_and(|verdict| !verdict.is_spotless()) {
            self.wrong.insert(self.tasks[position].id);
        }
    }

    fn positions(&self, stage: Stage) -> impl Iterator<Item = usize> {
        (0..self.tasks.len()).filter(move |&position| self.stages[position] == stage)
    }

    /// Whether every part that is to be judged at all has been.
    fn is_ready(&self, position: usize) -> bool {
        let is_open = |part: &&'static str| {
            let place = self.tasks.iter().position(|task| task.id == *part);
            place.is_some_and(|place| self.stages[place] != Stage::Ended)
        };
        !self.tasks[position].parts.iter().any(is_open)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grading::parts::parts_first;

    static FIRST: Task = Task {
        id: "first",
        ..Task::BLANK
    };
    static SECOND: Task = Task {
        id: "second",
        parts: &["first"],
        ..Task::BLANK
    };
    static THIRD: Task = Task {
        id: "third",
        ..Task::BLANK
    };
    static LAYER: Task = Task {
        id: "layer",
        parts: &["first", "third"],
        ..Task::BLANK
    };

    /// `LAYER` with its parts, itself last.
    fn layer() -> Vec<&'static Task> {
        parts_first(&[&LAYER, &FIRST, &THIRD])
    }

    #[test]
    fn a_task_waits_for_its_parts_and_is_told_which_are_wrong() {
        let tasks = layer();
        let last = tasks.len() - 1;
        let mut schedule = Schedule::new(&tasks);
        let mut begun = Vec::new();
        while let Turn::Task { position, .. } = schedule.next_turn() {
            begun.push(position);
        }
        assert!(!begun.is_empty() && !begun.contains(&last), "{begun:?}");
        assert_eq!(schedule.next_turn(), Turn::Wait);
        // The last to begin ends first, and the first of all is wrong.
        while let Some(position) = begun.pop() {
            let verdict = if position == 0 { Verdict::Wrong } else { Verdict::Passed };
            schedule.end(position, Some(verdict));
            while let Turn::Task { position, broken } = schedule.next_turn() {
                if position == last {
                    assert!(begun.is_empty(), "every part has ended");
                    assert_eq!(broken.parts, [tasks[0].id]);
                }
                begun.push(position);
            }
        }
        assert_eq!(schedule.next_turn(), Turn::Over);
    }

    #[test]
    fn one_at_a_time_they_come_in_the_order_given() {
        let tasks = parts_first(&[&LAYER, &SECOND, &FIRST, &THIRD]);
        let mut schedule = Schedule::new(&tasks);
        let mut order = Vec::new();
        while let Turn::Task { position, .. } = schedule.next_turn() {
            order.push(position);
            schedule.end(position, Some(Verdict::Passed));
        }
        assert_eq!(order, (0..tasks.len()).collect::<Vec<_>>());
    }
}
