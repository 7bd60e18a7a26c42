//! Two runs side by side: whose points change, in which task, by which check.

use std::collections::BTreeSet;

use crate::database::{Grading, Standing};
use crate::standing::{self, Row};

/// A student whose grade is another one.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub student: String,
    /// Points before; none where there was no grade.
    pub before: Option<f64>,
    /// Points now.
    pub after: Option<f64>,
    /// The tasks that differ.
    pub tasks: Vec<TaskChange>,
    /// Why there is no grade in one of them.
    pub reason: Option<String>,
}

/// A task whose points or verdict differ.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskChange {
    pub task: String,
    /// Points before.
    pub before: f64,
    /// Points now.
    pub after: f64,
    /// Checks that hold now and did not before.
    pub fixed: Vec<String>,
    /// Checks that do not hold any more, with what was seen.
    pub broken: Vec<(String, Option<String>)>,
}

/// Whose grade differs, lateness apart, which is no run's doing.
pub fn changes(before: &Standing, after: &Standing) -> Vec<Change> {
    let older = standing::rows(before, None);
    let newer = standing::rows(after, None);
    let keys: BTreeSet<&String> = before.students.keys().chain(after.students.keys()).collect();
    let of = |rows: &[Row<'_>], key: &str| rows.iter().position(|row| row.student.key == key);
    let pairs = keys.into_iter().map(|key| {
        let one = of(&older, key).map(|at| &older[at]);
        let other = of(&newer, key).map(|at| &newer[at]);
        change(key, one, other)
    });
    pairs.flatten().collect()
}

fn change(key: &str, before: Option<&Row<'_>>, after: Option<&Row<'_>>) -> Option<Change> {
    let points = |row: Option<&Row<'_>>| row.and_then(|row| row.points);
    let grading = |row: Option<&Row<'_>>| row.and_then(|row| row.grading).cloned().unwrap_or_default();
    let tasks = tasks(&grading(before), &grading(after));
    let is_same = match (points(before), points(after)) {
        (Some(one), Some(other)) => (one - other).abs() < 0.005,
        (None, None) => true,
        _ => false,
    };
    if is_same && tasks.iter().all(|task| (task.before - task.after).abs() < 0.005) {
        return None;
    }
    let reason = [before, after]
        .into_iter()
        .flatten()
        .find_map(|row| row.state.reason().map(str::to_owned));
    Some(Change {
        student: key.to_owned(),
        before: points(before),
        after: points(after),
        tasks,
        reason,
    })
}

fn tasks(before: &Grading, after: &Grading) -> Vec<TaskChange> {
    let mut ids: Vec<&str> = Vec::new();
    for task in before.tasks.iter().chain(&after.tasks) {
        if !ids.contains(&task.task.as_str()) {
            ids.push(&task.task);
        }
    }
    let differing = ids.into_iter().filter_map(|id| {
        let points = |grading: &Grading| {
            let own = grading.tasks.iter().find(|task| task.task == id);
            own.map_or(0.0, |task| task.points)
        };
        let failed = |grading: &Grading| -> Vec<(String, Option<String>)> {
            let own = grading.findings.iter().filter(|finding| finding.task == id);
            own.map(|finding| (finding.name.clone(), finding.message.clone()))
                .collect()
        };
        let (older, newer) = (failed(before), failed(after));
        let has = |list: &[(String, Option<String>)], name: &str| list.iter().any(|(own, _)| own == name);
        let change = TaskChange {
            task: id.to_owned(),
            before: points(before),
            after: points(after),
            fixed: older
                .iter()
                .map(|(name, _)| name.clone())
                .filter(|name| !has(&newer, name))
                .collect(),
            broken: newer.iter().filter(|(name, _)| !has(&older, name)).cloned().collect(),
        };
        let is_other = (change.before - change.after).abs() >= 0.005;
        is_other.then_some(change)
    });
    differing.collect()
}
