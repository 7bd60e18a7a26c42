//! Grading mutants: golden cases first, since they are quick and see most; then everything.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use files::sha256;
use judge::checks::golden::judge_case;
use judge::checks::probe::Probe;
use judge::contract::Task;
use judge::findings::stop::Stop;
use judge::findings::{Finding, WrongOutput};
use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::{GradingContext, Training, judge_task};
use judge::grading::parts::{Broken, parts_first};
use sandbox::talk::Worker;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use wire::DType;

use super::joint::Joint;
use super::mutants::Mutant;
use crate::author::self_test::outcome::lost;
use crate::engine::reach::{Known, Texts};
use crate::engine::{Grader, Prepared, Reference, Running, WorkerConfig};
use crate::failure::Failure;
use crate::selection;

/// What came of a mutant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Fate {
    /// A check has seen it.
    Killed {
        /// The first to see it, as `task/check`.
        by: String,
    },
    /// No check has.
    Survived,
    /// The compiler has.
    DoesNotCompile,
}

impl fmt::Display for Fate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Killed { by } => write!(formatter, "killed by {by}"),
            Self::Survived => formatter.write_str("survived"),
            Self::DoesNotCompile => formatter.write_str("does not compile"),
        }
    }
}

/// Mutants that were built into one program.
#[derive(Debug, Default)]
struct MutantBatch {
    prepared: Option<Prepared>,
    /// The numbers of those in it.
    numbers: Vec<usize>,
    /// The numbers of those that the compiler has seen.
    broken: Vec<usize>,
}

impl MutantBatch {
    fn built(&self) -> impl Iterator<Item = (&Prepared, usize)> {
        let numbers = |prepared| self.numbers.iter().map(move |number| (prepared, *number));
        self.prepared.iter().flat_map(numbers)
    }

    fn holds(&self, number: usize) -> bool {
        self.broken.contains(&number) || self.built().any(|(_, own)| own == number)
    }
}

/// A file to lay over the reference.
fn overlay(file: &str, text: &str) -> Result<TempDir, Failure> {
    let overlay = tempfile::tempdir().map_err(Failure::fault)?;
    let folder = overlay.path().join("src");
    fs::create_dir(&folder).map_err(Failure::fault)?;
    fs::write(folder.join(file), text).map_err(Failure::fault)?;
    Ok(overlay)
}

/// All that it takes to grade mutants.
pub(super) struct MutantRunner<'a> {
    grader: &'a Grader,
    sources: &'a BTreeMap<String, String>,
    assignments: Vec<Assignment>,
    fixtures: Fixtures,
    reference: Reference<'a>,
    known: Known,
    journal: PathBuf,
}

impl<'a> MutantRunner<'a> {
    /// For mutants of these sources.
    pub(super) fn new(grader: &'a Grader, sources: &'a BTreeMap<String, String>) -> Result<Self, Failure> {
        let assignments = selection::assignments(&grader.course_root().assignments(), None)?;
        let assigned = |task: &&Task| assignments.iter().any(|assignment| assignment.entry(task.id).is_some());
        let tasks: Vec<&Task> = tasks::ALL.iter().copied().filter(assigned).collect();
        Ok(Self {
            grader,
            sources,
            fixtures: Fixtures::load(&grader.course_root().fixtures(), &tasks)?,
            assignments,
            reference: Reference::new(grader).remembering(),
            known: Known::load(grader)?,
            journal: grader.results_folder().with_file_name("mutants.jsonl"),
        })
    }

    /// Where the results are kept.
    pub(super) fn journal(&self) -> &Path {
        &self.journal
    }

    /// A hash of the grader.
    pub(super) fn grader(&self) -> &str {
        self.grader.hash()
    }

    /// A hash of everything that a mutant's fate follows from, but for the grader.
    pub(super) fn key(&self, mutant: &Mutant) -> String {
        let mut all = self.fixtures.hash.clone();
        for (name, text) in self.sources {
            let text = if *name == mutant.file {
                mutant.apply(text)
            } else {
                text.clone()
            };
            all.push_str(&sha256(text.as_bytes()));
        }
        sha256(all.as_bytes())
    }

    /// What comes of mutants of one file, which are built in a folder in which others were built before. `note` is told
    /// of each by its place among them.
    pub(super) fn fates(
        &self,
        mutants: &[&Mutant],
        ground: &Path,
        note: &dyn Fn(usize, Fate) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let orders: Vec<Vec<&Task>> = mutants.iter().map(|mutant| self.order(mutant)).collect();
        let together = self.together(mutants, &orders, ground)?;
        for &number in &together.broken {
            note(number - 1, Fate::DoesNotCompile)?;
        }
        if let Some(prepared) = &together.prepared {
            let worker = self.start(prepared)?;
            for &number in &together.numbers {
                let at = number - 1;
                let one = worker.variant(Some(number as u32));
                note(at, self.judged(mutants[at], &one, &orders[at])?)?;
            }
        }
        for (at, (mutant, order)) in mutants.iter().zip(&orders).enumerate() {
            if !together.holds(at + 1) {
                note(at, self.alone(mutant, order, ground)?)?;
            }
        }
        Ok(())
    }

    /// Builds mutants into one program, but for those that do not compile or have to be built alone.
    fn together(
        &self,
        mutants: &[&Mutant],
        orders: &[Vec<&'static Task>],
        ground: &Path,
    ) -> Result<MutantBatch, Failure> {
        let mut together = MutantBatch::default();
        let mut left: Vec<(usize, &Mutant)> = (1..).zip(mutants.iter().copied()).collect();
        while let Some((_, Mutant { file, .. })) = left.first() {
            let joint = Joint::new(self.source(file), &left)?;
            left.retain(|(number, _)| joint.arms.iter().any(|(own, _)| own == number));
            let is_wanted = |task: &&'static Task| {
                let reaches = |(number, _): &(usize, &Mutant)| orders[number - 1].iter().any(|own| own.id == task.id);
                left.iter().any(reaches)
            };
            let tasks: Vec<&Task> = tasks::ALL.iter().copied().filter(is_wanted).collect();
            match self.build(file, &joint.text, &tasks, ground)? {
                Ok(prepared) => {
                    together.numbers = left.iter().map(|(number, _)| *number).collect();
                    together.prepared = Some(prepared);
                    break;
                }
                Err(rendered) => {
                    let charged = joint.charged(file, &rendered);
                    if charged.is_empty() {
                        break;
                    }
                    left.retain(|(number, _)| !charged.contains(number));
                    together.broken.extend(charged);
                }
            }
        }
        Ok(together)
    }

    /// What comes of a mutant that is built alone.
    fn alone(&self, mutant: &Mutant, tasks: &[&'static Task], ground: &Path) -> Result<Fate, Failure> {
        let text = mutant.apply(self.source(&mutant.file));
        match self.build(&mutant.file, &text, tasks, ground)? {
            Ok(prepared) => self.judged(mutant, &self.start(&prepared)?, tasks),
            Err(_) => Ok(Fate::DoesNotCompile),
        }
    }

    /// The program of the reference with this text in place of a file, or what the compiler says.
    fn build(
        &self,
        file: &str,
        text: &str,
        tasks: &[&'static Task],
        ground: &Path,
    ) -> Result<Result<Prepared, String>, Failure> {
        let overlay = overlay(file, text)?;
        let reference = self.grader.course_root().reference();
        let staged = self.grader.stage_at(ground, &reference, overlay.path())?;
        self.grader.build_whole(staged, tasks)
    }

    /// The golden cases of all tasks that a mutant can touch; then every check of those in its own file, since what none
    /// of these sees is a check that is missing there, whatever larger tasks see of it.
    fn judged(&self, mutant: &Mutant, worker: &Worker, tasks: &[&'static Task]) -> Result<Fate, Failure> {
        let own: Vec<&Task> = tasks.iter().copied().filter(|task| task.file == mutant.file).collect();
        let by = match self.golden(worker, tasks)? {
            Some(by) => Some(by),
            None if own.is_empty() => self.everything(worker, tasks)?,
            None => self.everything(worker, &own)?,
        };
        Ok(by.map_or(Fate::Survived, |by| Fate::Killed { by }))
    }

    fn source(&self, file: &str) -> &str {
        self.sources.get(file).map_or("", String::as_str)
    }

    /// The tasks that a mutant can touch: its own first, since that one sees most.
    fn order(&self, mutant: &Mutant) -> Vec<&'static Task> {
        let changed = mutant.apply(self.source(&mutant.file));
        let touched = self
            .known
            .touched(&Texts::from([(mutant.file.clone(), changed)]), tasks::ALL);
        let is_judged = |task: &&&'static Task| {
            let is_assigned = |assignment: &Assignment| assignment.entry(task.id).is_some();
            touched.contains(task.id) && !task.cases.is_empty() && self.assignments.iter().any(is_assigned)
        };
        let mut tasks: Vec<&Task> = tasks::ALL.iter().filter(is_judged).copied().collect();
        tasks = parts_first(&tasks);
        tasks.sort_by_key(|task| task.id != mutant.function);
        tasks
    }

    /// The first portion of which a golden case does not hold in f64.
    fn golden(&self, worker: &Worker, tasks: &[&'static Task]) -> Result<Option<String>, Failure> {
        let mut subject = self.subject(worker);
        for task in tasks {
            for case in task.cases {
                let stored = self.fixtures.case(task.id, case.name)?;
                let mut probe = Probe::new(&mut subject, task.canonical);
                let tolerances = &self.fixtures.tolerances;
                let found = match judge_case(task, case, stored, tolerances, DType::F64, &mut probe) {
                    Ok(found) => found,
                    Err(Stop::Found(finding)) => Some(finding),
                    Err(Stop::Fault(fault)) => return Err(Failure::fault(fault.0)),
                };
                // What is right to f32 is left to the check of precision.
                if found.is_some_and(|finding| !matches!(finding, Finding::WrongOutput(WrongOutput::Imprecise { .. })))
                {
                    return Ok(Some(format!("{}/golden-f64/{}", task.id, case.portion)));
                }
            }
        }
        Ok(None)
    }

    /// The first check that does not hold.
    fn everything(&self, worker: &Worker, tasks: &[&'static Task]) -> Result<Option<String>, Failure> {
        let mut subject = self.subject(worker);
        for assignment in &self.assignments {
            let context = GradingContext {
                assignment,
                fixtures: &self.fixtures,
                seed: assignment.seed,
                fresh_seed: assignment.seed,
                training: Training::NotAsked,
                shrinks: false,
                time: None,
                without: None,
                carried: &[],
            };
            for task in tasks {
                let nothing = BTreeMap::new();
                let judged = judge_task(&context, task, &Broken::default(), &nothing, &mut subject)?;
                let Some(judged) = judged else { continue };
                if let Some(fault) = &judged.fault {
                    return Err(Failure::fault(fault));
                }
                if let Some(check) = lost(&judged).next() {
                    return Ok(Some(format!("{}/{check}", task.id)));
                }
            }
        }
        Ok(None)
    }

    fn start(&self, prepared: &Prepared) -> Result<Worker, Failure> {
        // The limits are those of whoever is graded: a mutant may run for ever.
        let limits = self.assignments.first().map(|assignment| assignment.limits);
        let limits = limits.ok_or_else(|| Failure::environment("there is no assignment"))?;
        self.grader.start_worker(prepared, &WorkerConfig::default(), limits)
    }

    fn subject(&self, worker: &Worker) -> Running<'_> {
        Running::new(worker.clone(), self.reference.at_hand())
    }
}
