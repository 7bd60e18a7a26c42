//! The kill table: which mistake of the corpus is seen by which checks, and what only few or no checks see.
//!
//! `fixtures/kill-table.md` is its snapshot. A run of the self-test over everything says where it is out of date.

mod markdown;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use judge::contract::{Task, golden_portion};
use judge::grading::check_names::check_names;
use judge::grading::judgement::{BUILD, EXTRA_AXES, POLICY, TIME};
use serde::Serialize;

use super::table::Row;
use crate::failure::Failure;

pub(crate) use markdown::markdown;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct KillTable {
    pub(crate) totals: Totals,
    /// By task, then by name.
    pub(crate) mistakes: Vec<Mistake>,
    /// In the order of tasks and of their checks.
    pub(crate) checks: Vec<Check>,
}

/// What the table comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Totals {
    /// Wrong submissions of the corpus.
    pub(crate) mistakes: usize,
    /// Those that lose at least one check.
    pub(crate) killed: usize,
    /// Those of which nothing is known without training.
    pub(crate) untried: usize,
    /// Those that one check alone sees.
    pub(crate) weak: usize,
    /// Checks of all tasks that can see a mistake in this run.
    pub(crate) checks: usize,
    /// Those that see something that no other check sees.
    pub(crate) needed: usize,
    /// Those that see nothing.
    pub(crate) idle: usize,
}

/// A mistake of the corpus.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Mistake {
    /// The submission's name.
    pub(crate) name: String,
    /// The task that holds it.
    pub(crate) task: String,
    /// Whether nothing is known of it without training.
    pub(crate) needs_training: bool,
    /// The checks that it loses, in the order in which they are made.
    pub(crate) lost: Vec<String>,
    /// The check that alone sees it.
    pub(crate) only: Option<String>,
}

/// A check with the mistakes that it sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    pub(crate) task: String,
    pub(crate) name: String,
    /// How many mistakes lose it.
    pub(crate) kills: usize,
    /// How many of them it is the first to see.
    pub(crate) first: usize,
    /// How many of them no other check sees.
    pub(crate) alone: usize,
}

impl KillTable {
    /// The table of what came of the self-test's submissions; trials count where they were run.
    pub(crate) fn new(rows: &[Row<'_>], tasks: &[&Task], trained: bool) -> Self {
        let mut mistakes: Vec<Mistake> = rows.iter().filter_map(mistake).collect();
        mistakes.sort_by(|a, b| (place(tasks, &a.task), &a.name).cmp(&(place(tasks, &b.task), &b.name)));
        let checks: Vec<Check> = tasks
            .iter()
            .flat_map(|task| names(task, trained).map(|name| check(task, name, &mistakes)))
            .collect();
        let number = |is: fn(&Mistake) -> bool| mistakes.iter().filter(|mistake| is(mistake)).count();
        let totals = Totals {
            mistakes: mistakes.len(),
            killed: number(|mistake| !mistake.lost.is_empty()),
            untried: number(|mistake| mistake.needs_training),
            weak: number(|mistake| mistake.only.is_some()),
            checks: checks.len(),
            needed: checks.iter().filter(|check| check.alone > 0).count(),
            idle: checks.iter().filter(|check| check.kills == 0).count(),
        };
        Self {
            totals,
            mistakes,
            checks,
        }
    }

    /// The mistakes by task, in the order of the tasks.
    pub(crate) fn by_task(&self) -> Vec<(&str, Vec<&Mistake>)> {
        let mut groups: Vec<(&str, Vec<&Mistake>)> = Vec::new();
        for mistake in &self.mistakes {
            match groups.last_mut() {
                Some((task, group)) if *task == mistake.task => group.push(mistake),
                _ => groups.push((&mistake.task, vec![mistake])),
            }
        }
        groups
    }

    /// The names of a task's checks that see nothing, by task.
    pub(crate) fn idle(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut idle: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for check in self.checks.iter().filter(|check| check.kills == 0) {
            idle.entry(&check.task).or_default().push(&check.name);
        }
        idle
    }

    /// Writes it to a file, in the format that the file's name ends in.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        let text = if path.extension().is_some_and(|ending| ending == "json") {
            serde_json::to_string_pretty(self).map_err(Failure::fault)? + "\n"
        } else {
            markdown(self)
        };
        fs::write(path, text).map_err(|error| Failure::environment(format!("cannot write {}: {error}", path.display())))
    }
}

/// Where the snapshot is.
pub(crate) fn snapshot(fixtures: &Path) -> PathBuf {
    fixtures.join("kill-table.md")
}

/// What each mistake of the snapshot is seen by, as `task/check`. Nothing of those that only training shows.
pub(crate) fn seen_by(snapshot: &Path) -> BTreeMap<String, BTreeSet<String>> {
    markdown::read(&fs::read_to_string(snapshot).unwrap_or_default())
}

/// How the snapshot differs from the table, in a sentence; `None` where it is current.
pub(crate) fn out_of_date(table: &KillTable, snapshot: &Path) -> Option<String> {
    let stored = fs::read_to_string(snapshot).unwrap_or_default();
    let made = markdown(table);
    if stored == made {
        return None;
    }
    let (before, after): (BTreeSet<&str>, BTreeSet<&str>) = (stored.lines().collect(), made.lines().collect());
    let first = after.difference(&before).chain(before.difference(&after)).next();
    Some(format!(
        "{} is out of date: {} lines are new and {} are gone, such as `{}`; grade self-test --write-table renews it",
        snapshot.display(),
        after.difference(&before).count(),
        before.difference(&after).count(),
        first.unwrap_or(&"")
    ))
}

fn mistake(row: &Row<'_>) -> Option<Mistake> {
    let task = row.about.clone()?;
    let mut checks: Vec<String> = Vec::new();
    for judged in row.judged.iter().flat_map(|judged| &judged.tasks) {
        for name in &judged.lost {
            let check = format!("{}/{name}", judged.task);
            if !checks.contains(&check) {
                checks.push(check);
            }
        }
    }
    Some(Mistake {
        name: row.name.strip_prefix("wrong/").unwrap_or(&row.name).to_owned(),
        task,
        needs_training: row.needs_training,
        only: only(&checks),
        lost: checks,
    })
}

/// The check that alone sees a mistake. The golden cases of a portion in f64 and in f32 are two looks at the same
/// values and count as one.
fn only(lost: &[String]) -> Option<String> {
    let looks: BTreeSet<String> = lost.iter().map(|check| look(check)).collect();
    let [first, ..] = lost else { return None };
    (looks.len() == 1).then(|| first.clone())
}

fn look(check: &str) -> String {
    let (task, name) = check.split_once('/').unwrap_or((check, ""));
    match golden_portion(name) {
        Some(portion) => format!("{task}/golden/{portion}"),
        None => check.to_owned(),
    }
}

/// The checks that can see a mistake: a file that does not compile or breaks a rule is another matter, and so is the
/// check that is made only where an output has axes too many.
fn names(task: &Task, trained: bool) -> impl Iterator<Item = String> {
    let is_meant = move |name: &String| {
        ![BUILD, EXTRA_AXES, POLICY, TIME].contains(&name.as_str()) && (trained || task.trial(name).is_none())
    };
    check_names(task).into_iter().filter(is_meant)
}

fn check(task: &Task, name: String, mistakes: &[Mistake]) -> Check {
    let full = format!("{}/{name}", task.id);
    let number = |is: &dyn Fn(&Mistake) -> bool| mistakes.iter().filter(|mistake| is(mistake)).count();
    Check {
        kills: number(&|mistake| mistake.lost.contains(&full)),
        first: number(&|mistake| mistake.lost.first() == Some(&full)),
        alone: number(&|mistake| mistake.only.as_ref().is_some_and(|only| look(only) == look(&full))),
        task: task.id.to_owned(),
        name,
    }
}

fn place(tasks: &[&Task], id: &str) -> usize {
    tasks.iter().position(|task| task.id == id).unwrap_or(tasks.len())
}

#[cfg(test)]
mod tests;
