//! `grade kit`: grading the grader.
//!
//! The template earns nothing, the reference and every correct submission everything, every wrong submission loses the
//! checks that it must lose and keeps what it must keep, and answers without understanding earn nothing anywhere.
//!
//! A submission of the bank is a few files laid over the reference. Where they cannot reach a task, its code is the
//! reference's and so is its verdict; only the other tasks are judged, unless `--all` is given. The table says how many.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use judge::assignment::Assignment;
use judge::differential;
use judge::fixtures::Fixtures;
use judge::impostor::{self, Impostor};
use judge::judgement::{Bench, Training, parts_first};
use judge::task::Task;
use judge::tasks;

use crate::arguments;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::grader::{Grader, Manner, Reference, Setting};
use crate::kill_table::{self, KillTable};
use crate::kit_deviations::deviations;
use crate::kit_entries::{self, Entry, Expected, Source};
use crate::kit_names::Naming;
use crate::kit_table::{self, Judged, Row};
use crate::output::Output;
use crate::reach::{self, Touched};
use crate::selection;

/// What all submissions are judged with.
pub(crate) struct Kit<'a> {
    grader: &'a Grader,
    /// One for each assignment.
    benches: Vec<Bench<'a>>,
    reference: Reference<'a>,
    /// The tasks that are judged at most; none: all.
    tasks: Option<&'a [&'static Task]>,
    /// Whether tasks are judged whose code is the reference's.
    all: bool,
    /// Whether trials are run.
    training: bool,
    /// Under which each submission is judged, one after the other.
    settings: Vec<Setting>,
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
pub(crate) fn kit(grader: &Grader, options: &arguments::Kit, output: &Output) -> Result<Exit, Failure> {
    let assignments = selection::assignments(&grader.place().assignments(), options.assignment.as_deref())?;
    let assigned = |task: &&&Task| assignments.iter().any(|assignment| assignment.entry(task.id).is_some());
    let (assigned, unassigned): (Vec<&Task>, Vec<&Task>) = tasks::ALL.iter().partition(|task| assigned(task));
    let fixtures = Fixtures::load(&grader.place().fixtures(), &assigned)?;
    check_without(options.without.as_deref())?;
    let mut entries = kit_entries::entries(grader, &options.only)?;
    if options.settings {
        entries.retain(|entry| matches!(entry.expected, Expected::FullMarks(_)));
    }
    let bench = |assignment| bench(assignment, &fixtures, options);
    let kit = Kit {
        grader,
        benches: assignments.iter().map(bench).collect(),
        reference: Reference::new(grader),
        tasks: None,
        all: options.all,
        training: options.training,
        settings: if options.settings {
            Setting::variants()
        } else {
            vec![Setting::default()]
        },
        prints: true,
    };
    let rows = kit.run_all(&entries, output)?;
    if !options.only.is_empty() {
        output.line(&kit_table::details(&rows));
    }
    // With an assignment named, the tasks of others are not asked for.
    let left_over = if options.assignment.is_some() {
        Vec::new()
    } else {
        unassigned
    };
    output.line(&kit_table::left_over(&left_over));
    let stale = renew_table(grader, options, &rows)?;
    if let Some(words) = &stale {
        output.line(&format!("     ! {words}"));
    }
    output.line(&kit_table::closing(&rows, options.training));
    let naming = Naming::of(&rows, &fixtures)?;
    output.line(&naming.text());
    let is_named = naming.is_good(options.only.is_empty());
    let as_expected =
        rows.iter().all(|row| row.deviations.is_empty()) && left_over.is_empty() && stale.is_none() && is_named;
    Ok(if as_expected { Exit::Done } else { Exit::Deviation })
}

/// Writes the kill table where it was asked for; what is wrong with the committed one, where this run can tell.
fn renew_table(grader: &Grader, options: &arguments::Kit, rows: &[Row<'_>]) -> Result<Option<String>, Failure> {
    let table = KillTable::new(rows, tasks::ALL, options.training);
    if let Some(path) = &options.table {
        table.write(path)?;
    }
    let snapshot = kill_table::snapshot(&grader.place().fixtures());
    if options.write_table {
        table.write(&snapshot)?;
    }
    Ok(if options.is_whole() {
        kill_table::out_of_date(&table, &snapshot)
    } else {
        None
    })
}

fn bench<'a>(assignment: &'a Assignment, fixtures: &'a Fixtures, options: &'a arguments::Kit) -> Bench<'a> {
    let seed = options.seed.unwrap_or(assignment.seed);
    Bench {
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
    }
}

fn check_without(without: Option<&str>) -> Result<(), Failure> {
    let Some(name) = without else { return Ok(()) };
    let known = name.split_once('/').is_some_and(|(task, law)| {
        tasks::find(task).is_some_and(|task| {
            let is_golden = !task.cases.is_empty();
            (law == differential::NAME && is_golden) || task.laws.iter().any(|known| known.name == law)
        })
    });
    if known {
        return Ok(());
    }
    Err(Failure::usage(format!("there is no law `{name}`")).hint("write TASK/LAW, as in rms_norm/odd"))
}

impl<'a> Kit<'a> {
    /// One that judges these tasks only, and prints nothing.
    pub(crate) fn of_tasks(grader: &'a Grader, benches: Vec<Bench<'a>>, tasks: &'a [&'static Task]) -> Self {
        Self {
            grader,
            benches,
            reference: Reference::new(grader),
            tasks: Some(tasks),
            all: false,
            training: false,
            settings: vec![Setting::default()],
            prints: false,
        }
    }

    fn judges(&self, task: &str) -> bool {
        self.tasks
            .is_none_or(|tasks| tasks.iter().any(|judged| judged.id == task))
    }

    /// Runs the entries on all processors; their rows are printed in order, each as soon as those before it are done.
    pub(crate) fn run_all(&self, entries: &[Entry], output: &Output) -> Result<Vec<Row<'a>>, Failure> {
        let next = AtomicUsize::new(0);
        let width = entries.iter().map(|entry| entry.name.len()).max().unwrap_or(0);
        let printed = Mutex::new(Printed {
            output: self.prints.then_some(output),
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
                let row = self.run(entry);
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

    fn run(&self, entry: &Entry) -> Result<Row<'a>, Failure> {
        let needs_training = !self.training && entry.needs_training();
        let judged = if needs_training {
            Vec::new()
        } else {
            self.judge_entry(entry)?
        };
        let of_assignment = |judged: &Judged| {
            let found = deviations(&entry.expected, &judged.tasks);
            let setting = judged.setting.clone();
            found.into_iter().map(move |deviation| match &setting {
                usual if *usual == Setting::default() => deviation,
                setting => format!("{setting}: {deviation}"),
            })
        };
        let of: usize = self.benches.iter().map(|bench| bench.assignment.tasks.len()).sum();
        Ok(Row {
            name: entry.name.clone(),
            mistake: mistake(&entry.expected),
            about: about(&entry.expected),
            deviations: judged.iter().flat_map(of_assignment).collect(),
            judged,
            of: of * self.settings.len(),
            needs_training,
        })
    }

    fn judge_entry(&self, entry: &Entry) -> Result<Vec<Judged<'a>>, Failure> {
        let training = entry.training(self.training);
        match &entry.source {
            Source::Impostor(kind) => self.judge_impostor(*kind, training),
            Source::Template => self.judge(&self.grader.place().template(), None, &|_| true, training),
            Source::Reference => self.judge(&self.grader.place().reference(), None, &|_| true, training),
            Source::Overlay(folder) => {
                let (named, touched) = (entry.named(), self.touched(folder)?);
                let wanted = |task: &str| touched.contains(task) || named.contains(task);
                self.judge(&self.grader.place().reference(), Some(folder), &wanted, training)
            }
        }
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
        Ok(match self.touched(folder)? {
            Touched::Everything => Bearing::Possible,
            Touched::Tasks(ids) if tasks.iter().any(|task| ids.contains(task.id)) => Bearing::Direct,
            Touched::Tasks(_) => Bearing::Nothing,
        })
    }

    fn touched(&self, overlay: &Path) -> Result<Touched, Failure> {
        if self.all {
            return Ok(Touched::Everything);
        }
        reach::touched(self.grader, overlay, tasks::ALL)
    }

    fn judge_impostor(&self, kind: impostor::Kind, training: Training<'_>) -> Result<Vec<Judged<'a>>, Failure> {
        let judge = |bench: &Bench<'_>| {
            let mut reference = &self.reference;
            let mut subject = Impostor::new(kind, bench.fixtures).with_reference(&mut reference);
            judge::judgement::judge(
                &Bench { training, ..*bench },
                &chosen(bench.assignment, &|task| self.judges(task)),
                &BTreeMap::new(),
                &mut subject,
                &mut |_| {},
            )
        };
        self.benches
            .iter()
            .map(|bench| Ok(Judged::new(bench, Setting::default(), judge(bench)?)))
            .collect()
    }

    /// Stages a submission, builds it once, and judges the wanted tasks of every assignment that has any.
    fn judge(
        &self,
        submission: &Path,
        overlay: Option<&Path>,
        wanted: &dyn Fn(&str) -> bool,
        training: Training<'_>,
    ) -> Result<Vec<Judged<'a>>, Failure> {
        let chosen: Vec<_> = self
            .benches
            .iter()
            .map(|bench| {
                (
                    bench,
                    chosen(bench.assignment, &|task| self.judges(task) && wanted(task)),
                )
            })
            .filter(|(_, tasks)| !tasks.is_empty())
            .collect();
        let ids: BTreeSet<&str> = chosen.iter().flat_map(|(_, tasks)| tasks).map(|task| task.id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let all: Vec<&'static Task> = tasks::ALL
            .iter()
            .copied()
            .filter(|task| ids.contains(task.id))
            .collect();
        let prepared = self.grader.build(self.grader.stage(submission, overlay)?, &all)?;
        let under = |setting: &Setting, bench: &Bench<'a>, tasks: &[&Task]| {
            let manner = Manner {
                threads: 1,
                setting: setting.clone(),
            };
            let of_entry = Bench { training, ..*bench };
            let judged = self
                .grader
                .judge_prepared(&prepared, &of_entry, tasks, &self.reference, &manner, &|_| {})?;
            Ok(Judged::new(bench, manner.setting, judged.0))
        };
        let of_setting = |setting| chosen.iter().map(move |(bench, tasks)| (setting, bench, tasks));
        self.settings
            .iter()
            .flat_map(of_setting)
            .map(|(setting, bench, tasks)| under(setting, bench, tasks))
            .collect()
    }
}

/// The wanted tasks of an assignment, parts first.
fn chosen(assignment: &Assignment, wanted: &dyn Fn(&str) -> bool) -> Vec<&'static Task> {
    let ids = assignment.tasks.iter().map(|entry| entry.id.as_str());
    let tasks: Vec<&Task> = ids.filter(|id| wanted(id)).filter_map(tasks::find).collect();
    parts_first(&tasks)
}

fn mistake(expected: &Expected) -> Option<String> {
    match expected {
        Expected::Wrong(wrong) => Some(format!("{}: {}", wrong.mistake, wrong.explanation)),
        Expected::NothingAttempted | Expected::FullMarks(_) | Expected::NoPoints | Expected::AtMost(_) => None,
    }
}

/// The task that holds the mistake.
fn about(expected: &Expected) -> Option<String> {
    match expected {
        Expected::Wrong(wrong) => Some(wrong.task.clone()),
        Expected::NothingAttempted | Expected::FullMarks(_) | Expected::NoPoints | Expected::AtMost(_) => None,
    }
}

/// Rows that are done, printed up to the first that is not.
struct Printed<'a, 'b> {
    output: Option<&'a Output>,
    width: usize,
    waiting: BTreeMap<usize, Row<'b>>,
    rows: Vec<Row<'b>>,
}

impl<'b> Printed<'_, 'b> {
    fn add(&mut self, position: usize, row: Row<'b>) {
        self.waiting.insert(position, row);
        while let Some(row) = self.waiting.remove(&self.rows.len()) {
            if let Some(output) = self.output {
                output.row(&kit_table::line(&row, self.width));
            }
            self.rows.push(row);
        }
    }
}

fn take<'a>(next: &AtomicUsize, entries: &'a [Entry]) -> Option<(usize, &'a Entry)> {
    let position = next.fetch_add(1, Ordering::Relaxed);
    entries.get(position).map(|entry| (position, entry))
}
