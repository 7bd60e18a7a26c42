//! `grade kit`: grading the grader.
//!
//! The template earns nothing, the reference and every correct submission everything, every wrong submission loses the
//! checks that it must lose and keeps what it must keep, and answers without understanding earn nothing anywhere.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use judge::assignment::Assignment;
use judge::fixtures::Fixtures;
use judge::impostor::Impostor;
use judge::judgement::{Bench, Ending, TaskJudgement, Training, parts_first};
use judge::tasks;
use judge::verdict::Verdict;

use crate::arguments;
use crate::bank::ExpectedWrong;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::grader::{Grader, Reference};
use crate::kit_entries::{Entry, Expected, Source, entries};
use crate::kit_table::{self, Row};
use crate::output::Output;
use crate::selection;

/// Runs the command.
pub(crate) fn kit(grader: &Grader, options: &arguments::Kit, output: &Output) -> Result<Exit, Failure> {
    let assignment = selection::assignment(&grader.place().assignments(), options.assignment.as_deref(), None)?;
    let fixtures = Fixtures::load(&grader.place().fixtures(), tasks::ALL)?;
    check_without(options.without.as_deref())?;
    let entries = entries(grader, &options.only)?;
    let bench = Bench {
        assignment: &assignment,
        fixtures: &fixtures,
        seed: assignment.seed,
        training: Training::asked(options.training),
        without: options.without.as_deref(),
    };
    let reference = Reference::new(grader);
    let rows = run_all(grader, &bench, &reference, &entries, output)?;
    if !options.only.is_empty() {
        output.line(&kit_table::details(&rows, &assignment));
    }
    let deviations = rows.iter().filter(|row| !row.deviations.is_empty()).count();
    output.line(&kit_table::summary(&rows, options.training));
    Ok(if deviations == 0 { Exit::Done } else { Exit::Deviation })
}

fn check_without(without: Option<&str>) -> Result<(), Failure> {
    let Some(name) = without else { return Ok(()) };
    let known = name.split_once('/').is_some_and(|(task, law)| {
        tasks::find(task).is_some_and(|task| task.laws.iter().any(|known| known.name == law))
    });
    if known {
        return Ok(());
    }
    Err(Failure::usage(format!("there is no law `{name}`")).hint("write TASK/LAW, as in rms_norm/odd"))
}

/// Runs the entries on all processors; their rows are printed in order, each as soon as those before it are done.
fn run_all(
    grader: &Grader,
    bench: &Bench<'_>,
    reference: &Reference<'_>,
    entries: &[Entry],
    output: &Output,
) -> Result<Vec<Row>, Failure> {
    let next = AtomicUsize::new(0);
    let width = entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
    let printed = Mutex::new(Printed {
        output,
        width,
        waiting: BTreeMap::new(),
        rows: Vec::new(),
    });
    let threads = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(entries.len().max(1));
    let work = || -> Result<(), Failure> {
        while let Some((position, entry)) = take(&next, entries) {
            output.progress(&format!("{} of {}: {}", position + 1, entries.len(), entry.name));
            let row = run(grader, bench, reference, entry);
            if row.is_err() {
                // The others stop after what they are at.
                next.store(entries.len(), Ordering::Relaxed);
            }
            let row = row?;
            printed
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .add(position, row);
        }
        Ok(())
    };
    thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let ended = running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| Failure::fault("a thread panicked"))?);
        ended.collect::<Result<Vec<()>, Failure>>()
    })?;
    Ok(printed.into_inner().unwrap_or_else(PoisonError::into_inner).rows)
}

/// Rows that are done, printed up to the first that is not.
struct Printed<'a> {
    output: &'a Output,
    width: usize,
    waiting: BTreeMap<usize, Row>,
    rows: Vec<Row>,
}

impl Printed<'_> {
    fn add(&mut self, position: usize, row: Row) {
        self.waiting.insert(position, row);
        while let Some(row) = self.waiting.remove(&self.rows.len()) {
            self.output.row(&kit_table::line(&row, self.width));
            self.rows.push(row);
        }
    }
}

fn take<'a>(next: &AtomicUsize, entries: &'a [Entry]) -> Option<(usize, &'a Entry)> {
    let position = next.fetch_add(1, Ordering::Relaxed);
    entries.get(position).map(|entry| (position, entry))
}

fn run(grader: &Grader, bench: &Bench<'_>, reference: &Reference<'_>, entry: &Entry) -> Result<Row, Failure> {
    let asked = bench.training != Training::NotAsked;
    let row = Row {
        name: entry.name.clone(),
        mistake: mistake(&entry.expected),
        judgements: Vec::new(),
        deviations: Vec::new(),
        needs_training: !asked && entry.needs_training(),
    };
    if row.needs_training {
        return Ok(row);
    }
    let training = entry.training(asked);
    let bench = &Bench { training, ..*bench };
    let judgements = match &entry.source {
        Source::Impostor(kind) => {
            let ordered = parts_first(tasks::ALL);
            let mut reference = reference;
            let mut subject = Impostor::new(*kind, bench.fixtures).with_reference(&mut reference);
            judge::judgement::judge(bench, &ordered, &BTreeMap::new(), &mut subject, &mut |_| {})?
        }
        Source::Template => grader.judge(&grader.place().template(), None, bench, reference)?,
        Source::Reference => grader.judge(&grader.place().reference(), None, bench, reference)?,
        Source::Overlay(folder) => grader.judge(&grader.place().reference(), Some(folder), bench, reference)?,
    };
    let deviations = deviations(&entry.expected, &judgements, bench.assignment);
    Ok(Row {
        judgements,
        deviations,
        ..row
    })
}

fn mistake(expected: &Expected) -> Option<String> {
    match expected {
        Expected::Wrong(wrong) => Some(format!("{}: {}", wrong.mistake, wrong.explanation)),
        Expected::NothingAttempted | Expected::FullMarks | Expected::NoPoints => None,
    }
}

/// All ways in which what came of a submission is not what must come of it, in sentences.
fn deviations(expected: &Expected, judgements: &[TaskJudgement], assignment: &Assignment) -> Vec<String> {
    let mut found: Vec<String> = judgements
        .iter()
        .filter_map(|task| Some(format!("{}: judge fault: {}", task.task, task.fault.as_ref()?)))
        .collect();
    match expected {
        Expected::NothingAttempted => found.extend(
            judgements
                .iter()
                .filter(|task| !is_untouched(task.verdict) || task.points != 0.0)
                .map(|task| format!("{} is {} with {} points", task.task, task.verdict, task.points)),
        ),
        Expected::NoPoints => found.extend(
            judgements
                .iter()
                .filter(|task| task.points != 0.0)
                .map(|task| format!("{} earns {} points", task.task, task.points)),
        ),
        Expected::FullMarks => found.extend(judgements.iter().filter_map(not_full)),
        Expected::Wrong(wrong) => found.extend(wrong_deviations(wrong, judgements, assignment)),
    }
    found
}

/// What must be said of a function that is not written: of one that is only trained, nothing is known where its trials
/// are not run, and they are skipped where the parts that it trains through are not written.
pub(crate) fn is_untouched(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::NotAttempted | Verdict::NotRun | Verdict::Skipped)
}

fn not_full(task: &TaskJudgement) -> Option<String> {
    let full = task.verdict.is_spotless() && task.points == task.max_points;
    let lost: Vec<&str> = lost(task).collect();
    (!full).then(|| format!("{} is {}: {}", task.task, task.verdict, lost.join(", ")))
}

fn wrong_deviations(wrong: &ExpectedWrong, judgements: &[TaskJudgement], assignment: &Assignment) -> Vec<String> {
    let all_lost: BTreeSet<String> = judgements
        .iter()
        .flat_map(|task| lost(task).map(|check| format!("{}/{check}", task.task)))
        .collect();
    let graded = |check: &&String| {
        check
            .split('/')
            .next()
            .is_some_and(|task| assignment.entry(task).is_some())
    };
    let kept = wrong.kept();
    let missed = wrong
        .must_lose
        .iter()
        .filter(graded)
        .filter(|check| !all_lost.contains(*check));
    let hurt = judgements
        .iter()
        .filter(|task| kept.contains(task.task))
        .filter_map(not_full);
    let mut found: Vec<String> = missed.map(|check| format!("{check} holds")).chain(hurt).collect();
    let whole = judgements
        .iter()
        .find(|task| task.task == wrong.task && task.points == task.max_points);
    found.extend(whole.map(|task| format!("{} keeps all points", task.task)));
    found
}

/// The names of the checks that failed.
pub(crate) fn lost(task: &TaskJudgement) -> impl Iterator<Item = &str> {
    task.checks
        .iter()
        .filter(|check| matches!(check.ending, Ending::Failed { .. }))
        .map(|check| check.name.as_str())
}
