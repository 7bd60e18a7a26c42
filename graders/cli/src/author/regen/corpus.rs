//! What the corpus says of new golden files, before they are in force: its submissions are judged against them in the
//! tasks that have changed, as `grade self-test` would, and each verdict is held against what the corpus expects and
//! what the kill table says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use judge::contract::Task;
use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::{GradingContext, Training};

use super::elsewhere;
use crate::author::self_test::entries::{self, Entry, Source};
use crate::author::self_test::kill_table;
use crate::author::self_test::table::Row;
use crate::author::self_test::{Bearing, SelfTest};
use crate::course_root::CourseRoot;
use crate::engine::Grader;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;

/// What came of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdicts {
    tasks: Vec<&'static str>,
    judged: usize,
    /// Those of which nothing is known without training.
    untried: usize,
    /// Those that are about something else, and could do anything: left to the self-test.
    left: usize,
    /// What changes, with the submissions of which it is true.
    changes: BTreeMap<Vec<String>, Vec<String>>,
    /// The checks that the reference does not hold, by task. Then nobody else is judged.
    broken: Vec<(String, String)>,
    /// Whether the reference alone was to be judged.
    alone: bool,
}

/// Judges the reference in these tasks against the fixtures below `root`, and with `whole` the rest of the corpus.
pub(crate) fn judge(
    grader: &Grader,
    root: &Path,
    changed: &[&'static Task],
    whole: bool,
    output: &Output,
) -> Result<Verdicts, Failure> {
    let assignments = selection::assignments(&grader.course_root().assignments(), None)?;
    let tasks = selection::with_parts(changed);
    let fixtures = Fixtures::load(root, &tasks)?;
    let contexts = assignments.iter().map(|assignment| context_of(assignment, &fixtures));
    let self_test = SelfTest::of_tasks(grader, contexts.collect(), &tasks)?;
    let mut entries = BTreeMap::from([(true, Vec::new()), (false, Vec::new())]);
    let mut verdicts = Verdicts {
        tasks: changed.iter().map(|task| task.id).collect(),
        alone: !whole,
        ..Verdicts::default()
    };
    for entry in entries::entries(grader, &[])? {
        if !whole && !matches!(entry.source, Source::Reference) {
            continue;
        }
        match self_test.bearing(&entry, changed)? {
            Bearing::Direct => {
                let is_reference = matches!(entry.source, Source::Reference);
                entries.entry(is_reference).or_default().push(entry);
            }
            Bearing::Possible => verdicts.left += 1,
            Bearing::Nothing => {}
        }
    }
    let known = kill_table::seen_by(&kill_table::snapshot(&grader.course_root().fixtures()));
    // The reference first: by a broken one nothing can be judged.
    for (is_reference, entries) in entries.iter().rev() {
        if !is_reference && !entries.is_empty() {
            output.note(&announcement(entries, changed));
        }
        let rows = self_test.run_all(entries, output)?;
        verdicts.add(&rows, entries, &known);
        if *is_reference {
            verdicts.broken = rows.iter().flat_map(broken).collect();
        }
        if !verdicts.broken.is_empty() {
            break;
        }
    }
    Ok(verdicts)
}

fn context_of<'a>(assignment: &'a Assignment, fixtures: &'a Fixtures) -> GradingContext<'a> {
    GradingContext {
        assignment,
        fixtures,
        seed: assignment.seed,
        fresh_seed: assignment.seed,
        training: Training::asked(false),
        shrinks: false,
        time: None,
        without: None,
        carried: &[],
    }
}

/// How much there is to do, a count for each task. A submission may be about several of them, or about none and reach one.
fn announcement(entries: &[Entry], tasks: &[&Task]) -> String {
    let about = |task: &&Task| {
        let number = entries.iter().filter(|entry| entry.named().contains(task.id)).count();
        format!("{number} about `{}`", task.id)
    };
    format!(
        "judging {} submissions of the corpus against the new golden files (--no-corpus leaves that out): {}",
        entries.len(),
        tasks.iter().map(about).collect::<Vec<_>>().join(", ")
    )
}

/// The checks that do not hold in a row, by task.
fn broken(row: &Row<'_>) -> Vec<(String, String)> {
    let tasks = row.judged.iter().flat_map(|judged| &judged.tasks);
    let failed = tasks.flat_map(|task| task.lost.iter().map(|check| (task.task.clone(), check.clone())));
    failed.collect()
}

fn all_lost(row: &Row<'_>) -> BTreeSet<String> {
    let tasks = row.judged.iter().flat_map(|judged| &judged.tasks);
    tasks
        .flat_map(|task| task.lost.iter().map(|check| format!("{}/{check}", task.task)))
        .collect()
}

fn seen<'a>(words: &str, checks: impl Iterator<Item = &'a String>) -> Option<String> {
    let checks: Vec<&str> = checks.map(String::as_str).collect();
    (!checks.is_empty()).then(|| format!("{words} {}", checks.join(", ")))
}

fn names<'a>(tasks: impl Iterator<Item = &'a str>) -> String {
    tasks.map(|task| format!("`{task}`")).collect::<Vec<_>>().join(", ")
}

impl Verdicts {
    fn add(&mut self, rows: &[Row<'_>], entries: &[Entry], known: &BTreeMap<String, BTreeSet<String>>) {
        for (row, entry) in rows.iter().zip(entries) {
            if row.needs_training {
                self.untried += 1;
                continue;
            }
            self.judged += 1;
            let mut changes = row.deviations.clone();
            let before = entry.name.strip_prefix("wrong/").and_then(|name| known.get(name));
            if let Some(before) = before {
                let (before, after) = (self.of_tasks(before.clone()), self.of_tasks(all_lost(row)));
                changes.extend(seen("is now seen by", after.difference(&before)));
                changes.extend(seen("is no longer seen by", before.difference(&after)));
            }
            if !changes.is_empty() {
                self.changes.entry(changes).or_default().push(entry.name.clone());
            }
        }
    }

    /// Those of the checks that are made in the tasks that change.
    fn of_tasks(&self, mut checks: BTreeSet<String>) -> BTreeSet<String> {
        let task = |check: &str| check.split_once('/').map(|(task, _)| task.to_owned());
        checks.retain(|check| task(check).is_some_and(|task| self.tasks.contains(&task.as_str())));
        checks
    }

    /// The verdicts as a piece of the review.
    pub(crate) fn text(&self) -> String {
        let mut text = format!(
            "corpus: {} submissions judged in {}",
            self.judged,
            names(self.tasks.iter().copied())
        );
        if self.untried > 0 {
            let _ = write!(text, "; {} need training and were left alone", self.untried);
        }
        if self.left > 0 {
            let _ = write!(text, "; {} about other tasks are left to `grade self-test`", self.left);
        }
        for (changes, names) in &self.changes {
            let _ = write!(text, "\n  ! {}", names.join(", "));
            for change in changes {
                let _ = write!(text, "\n      {change}");
            }
        }
        let closing = match self.changes.values().map(Vec::len).sum::<usize>() {
            0 if self.alone => {
                "only the reference was (--no-corpus); grade self-test judges the others once this is written"
                    .to_owned()
            }
            0 => "every verdict stays".to_owned(),
            _ if !self.broken.is_empty() => {
                "the reference is wrong by its own checks, so nothing else was judged".to_owned()
            }
            number => format!(
                "the verdicts of {number} change: where that is meant, fix them or what their expected.toml says, and \
                 run `grade self-test --write-table`"
            ),
        };
        let _ = write!(text, "\n  {closing}");
        text
    }

    /// Why nothing may be written, where that is so: by a reference that is wrong itself, everybody would be judged wrongly.
    pub(crate) fn refusal(&self, place: &CourseRoot) -> Option<String> {
        if self.broken.is_empty() {
            return None;
        }
        let is_property = |task: &str, check: &str| {
            let task = tasks::find(task);
            task.is_some_and(|task| task.properties.iter().any(|property| property.name == check))
        };
        let line = |(task, check): &(String, String)| {
            if is_property(task, check) {
                format!("\n  `{task}/{check}`, a property in {}", properties(place.root(), task))
            } else {
                format!("\n  `{task}/{check}`")
            }
        };
        Some(format!(
            "nothing is written, whatever is accepted: the reference fails{}\n  \
             next: fix the reference; or, where the convention has changed, what is named here, and rebuild",
            self.broken.iter().map(line).collect::<String>()
        ))
    }
}

/// The file with a task's properties: one of their own, otherwise the task's.
fn properties(root: &Path, task: &str) -> String {
    let files = elsewhere::files(root, task);
    let own = files.iter().find(|file| file.ends_with("/properties.rs"));
    own.or(files.first()).cloned().unwrap_or_else(|| task.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_verdict_names_the_submissions_and_what_is_seen_otherwise() {
        let mut verdicts = Verdicts {
            tasks: vec!["rms_norm"],
            judged: 12,
            ..Verdicts::default()
        };
        insta::assert_snapshot!(verdicts.text(), @r"
        corpus: 12 submissions judged in `rms_norm`
          every verdict stays
        ");
        (verdicts.untried, verdicts.left) = (2, 50);
        let changes = vec!["rms_norm is wrong: golden-f64/all".to_owned()];
        let names = ["correct/one", "correct/two"].map(str::to_owned).to_vec();
        verdicts.changes.insert(changes, names);
        let changes = ["is now seen by", "is no longer seen by"]
            .iter()
            .filter_map(|words| seen(words, ["rms_norm/odd".to_owned()].iter()));
        verdicts
            .changes
            .insert(changes.collect(), vec!["wrong/three".to_owned()]);
        insta::assert_snapshot!(verdicts.text(), @r"
        corpus: 12 submissions judged in `rms_norm`; 2 need training and were left alone; 50 about other tasks are left to `grade self-test`
          ! wrong/three
              is now seen by rms_norm/odd
              is no longer seen by rms_norm/odd
          ! correct/one, correct/two
              rms_norm is wrong: golden-f64/all
          the verdicts of 3 change: where that is meant, fix them or what their expected.toml says, and run `grade self-test --write-table`
        ");
        verdicts.broken = vec![("rms_norm".to_owned(), "odd".to_owned())];
        assert!(verdicts.text().ends_with("so nothing else was judged"));
    }

    #[test]
    fn a_reference_that_fails_its_own_properties_is_refused_with_property_and_file() {
        let place = CourseRoot::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
        let verdicts = Verdicts::default();
        assert_eq!(verdicts.refusal(&place), None);
        let verdicts = Verdicts {
            broken: vec![
                ("rms_norm".to_owned(), "odd".to_owned()),
                ("gpt_forward".to_owned(), "causality".to_owned()),
                ("rms_norm".to_owned(), "golden-f64/all".to_owned()),
            ],
            ..Verdicts::default()
        };
        insta::assert_snapshot!(verdicts.refusal(&place).unwrap_or_default(), @r"
        nothing is written, whatever is accepted: the reference fails
          `rms_norm/odd`, a property in graders/tasks/src/transformer/rms_norm.rs
          `gpt_forward/causality`, a property in graders/tasks/src/transformer/gpt_forward/properties.rs
          `rms_norm/golden-f64/all`
          next: fix the reference; or, where the convention has changed, what is named here, and rebuild
        ");
    }

    #[test]
    fn only_checks_of_the_tasks_that_change_are_compared() {
        let verdicts = Verdicts {
            tasks: vec!["rms_norm"],
            ..Verdicts::default()
        };
        let checks = ["rms_norm/odd", "greedy/golden-f64/all"].map(str::to_owned);
        let kept = verdicts.of_tasks(checks.into_iter().collect());
        assert_eq!(kept, BTreeSet::from(["rms_norm/odd".to_owned()]));
    }
}
