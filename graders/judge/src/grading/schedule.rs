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
    /// Positions in the order in which they are begun.
    order: Vec<usize>,
    stages: Vec<Stage>,
    wrong: BTreeSet<&'static str>,
}

impl<'a> Schedule<'a> {
    /// Tasks that are given with parts first.
    pub fn new(tasks: &'a [&'a Task]) -> Self {
        Self {
            tasks,
            order: settling_first(tasks),
            stages: vec![Stage::Waiting; tasks.len()],
            wrong: BTreeSet::new(),
        }
    }

    /// The first task that waits for nothing, in an order in which what is told first is settled soon; it counts as
    /// begun from here on.
    pub fn next_turn(&mut self) -> Turn {
        let is_waiting = |position: &usize| self.stages[*position] == Stage::Waiting;
        let waiting: Vec<usize> = self.order.iter().copied().filter(is_waiting).collect();
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

    /// Whether what was found of a task can change no more: it is wrong by itself, so that nothing that calls it is judged
    /// with it; or everything that calls it has been judged, and has charged it with what it had to.
    pub fn is_settled(&self, position: usize) -> bool {
        let id = self.tasks[position].id;
        let calls_it = |task: &&Task| task.parts.contains(&id);
        let mut stages = self.tasks.iter().zip(&self.stages);
        self.stages[position] == Stage::Ended
            && (self.wrong.contains(id) || stages.all(|(task, stage)| !calls_it(task) || *stage == Stage::Ended))
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

/// Positions of tasks, given with parts first, in an order of which the same holds, and in which what calls a task comes
/// soon after it: until then nobody can say what comes of it.
fn settling_first(tasks: &[&Task]) -> Vec<usize> {
    let position = |id: &str| tasks.iter().position(|task| task.id == id);
    let parts = |of: usize| tasks[of].parts.iter().filter_map(|id| position(id));
    let mut order = Vec::new();
    for first in 0..tasks.len() {
        let calls_it = |task: &usize| tasks[*task].parts.contains(&tasks[first].id);
        for wanted in std::iter::once(first).chain((0..tasks.len()).filter(calls_it)) {
            let mut open = vec![wanted];
            let mut needed = Vec::new();
            while let Some(next) = open.pop() {
                if !order.contains(&next) && !needed.contains(&next) {
                    needed.push(next);
                    open.extend(parts(next));
                }
            }
            needed.sort_unstable();
            order.extend(needed);
        }
    }
    order
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
    fn a_task_is_settled_when_it_is_wrong_or_nothing_that_calls_it_is_left() {
        let tasks = parts_first(&[&LAYER, &SECOND, &FIRST, &THIRD]);
        let position = |id: &str| tasks.iter().position(|task| task.id == id).unwrap_or_default();
        let mut schedule = Schedule::new(&tasks);
        let settled = |schedule: &Schedule<'_>| -> Vec<&str> {
            let all = (0..tasks.len()).filter(|&position| schedule.is_settled(position));
            all.map(|position| tasks[position].id).collect()
        };
        let mut end = |id: &str, verdict: Verdict| {
            schedule.end(position(id), Some(verdict));
            let mut ids = settled(&schedule);
            ids.sort_unstable();
            ids
        };
        assert_eq!(end("first", Verdict::Passed), [""; 0]);
        assert_eq!(end("third", Verdict::Wrong), ["third"]);
        assert_eq!(end("second", Verdict::Wrong), ["second", "third"]);
        assert_eq!(end("layer", Verdict::Passed), ["first", "layer", "second", "third"]);
    }

    #[test]
    fn one_at_a_time_they_come_in_the_order_given_but_for_what_settles_an_earlier_one() {
        static OTHER: Task = Task {
            id: "other",
            ..Task::BLANK
        };
        let tasks = parts_first(&[&FIRST, &OTHER, &SECOND, &THIRD, &LAYER]);
        let mut schedule = Schedule::new(&tasks);
        let mut order = Vec::new();
        while let Turn::Task { position, .. } = schedule.next_turn() {
            order.push(tasks[position].id);
            schedule.end(position, Some(Verdict::Passed));
        }
        assert_eq!(order, ["first", "second", "third", "layer", "other"]);
    }
}
