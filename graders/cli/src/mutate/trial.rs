//! Grading one mutant: golden cases first, since they are quick and see most; then everything.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use judge::assignment::Assignment;
use judge::finding::Finding;
use judge::fixtures::{Fixtures, hex};
use judge::golden::judge_case;
use judge::judgement::{Bench, Broken, Training, judge_task, parts_first};
use judge::probe::{Probe, Stop};
use judge::task::Task;
use judge::tasks;
use serde::{Deserialize, Serialize};
use wire::DType;

use super::mutants::Mutant;
use crate::failure::Failure;
use crate::grader::{Grader, Prepared, Reference, Running, Setting};
use crate::kit_deviations::lost;
use crate::reach::{self, Touched};
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

/// All that it takes to grade mutants.
pub(super) struct Laboratory<'a> {
    grader: &'a Grader,
    sources: &'a BTreeMap<String, String>,
    assignments: Vec<Assignment>,
    fixtures: Fixtures,
    reference: Reference<'a>,
    journal: PathBuf,
}

impl<'a> Laboratory<'a> {
    /// For mutants of these sources.
    pub(super) fn new(grader: &'a Grader, sources: &'a BTreeMap<String, String>) -> Result<Self, Failure> {
        let assignments = selection::assignments(&grader.place().assignments(), None)?;
        let assigned = |task: &&Task| assignments.iter().any(|assignment| assignment.entry(task.id).is_some());
        let tasks: Vec<&Task> = tasks::ALL.iter().copied().filter(assigned).collect();
        Ok(Self {
            grader,
            sources,
            fixtures: Fixtures::load(&grader.place().fixtures(), &tasks)?,
            assignments,
            reference: Reference::new(grader),
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
            all.push_str(&hex(text.as_bytes()));
        }
        hex(all.as_bytes())
    }

    /// What comes of a mutant.
    pub(super) fn fate(&self, mutant: &Mutant) -> Result<Fate, Failure> {
        let overlay = tempfile::tempdir().map_err(Failure::fault)?;
        let folder = overlay.path().join("src");
        let source = self.sources.get(&mutant.file).map_or("", String::as_str);
        fs::create_dir(&folder).map_err(Failure::fault)?;
        fs::write(folder.join(&mutant.file), mutant.apply(source)).map_err(Failure::fault)?;
        let reference = self.grader.place().reference();
        let tasks = self.order(mutant, &reach::touched(self.grader, overlay.path(), tasks::ALL)?);
        let staged = self.grader.stage(&reference, Some(overlay.path()))?;
        let Some(prepared) = self.grader.build_whole(staged, &tasks)? else {
            return Ok(Fate::DoesNotCompile);
        };
        let by = match self.golden(&prepared, &tasks)? {
            Some(by) => Some(by),
            None => self.everything(&prepared, &tasks)?,
        };
        Ok(by.map_or(Fate::Survived, |by| Fate::Killed { by }))
    }

    /// The tasks that a mutant can touch: its own first, since that one sees most.
    fn order(&self, mutant: &Mutant, touched: &Touched) -> Vec<&'static Task> {
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
    fn golden(&self, prepared: &Prepared, tasks: &[&'static Task]) -> Result<Option<String>, Failure> {
        let mut subject = self.start(prepared)?;
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
                if found.is_some_and(|finding| !matches!(finding, Finding::Imprecise { .. })) {
                    return Ok(Some(format!("{}/golden-f64/{}", task.id, case.portion)));
                }
            }
        }
        Ok(None)
    }

    /// The first check that does not hold.
    fn everything(&self, prepared: &Prepared, tasks: &[&'static Task]) -> Result<Option<String>, Failure> {
        let mut subject = self.start(prepared)?;
        for assignment in &self.assignments {
            let bench = Bench {
                assignment,
                fixtures: &self.fixtures,
                seed: assignment.seed,
                fresh_seed: assignment.seed,
                training: Training::NotAsked,
                shrinks: false,
                time: None,
                without: None,
            };
            for task in tasks {
                let nothing = BTreeMap::new();
                let judged = judge_task(&bench, task, &Broken::default(), &nothing, &mut subject)?;
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

    fn start(&self, prepared: &Prepared) -> Result<Running<'_>, Failure> {
        // The limits are those of whoever is graded: a mutant may run for ever.
        let limits = self.assignments.first().map(|assignment| assignment.limits);
        let limits = limits.ok_or_else(|| Failure::environment("there is no assignment"))?;
        let worker = self.grader.start_worker(prepared, &Setting::default(), limits)?;
        Ok(Running::new(worker, self.reference.at_hand()))
    }
}
