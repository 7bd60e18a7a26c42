//! `grade self-test`: grading the grader.
//!
//! The template earns nothing, the reference and every correct submission everything, every wrong submission loses the
//! checks that it must lose and keeps what it must keep, and answers without understanding earn nothing anywhere.
//!
//! A submission of the corpus is a few files laid over the reference. Where they cannot reach a task, its code is the
//! reference's and so is its verdict; only the other tasks are judged, unless `--all` is given. The table says how many.
//!
//! Here is the command.
//!
//! - `entries`, `scoring`: the submissions, and what must come of each; `deviations`: in which ways it did not
//! - `contracts`: whether each task's contract says what the reference does
//! - `plan`: what is judged of a submission; `run`: the way through all of them; `rows`: each printed in its turn
//! - `joint`, `programs`: many in one program; `difference`: whether that makes a difference
//! - `shared`, `calls`: answered once for all what is asked of the same code
//! - `outcome`, `journal`, `base`: what is kept of a judgement, and of earlier runs as long as nothing has changed
//! - `table`, `kill_table`, `recognition`: what is shown: rows, which check sees what, who is called by which name

mod base;
mod calls;
mod contracts;
mod deviations;
mod difference;
pub(crate) mod entries;
pub(crate) mod joint;
mod journal;
pub(crate) mod kill_table;
pub(crate) mod outcome;
pub(crate) mod plan;
pub(crate) mod programs;
mod recognition;
mod rows;
mod run;
mod scoring;
mod shared;
pub(crate) mod table;

use std::hash::{DefaultHasher, Hash, Hasher};

use judge::checks::differential;
use judge::contract::Task;
use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::{GradingContext, Training};
use judge::grading::parts::parts_first;

use crate::arguments;
use crate::engine::promises::Promises;
use crate::engine::reach::{self, Known, Texts, Touched};
use crate::engine::{Grader, Reference, WorkerConfig};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Output;
use crate::selection;
use calls::Calls;
use entries::{Entry, Expected, Source};
use journal::Journal;
use kill_table::KillTable;
use recognition::Recognition;
use table::Row;

/// What all submissions are judged with.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub(crate) struct SelfTest<'a> {
    grader: &'a Grader,
    /// One for each assignment.
    contexts: Vec<GradingContext<'a>>,
    reference: Reference<'a>,
    /// The reference's sources, and what calls them.
    known: Known,
    /// A hash of what all submissions are judged with.
    base: String,
    /// Calls of the reference's code that have been answered.
    calls: Calls,
    /// What came of submissions before; none: nothing is kept.
    journal: Option<Journal>,
    /// The tasks that are judged at most; none: all.
    tasks: Option<&'a [&'static Task]>,
    /// Whether tasks are judged whose code is the reference's.
    all: bool,
    /// Whether trials are run.
    training: bool,
    /// Under which each submission is judged, one after the other.
    settings: Vec<WorkerConfig>,
    /// Whether each submission is built alone.
    alone: bool,
    /// Whether each submission is judged alone as well as with others.
    agree: bool,
    /// Whether the messages of lost checks are asked for.
    explains: bool,
    /// Whether each row is printed as soon as it is there.
    prints: bool,
}

/// What a submission has to do with some tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bearing {
    /// It names one of them, or its code is part of one.
    Direct,
    /// It could do anything anywhere, and is about something else.
    Possible,
    /// There its code is the reference's.
    Nothing,
}

/// Runs the command.
pub(crate) fn self_test(grader: &Grader, options: &arguments::SelfTest, output: &Output) -> Result<Exit, Failure> {
    let assignments = selection::assignments(&grader.course_root().assignments(), options.assignment.as_deref())?;
    let assigned = |task: &&&Task| assignments.iter().any(|assignment| assignment.entry(task.id).is_some());
    let (assigned, unassigned): (Vec<&Task>, Vec<&Task>) = tasks::ALL.iter().partition(|task| assigned(task));
    let fixtures = Fixtures::load(&grader.course_root().fixtures(), &assigned)?;
    check_without(options.without.as_deref())?;
    let mut entries = entries::entries(grader, &options.only)?;
    if options.settings {
        entries.retain(|entry| matches!(entry.expected, Expected::FullMarks(_)));
    }
    if let Some(text) = &options.tenth {
        entries.retain(|entry| is_of_tenth(&entry.name, text));
    }
    let context = |assignment| context_of(assignment, &fixtures, options);
    let settings = if options.settings {
        WorkerConfig::variants()
    } else {
        vec![WorkerConfig::default()]
    };
    let mut self_test = SelfTest::new(grader, assignments.iter().map(context).collect(), settings)?;
    self_test.all = options.all;
    self_test.training = options.training;
    self_test.agree = options.agree;
    // Whoever asks for one submission reads its messages, and these name lines of its own file.
    self_test.explains = !options.only.is_empty();
    self_test.alone = options.alone || (self_test.explains && !self_test.agree);
    self_test.prints = true;
    if !self_test.explains && !self_test.agree {
        let path = grader.results_folder().with_file_name("self-test.jsonl");
        self_test.journal = Some(Journal::open(&path, grader.hash(), options.fresh)?);
    }
    let otherwise = if self_test.explains {
        Vec::new()
    } else {
        let mut lines = contracts::deviations(&assigned, &fixtures, &self_test.reference)?;
        // What students get comes without them.
        if let Some(promises) = Promises::load(grader.course_root())? {
            let template = grader.course_root().template();
            lines.extend(assigned.iter().flat_map(|task| promises.complaints(task, &template)));
        }
        lines
    };
    for line in &otherwise {
        output.line(&format!("     ! {line}"));
    }
    let rows = self_test.run_all(&entries, output)?;
    if self_test.explains {
        output.line(&table::details(&rows));
    }
    // With an assignment named, the tasks of others are not asked for.
    let left_over = if options.assignment.is_some() {
        Vec::new()
    } else {
        unassigned
    };
    output.line(&table::left_over(&left_over));
    let stale = renew_table(grader, options, &rows)?;
    if let Some(words) = &stale {
        output.line(&format!("     ! {words}"));
    }
    output.line(&table::closing(&rows, options.training));
    let recognition = Recognition::of(&rows, &fixtures)?;
    let is_everything = options.only.is_empty() && options.tenth.is_none();
    output.line(&recognition.text(is_everything));
    let is_named = recognition.is_good(is_everything);
    let as_expected = rows.iter().all(|row| row.deviations.is_empty())
        && left_over.is_empty()
        && stale.is_none()
        && is_named
        && otherwise.is_empty();
    Ok(if as_expected { Exit::Done } else { Exit::Deviation })
}

/// Whether a submission is of the tenth that a text chooses.
fn is_of_tenth(name: &str, text: &str) -> bool {
    let mut hasher = DefaultHasher::new();
    (name, text).hash(&mut hasher);
    hasher.finish().is_multiple_of(10)
}

/// Writes the kill table where it was asked for; what is wrong with the committed one, where this run can tell.
fn renew_table(grader: &Grader, options: &arguments::SelfTest, rows: &[Row<'_>]) -> Result<Option<String>, Failure> {
    let table = KillTable::new(rows, tasks::ALL, options.training);
    if let Some(path) = &options.table {
        table.write(path)?;
    }
    let snapshot = kill_table::snapshot(&grader.course_root().fixtures());
    if options.write_table {
        table.write(&snapshot)?;
    }
    Ok(if options.is_whole() {
        kill_table::out_of_date(&table, &snapshot)
    } else {
        None
    })
}

fn context_of<'a>(
    assignment: &'a Assignment,
    fixtures: &'a Fixtures,
    options: &'a arguments::SelfTest,
) -> GradingContext<'a> {
    let seed = options.seed.unwrap_or(assignment.seed);
    GradingContext {
        assignment,
        fixtures,
        seed,
        // Not the submission's own, which another build of the grader would change.
        fresh_seed: seed,
        training: Training::asked(options.training),
        // Small cases are for those who read them.
        shrinks: !options.only.is_empty(),
        time: None,
        without: options.without.as_deref(),
        carried: &[],
    }
}

fn check_without(without: Option<&str>) -> Result<(), Failure> {
    let Some(name) = without else { return Ok(()) };
    let known = name.split_once('/').is_some_and(|(task, property)| {
        tasks::find(task).is_some_and(|task| {
            let is_golden = !task.cases.is_empty();
            (property == differential::NAME && is_golden) || task.properties.iter().any(|known| known.name == property)
        })
    });
    if known {
        return Ok(());
    }
    Err(Failure::usage(format!("there is no property `{name}`")).hint("write TASK/PROPERTY, as in rms_norm/odd"))
}

impl<'a> SelfTest<'a> {
    /// One that judges everything once, under these settings, and prints nothing.
    fn new(
        grader: &'a Grader,
        contexts: Vec<GradingContext<'a>>,
        settings: Vec<WorkerConfig>,
    ) -> Result<Self, Failure> {
        let known = Known::load(grader)?;
        let template = reach::sources(&grader.course_root().template().join("src"))?;
        Ok(Self {
            grader,
            base: base::base(&contexts, &settings, &known, &template)?,
            contexts,
            reference: Reference::new(grader).remembering(),
            known,
            calls: Calls::default(),
            journal: None,
            tasks: None,
            all: false,
            training: false,
            settings,
            alone: false,
            agree: false,
            explains: false,
            prints: false,
        })
    }

    /// One that judges these tasks only.
    pub(crate) fn of_tasks(
        grader: &'a Grader,
        contexts: Vec<GradingContext<'a>>,
        tasks: &'a [&'static Task],
    ) -> Result<Self, Failure> {
        Ok(Self {
            tasks: Some(tasks),
            ..Self::new(grader, contexts, vec![WorkerConfig::default()])?
        })
    }

    fn judges(&self, task: &str) -> bool {
        self.tasks
            .is_none_or(|tasks| tasks.iter().any(|judged| judged.id == task))
    }

    /// What a submission has to do with these tasks.
    pub(crate) fn bearing(&self, entry: &Entry, tasks: &[&'static Task]) -> Result<Bearing, Failure> {
        let Source::Overlay(folder) = &entry.source else {
            return Ok(Bearing::Direct);
        };
        let named = entry.named();
        if tasks.iter().any(|task| named.contains(task.id)) {
            return Ok(Bearing::Direct);
        }
        Ok(match self.touched(&overlay(folder)?) {
            Touched::Everything => Bearing::Possible,
            Touched::Tasks(ids) if tasks.iter().any(|task| ids.contains(task.id)) => Bearing::Direct,
            Touched::Tasks(_) => Bearing::Nothing,
        })
    }

    /// What these files touch, or everything where every task is judged anyway.
    fn touched(&self, overlay: &Texts) -> Touched {
        if self.all {
            return Touched::Everything;
        }
        self.known.touched(overlay, tasks::ALL)
    }
}

/// The files that a submission lays over the reference.
fn overlay(folder: &std::path::Path) -> Result<Texts, Failure> {
    reach::sources(&folder.join("src"))
}

/// The wanted tasks of an assignment, parts first.
fn chosen(assignment: &Assignment, wanted: &dyn Fn(&str) -> bool) -> Vec<&'static Task> {
    let ids = assignment.tasks.iter().map(|entry| entry.id.as_str());
    let tasks: Vec<&Task> = ids.filter(|id| wanted(id)).filter_map(tasks::find).collect();
    parts_first(&tasks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_texts_choose_about_a_tenth_each_and_not_the_same() {
        let names: Vec<String> = (0..1000).map(|number| format!("wrong/{number}")).collect();
        let tenth = |text: &str| -> Vec<&String> { names.iter().filter(|name| is_of_tenth(name, text)).collect() };
        let (one, other) = (tenth("2026-01-01"), tenth("2026-01-02"));
        assert!((60..140).contains(&one.len()) && (60..140).contains(&other.len()));
        assert_eq!(one, tenth("2026-01-01"));
        assert_ne!(one, other);
    }
}
