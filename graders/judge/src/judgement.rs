//! Judging a submission: every check of every task, in an order in which parts come first.

use std::collections::{BTreeMap, BTreeSet};

use wire::DType;

use crate::assignment::{Assignment, Entry};
use crate::finding::{Counterexample, Finding};
use crate::fixtures::{FixtureError, Fixtures, StoredCase};
use crate::golden::judge_case;
use crate::hygiene::{self, Hygiene};
use crate::law::{law_seed, try_law};
use crate::points::{self, Portion};
use crate::probe::{Probe, Stop};
use crate::subject::{Fault, Subject};
use crate::task::{Case, Law, Task};
use crate::verdict::Verdict;

/// What kind of check it is; it decides what a failure costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A portion's golden cases in f64: these give points.
    Golden,
    /// A portion's golden cases in f32.
    Single,
    /// Whether f64 outputs are as exact as f64 can be.
    Precision,
    /// A law.
    Law,
    /// Untouched arguments, determinism, independence of order.
    Hygiene,
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a few hundred of them, and the large one is the one that matters"
)]
pub enum Ending {
    /// It holds.
    Passed,
    /// It does not hold.
    Failed {
        /// What was found.
        finding: Finding,
        /// The smallest input that shows it, for a law.
        counterexample: Option<Counterexample>,
    },
    /// It was not tried.
    Skipped(Skip),
}

/// Why a check was not tried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// These tasks, which it depends on, are wrong.
    DependsOn(Vec<String>),
    /// The function is not written, or does not compile.
    NothingToJudge,
    /// Earlier checks of the task used up its time.
    TimeUsedUp,
}

/// A check with its ending.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its name, unique in the task.
    pub name: String,
    /// Its kind.
    pub kind: Kind,
    /// What has to hold, in a sentence.
    pub statement: String,
    /// How it ended.
    pub ending: Ending,
}

/// The judgement on one task.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskJudgement {
    /// The task.
    pub task: &'static str,
    /// The verdict: the worst of its checks.
    pub verdict: Verdict,
    /// Points earned.
    pub points: f64,
    /// Points that can be earned.
    pub max_points: f64,
    /// The parts of the points.
    pub portions: Vec<Portion>,
    /// The checks in the order in which they were made.
    pub checks: Vec<Check>,
    /// Parts that the reference answered.
    pub substituted: Vec<String>,
    /// What went wrong on our side, for a judge fault.
    pub fault: Option<String>,
}

/// All that judging needs beside the submission.
#[derive(Debug)]
pub struct Bench<'a> {
    /// The assignment.
    pub assignment: &'a Assignment,
    /// The golden files.
    pub fixtures: &'a Fixtures,
    /// Seed of the laws.
    pub seed: u64,
    /// A law that is left out, as `task/law`, to see whether the kit notices.
    pub without: Option<&'a str>,
}

/// Judges tasks that are given with parts first.
///
/// `precluded` holds what was found before anything ran: files that do not compile, forbidden items. `progress` is told
/// of each task as it begins.
pub fn judge(
    bench: &Bench<'_>,
    tasks: &[&Task],
    precluded: &BTreeMap<&str, Finding>,
    subject: &mut dyn Subject,
    progress: &mut dyn FnMut(&Task),
) -> Result<Vec<TaskJudgement>, FixtureError> {
    let mut wrong: BTreeSet<&'static str> = BTreeSet::new();
    let mut judgements = Vec::new();
    for task in tasks {
        progress(task);
        let parts: Vec<&'static str> = task.parts.iter().copied().filter(|part| wrong.contains(part)).collect();
        let Some(judgement) = judge_task(bench, task, &parts, precluded, subject)? else {
            continue;
        };
        if judgement.verdict != Verdict::Passed {
            wrong.insert(task.id);
        }
        judgements.push(judgement);
    }
    Ok(judgements)
}

/// Judges one task of which these parts are wrong; `None` where the assignment does not have it.
pub fn judge_task(
    bench: &Bench<'_>,
    task: &Task,
    wrong_parts: &[&'static str],
    precluded: &BTreeMap<&str, Finding>,
    subject: &mut dyn Subject,
) -> Result<Option<TaskJudgement>, FixtureError> {
    let Some(entry) = bench.assignment.entry(task.id) else {
        return Ok(None);
    };
    if let Some(finding) = precluded.get(task.id) {
        return Ok(Some(precluded_task(task, entry, finding)));
    }
    let judge = TaskJudge {
        bench,
        task,
        entry,
        timeouts: 0,
    };
    judge.run(wrong_parts, subject).map(Some)
}

/// Orders tasks so that every task comes after its parts, otherwise as given.
pub fn parts_first<'a>(tasks: &[&'a Task]) -> Vec<&'a Task> {
    let mut ordered: Vec<&Task> = Vec::new();
    let mut waiting: Vec<&Task> = tasks.to_vec();
    while !waiting.is_empty() {
        let is_waiting = |id: &str| waiting.iter().any(|task| task.id == id);
        // A cycle cannot be ordered; its first task then goes first, and a test forbids cycles.
        let next = waiting
            .iter()
            .position(|task| !task.parts.iter().any(|part| is_waiting(part)))
            .unwrap_or(0);
        ordered.push(waiting.remove(next));
    }
    ordered
}

fn precluded_task(task: &Task, entry: &Entry, finding: &Finding) -> TaskJudgement {
    let check = Check {
        name: "build".to_owned(),
        kind: Kind::Golden,
        statement: "the file compiles and uses only what the task allows".to_owned(),
        ending: Ending::Failed {
            finding: finding.clone(),
            counterexample: None,
        },
    };
    TaskJudgement {
        task: task.id,
        verdict: Verdict::of(finding),
        points: 0.0,
        max_points: entry.points(),
        portions: points::portions(task, entry, &[]),
        checks: vec![check],
        substituted: Vec::new(),
        fault: None,
    }
}

struct TaskJudge<'a> {
    bench: &'a Bench<'a>,
    task: &'a Task,
    entry: &'a Entry,
    timeouts: u32,
}

impl TaskJudge<'_> {
    fn run(mut self, parts: &[&'static str], subject: &mut dyn Subject) -> Result<TaskJudgement, FixtureError> {
        let cases = self.cases()?;
        match self.judge(parts, &cases, subject) {
            Ok(judgement) => Ok(judgement),
            Err(fault) => Ok(self.faulted(&fault)),
        }
    }

    fn cases(&self) -> Result<Vec<(&'static Case, StoredCase)>, FixtureError> {
        let stored = |case: &'static Case| Ok((case, self.bench.fixtures.case(self.task.id, case.name)?.clone()));
        self.task.cases.iter().map(stored).collect()
    }

    fn judge(
        &mut self,
        parts: &[&'static str],
        cases: &[(&'static Case, StoredCase)],
        subject: &mut dyn Subject,
    ) -> Result<TaskJudgement, Fault> {
        let replaced = subject.substitute(parts)? && !parts.is_empty();
        let before = subject.substituted();
        // A process of its own for each task and dtype: no task can leave anything behind for another.
        subject.renew();
        let mut checks = self.golden(cases, DType::F64, subject)?;
        if untried(&checks) {
            self.skip_the_rest(&mut checks, &Skip::NothingToJudge);
        } else {
            subject.renew();
            checks.extend(self.golden(cases, DType::F32, subject)?);
            subject.renew();
            checks.extend(self.hygiene(cases, subject)?);
            checks.extend(self.laws(replaced, parts, subject)?);
        }
        let asked = subject.substituted() > before;
        if !parts.is_empty() && !asked {
            blame_parts(&mut checks, parts);
        }
        Ok(self.conclude(checks, if asked { parts } else { &[] }))
    }

    /// The golden checks of all portions in one dtype; in f64 with the check of precision.
    fn golden(
        &mut self,
        cases: &[(&'static Case, StoredCase)],
        dtype: DType,
        subject: &mut dyn Subject,
    ) -> Result<Vec<Check>, Fault> {
        let kind = if dtype == DType::F64 {
            Kind::Golden
        } else {
            Kind::Single
        };
        let mut checks = Vec::new();
        let mut imprecise = None;
        for portion in self.task.portions() {
            let mut ending = Ending::Passed;
            for (case, stored) in cases.iter().filter(|(case, _)| case.portion == portion) {
                match self.case(case, stored, dtype, subject)? {
                    Ending::Passed => {}
                    Ending::Failed {
                        finding: finding @ Finding::Imprecise { .. },
                        ..
                    } => {
                        imprecise.get_or_insert(finding);
                    }
                    other => {
                        ending = other;
                        break;
                    }
                }
            }
            let statement = format!("the golden cases of `{portion}` hold in {dtype}");
            checks.push(Check {
                name: format!("golden-{dtype}/{portion}"),
                kind,
                statement,
                ending,
            });
        }
        if dtype == DType::F64 && has_floats(cases) {
            let ending = imprecise.map_or(Ending::Passed, |finding| Ending::Failed {
                finding,
                counterexample: None,
            });
            let statement = "f64 outputs are as exact as f64 can be".to_owned();
            checks.push(Check {
                name: "precision".to_owned(),
                kind: Kind::Precision,
                statement,
                ending,
            });
        }
        Ok(checks)
    }

    fn case(
        &mut self,
        case: &Case,
        stored: &StoredCase,
        dtype: DType,
        subject: &mut dyn Subject,
    ) -> Result<Ending, Fault> {
        if self.time_used_up() {
            return Ok(Ending::Skipped(Skip::TimeUsedUp));
        }
        let mut probe = Probe::new(subject, self.task.canonical);
        let tolerances = &self.bench.fixtures.tolerances;
        self.ending(judge_case(self.task, case, stored, tolerances, dtype, &mut probe))
    }

    fn hygiene(
        &mut self,
        cases: &[(&'static Case, StoredCase)],
        subject: &mut dyn Subject,
    ) -> Result<Vec<Check>, Fault> {
        let stored: Vec<_> = cases.iter().map(|(case, stored)| (*case, stored)).collect();
        let calls = hygiene::calls(self.task, &stored);
        let mut checks = Vec::new();
        for &Hygiene { name, statement, judge } in hygiene::ALL {
            let ending = if self.time_used_up() {
                Ending::Skipped(Skip::TimeUsedUp)
            } else {
                self.ending(judge(&calls, &mut Probe::new(subject, self.task.canonical)))?
            };
            checks.push(check(name, Kind::Hygiene, statement, ending));
        }
        Ok(checks)
    }

    fn laws(&mut self, replaced: bool, parts: &[&'static str], subject: &mut dyn Subject) -> Result<Vec<Check>, Fault> {
        let mut checks = Vec::new();
        for law in self.task.laws {
            if self.left_out(law) {
                continue;
            }
            let ending = if self.time_used_up() {
                Ending::Skipped(Skip::TimeUsedUp)
            } else if replaced && law.differentiates {
                Ending::Skipped(Skip::DependsOn(parts.iter().map(ToString::to_string).collect()))
            } else {
                self.law(law, subject)?
            };
            checks.push(check(law.name, Kind::Law, law.statement, ending));
        }
        Ok(checks)
    }

    fn left_out(&self, law: &Law) -> bool {
        self.bench.without.and_then(|name| name.split_once('/')) == Some((self.task.id, law.name))
    }

    fn law(&mut self, law: &Law, subject: &mut dyn Subject) -> Result<Ending, Fault> {
        let mut probe = Probe::new(subject, self.task.canonical);
        let seed = law_seed(self.bench.seed, self.task.id, law.name);
        let found = try_law(law, &mut probe, self.bench.assignment.law_cases, seed)?;
        Ok(match found {
            None => Ending::Passed,
            Some((finding, counterexample)) => {
                self.count_timeout(&finding);
                Ending::Failed {
                    finding,
                    counterexample: Some(counterexample),
                }
            }
        })
    }

    fn ending(&mut self, result: Result<Option<Finding>, Stop>) -> Result<Ending, Fault> {
        match result {
            Ok(None) => Ok(Ending::Passed),
            Ok(Some(finding)) | Err(Stop::Found(finding)) => {
                self.count_timeout(&finding);
                Ok(Ending::Failed {
                    finding,
                    counterexample: None,
                })
            }
            Err(Stop::Fault(fault)) => Err(fault),
        }
    }

    fn count_timeout(&mut self, finding: &Finding) {
        if Verdict::of(finding) == Verdict::TimedOut {
            self.timeouts += 1;
        }
    }

    fn time_used_up(&self) -> bool {
        self.timeouts >= self.bench.assignment.limits.timeouts_per_task
    }

    fn skip_the_rest(&self, checks: &mut Vec<Check>, why: &Skip) {
        let skipped = || Ending::Skipped(why.clone());
        for hygiene in hygiene::ALL {
            checks.push(check(hygiene.name, Kind::Hygiene, hygiene.statement, skipped()));
        }
        for law in self.task.laws {
            checks.push(check(law.name, Kind::Law, law.statement, skipped()));
        }
    }

    fn conclude(&self, checks: Vec<Check>, substituted: &[&str]) -> TaskJudgement {
        let portions = points::portions(self.task, self.entry, &checks);
        TaskJudgement {
            task: self.task.id,
            verdict: verdict(&checks),
            points: points::points(&portions, &checks, self.bench.assignment.deductions),
            max_points: self.entry.points(),
            portions,
            checks,
            substituted: substituted.iter().map(ToString::to_string).collect(),
            fault: None,
        }
    }

    fn faulted(&self, fault: &Fault) -> TaskJudgement {
        TaskJudgement {
            task: self.task.id,
            verdict: Verdict::JudgeFault,
            points: 0.0,
            max_points: self.entry.points(),
            portions: Vec::new(),
            checks: Vec::new(),
            substituted: Vec::new(),
            fault: Some(fault.0.clone()),
        }
    }
}

fn has_floats(cases: &[(&'static Case, StoredCase)]) -> bool {
    let expected = cases.iter().flat_map(|(_, stored)| stored.expected.values());
    expected.into_iter().any(|tensor| tensor.dtype().is_float())
}

fn check(name: &str, kind: Kind, statement: &str, ending: Ending) -> Check {
    Check {
        name: name.to_owned(),
        kind,
        statement: statement.to_owned(),
        ending,
    }
}

/// Whether no golden case found anything but `todo!()`.
fn untried(checks: &[Check]) -> bool {
    checks.iter().filter(|check| check.kind == Kind::Golden).all(|check| {
        matches!(
            &check.ending,
            Ending::Failed {
                finding: Finding::NotAttempted,
                ..
            }
        )
    })
}

/// A task that goes round `parts` while one of its parts is wrong: its own failures prove nothing.
fn blame_parts(checks: &mut [Check], parts: &[&'static str]) {
    for check in checks {
        if let Ending::Failed { finding, .. } = &check.ending
            && *finding != Finding::NotAttempted
        {
            check.ending = Ending::Skipped(Skip::DependsOn(parts.iter().map(ToString::to_string).collect()));
        }
    }
}

/// The worst of the checks.
fn verdict(checks: &[Check]) -> Verdict {
    if untried(checks) {
        return Verdict::NotAttempted;
    }
    checks.iter().map(verdict_of_check).max().unwrap_or(Verdict::Passed)
}

fn verdict_of_check(check: &Check) -> Verdict {
    match (&check.ending, check.kind) {
        // What takes points away and was not tried takes nothing away.
        (Ending::Passed, _) | (Ending::Skipped(Skip::DependsOn(_)), Kind::Law | Kind::Hygiene) => Verdict::Passed,
        (Ending::Skipped(_), _) => Verdict::Skipped,
        // A function of which only a branch is not written is wrong.
        (Ending::Failed { finding, .. }, _) => match Verdict::of(finding) {
            Verdict::NotAttempted => Verdict::Wrong,
            verdict => verdict,
        },
    }
}
