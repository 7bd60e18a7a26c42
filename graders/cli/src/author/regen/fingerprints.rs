//! `grade regen`: what known mistakes do with the golden cases, made again where a submission of the corpus, or the goldens
//! that it is compared with, have changed. Building all submissions takes minutes; `--all` does it all the same.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};
use std::path::Path;

use judge::contract::Task;
use judge::diagnosis::behaviour::Measure;
use judge::diagnosis::fingerprint::{Fingerprint, Nothing, is_still};
use judge::diagnosis::library::{self, Index, Known, TaskIndex};
use judge::fixtures::{FixtureError, Fixtures};

use super::fingerprint_runs::{Made, Making, Order};
use crate::arguments::Regen;
use crate::author::corpus::{self, Wrong};
use crate::engine::Grader;
use crate::failure::Failure;
use crate::output::Output;

/// Mistakes of a task that are named where the same has happened to them; more are counted.
const NAMED: usize = 3;

/// What has changed about one mistake in one task.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Drift {
    task: &'static str,
    mistake: String,
    change: Change,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    New,
    Gone,
    Sources,
    Golden,
    Words,
    Behaviour,
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::New => "new",
            Self::Gone => "gone",
            Self::Sources => "its sources have changed",
            Self::Golden => "the goldens have changed",
            Self::Words => "its words have changed",
            Self::Behaviour => "it does something else",
        })
    }
}

/// Brings the fingerprints of these tasks in the fixtures below `root` up to date, or says with `--check` where they are
/// not.
pub(crate) fn regen(
    grader: &Grader,
    root: &Path,
    tasks: &[&'static Task],
    options: &Regen,
    output: &Output,
) -> Result<Vec<Drift>, Failure> {
    let fixtures = Fixtures::load(root, tasks)?;
    let corpus = corpus::wrong(&grader.course_root().corpus())?;
    let mut review = Review {
        root,
        fixtures: &fixtures,
        index: fixtures.library.index()?,
        drifts: Vec::new(),
    };
    if options.tasks.is_empty() {
        review.forget_tasks_without_goldens(tasks);
    }
    for task in tasks {
        if let Some(error) = review.forget_unreadable(task) {
            output.line(&format!(
                "{error}; the fingerprints of task `{}` are made again",
                task.id
            ));
        }
    }
    let orders = review.orders(&corpus, tasks, options.all)?;
    let made = if options.check && !options.all {
        BTreeMap::new()
    } else {
        let making = Making::new(grader, &fixtures);
        making.run(&orders, output)?
    };
    for task in tasks {
        review.task(task, &corpus, &made, options)?;
    }
    if !options.check {
        library::store_index(root, &review.index)?;
    }
    Ok(review.drifts)
}

/// The drifts as a table: mistakes of a task to which the same has happened are counted where there are many.
pub(crate) fn table(drifts: &[Drift]) -> String {
    let mut text = String::new();
    if !drifts.is_empty() {
        let _ = writeln!(text, "{:<30} {:<46} change", "task", "mistake");
    }
    let mut groups: Vec<(&'static str, Change, Vec<&str>)> = Vec::new();
    for drift in drifts {
        match groups
            .iter_mut()
            .find(|(task, change, _)| *task == drift.task && *change == drift.change)
        {
            Some((.., mistakes)) => mistakes.push(&drift.mistake),
            None => groups.push((drift.task, drift.change, vec![&drift.mistake])),
        }
    }
    for (task, change, mistakes) in groups {
        let counted = format!("{} mistakes", mistakes.len());
        let rows = if mistakes.len() > NAMED {
            vec![counted.as_str()]
        } else {
            mistakes
        };
        for row in rows {
            let _ = writeln!(text, "{task:<30} {row:<46} {change}");
        }
    }
    text.trim_end().to_owned()
}

/// What there is of one mistake in one task.
#[derive(Clone, Copy)]
struct Versions<'a> {
    /// What the index says.
    known: Option<&'a Known>,
    /// The stored fingerprint.
    old: Option<&'a Fingerprint>,
    /// What was made of it in this run, if it was.
    new: Option<&'a Made>,
}

impl Versions<'_> {
    fn is_still(&self, measure: &Measure<'_>) -> bool {
        match (self.old, self.new) {
            (_, None) => true,
            (Some(old), Some(Ok(new))) => is_still(measure, &old.cases, new),
            (None, Some(Err(nothing))) => self.known.is_some_and(|known| known.nothing == Some(*nothing)),
            (Some(_), Some(Err(_))) | (None, Some(Ok(_))) => false,
        }
    }

    /// Why there is no fingerprint, if there is none.
    fn nothing(&self) -> Option<Nothing> {
        match self.new {
            Some(made) => made.as_ref().err().copied(),
            None => self.known.and_then(|known| known.nothing),
        }
    }
}

/// The stored fingerprints beside what they should be.
struct Review<'a> {
    root: &'a Path,
    fixtures: &'a Fixtures,
    index: Index,
    drifts: Vec<Drift>,
}

impl Review<'_> {
    fn forget_tasks_without_goldens(&mut self, tasks: &[&'static Task]) {
        self.index.tasks.retain(|id, _| tasks.iter().any(|task| task.id == id));
    }

    /// Takes a task out of the index whose file is gone or broken, and says why.
    fn forget_unreadable(&mut self, task: &Task) -> Option<FixtureError> {
        let stored = self.index.tasks.get(task.id)?;
        if stored.golden_sha256 != self.golden_sha256(task) {
            return None;
        }
        let error = library::load_task(self.root, task.id, stored).err()?;
        self.index.tasks.remove(task.id);
        Some(error)
    }

    /// The submissions that have to be built, each with the tasks in which it is looked at.
    fn orders<'b>(
        &mut self,
        corpus: &'b [Wrong],
        tasks: &[&'static Task],
        all: bool,
    ) -> Result<Vec<Order<'b>>, Failure> {
        let mut orders = Vec::new();
        for wrong in corpus {
            let sources = wrong.sources_sha256()?;
            let mut due = Vec::new();
            for task in concerned(wrong, tasks) {
                let change = self.change(task, wrong, &sources);
                self.drifts
                    .extend(change.map(|change| drift(task, &wrong.name, change)));
                if all || change.is_some_and(|change| change != Change::Words) {
                    due.push(task);
                }
            }
            if !due.is_empty() {
                orders.push(Order { wrong, tasks: due });
            }
        }
        Ok(orders)
    }

    fn change(&self, task: &Task, wrong: &Wrong, sources: &str) -> Option<Change> {
        let stored = self.index.tasks.get(task.id);
        let known = stored.and_then(|stored| stored.mistakes.get(&wrong.name));
        let (Some(stored), Some(known)) = (stored, known) else {
            return Some(Change::New);
        };
        let loses = wrong.expected.loses(task.id);
        let words = (&known.mistake, &known.explanation, known.area, &known.loses);
        if stored.golden_sha256 != self.golden_sha256(task) {
            Some(Change::Golden)
        } else if known.sources_sha256 != sources {
            Some(Change::Sources)
        } else if words
            != (
                &wrong.expected.mistake,
                &wrong.expected.explanation,
                wrong.expected.area,
                &loses,
            )
        {
            Some(Change::Words)
        } else {
            None
        }
    }

    fn golden_sha256(&self, task: &Task) -> String {
        let entry = self.fixtures.manifest.tasks.get(task.id);
        entry.map(judge::fixtures::ManifestEntry::sha256).unwrap_or_default()
    }

    /// Brings one task up to date.
    fn task(
        &mut self,
        task: &'static Task,
        corpus: &[Wrong],
        made: &BTreeMap<(&'static str, String), Made>,
        options: &Regen,
    ) -> Result<(), Failure> {
        let stored = self.index.tasks.get(task.id).cloned().unwrap_or_default();
        let before = self.stored(task, &stored)?;
        let about: Vec<&Wrong> = corpus
            .iter()
            .filter(|wrong| !concerned(wrong, &[task]).is_empty())
            .collect();
        let is_gone = |name: &&String| about.iter().all(|wrong| wrong.name != **name);
        let gone = stored.mistakes.keys().filter(is_gone);
        self.drifts.extend(gone.map(|name| drift(task, name, Change::Gone)));
        let mut mistakes = BTreeMap::new();
        let mut fingerprints = Vec::new();
        for wrong in about {
            let versions = Versions {
                known: stored.mistakes.get(&wrong.name),
                old: before.get(&wrong.name),
                new: made.get(&(task.id, wrong.name.clone())),
            };
            let (known, fingerprint) = self.mistake(task, wrong, versions)?;
            mistakes.insert(wrong.name.clone(), known);
            fingerprints.extend(fingerprint);
        }
        if !options.check && !mistakes.is_empty() {
            let index = TaskIndex {
                sha256: library::store_task(self.root, task.id, &fingerprints)?,
                golden_sha256: self.golden_sha256(task),
                mistakes,
            };
            self.index.tasks.insert(task.id.to_owned(), index);
        }
        Ok(())
    }

    /// What is to be stored of one mistake: what was made takes the place of what was stored, unless it has not really
    /// moved. That it does something else is a drift of its own where nothing else has changed.
    fn mistake(
        &mut self,
        task: &'static Task,
        wrong: &Wrong,
        versions: Versions<'_>,
    ) -> Result<(Known, Option<Fingerprint>), Failure> {
        let measure = self.measure(task);
        let still = versions.is_still(&measure);
        let cases = match versions.new {
            Some(Ok(new)) if !still => Some(new.clone()),
            Some(Err(_)) => None,
            _ => versions.old.map(|old| old.cases.clone()),
        };
        let is_told = |drift: &Drift| drift.task == task.id && drift.mistake == wrong.name;
        if !still && !self.drifts.iter().any(is_told) {
            self.drifts.push(drift(task, &wrong.name, Change::Behaviour));
        }
        let known = Known {
            mistake: wrong.expected.mistake.clone(),
            explanation: wrong.expected.explanation.clone(),
            area: wrong.expected.area,
            loses: wrong.expected.loses(task.id),
            sources_sha256: wrong.sources_sha256()?,
            nothing: versions.nothing(),
        };
        let fingerprint = cases.map(|cases| Fingerprint {
            name: wrong.name.clone(),
            mistake: known.mistake.clone(),
            explanation: known.explanation.clone(),
            area: known.area,
            loses: known.loses.clone(),
            cases,
        });
        Ok((known, fingerprint))
    }

    /// What is stored of a task; nothing where it was made from other goldens.
    fn stored(&self, task: &Task, stored: &TaskIndex) -> Result<BTreeMap<String, Fingerprint>, Failure> {
        if stored.golden_sha256 != self.golden_sha256(task) {
            return Ok(BTreeMap::new());
        }
        let fingerprints = library::load_task(self.root, task.id, stored)?;
        Ok(fingerprints.into_iter().map(|one| (one.name.clone(), one)).collect())
    }

    fn measure<'b>(&'b self, task: &'b Task) -> Measure<'b> {
        Measure {
            task,
            tolerances: &self.fixtures.tolerances,
        }
    }
}

/// The tasks, among these, in which a mistake must be seen.
fn concerned(wrong: &Wrong, tasks: &[&'static Task]) -> Vec<&'static Task> {
    let named: BTreeSet<String> = wrong.expected.concerned().into_iter().collect();
    tasks.iter().copied().filter(|task| named.contains(task.id)).collect()
}

fn drift(task: &'static Task, mistake: &str, change: Change) -> Drift {
    Drift {
        task: task.id,
        mistake: mistake.to_owned(),
        change,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_to_which_the_same_happens_are_one_count_for_each_task() {
        let drift = |task, number: usize, change| Drift {
            task,
            mistake: format!("mistake-{number}"),
            change,
        };
        let mut drifts: Vec<Drift> = (0..41).map(|number| drift("nucleus", number, Change::Golden)).collect();
        drifts.push(drift("nucleus", 50, Change::Sources));
        drifts.extend((0..2).map(|number| drift("greedy", number, Change::Golden)));
        insta::assert_snapshot!(table(&drifts), @r"
        task                           mistake                                        change
        nucleus                        41 mistakes                                    the goldens have changed
        nucleus                        mistake-50                                     its sources have changed
        greedy                         mistake-0                                      the goldens have changed
        greedy                         mistake-1                                      the goldens have changed
        ");
    }
}
