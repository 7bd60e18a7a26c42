//! The run before on the same submission: after an edit, the tasks that it cannot have touched are taken over from it.
//!
//! A verdict is taken over where everything that has a say in it is the same: the key of the run (grader, fixtures,
//! assignment, tasks, device, seed, training), the edition, and the text of all that the task's call can reach, as
//! `grade watch` looks for it. A run that takes anything over draws no fresh inputs of its own: it keeps the seed of the run
//! before, so that its report is the one that judging everything with that seed gives. It is for whoever works on a
//! submission; what others rely on is judged in full.

use std::collections::{BTreeMap, BTreeSet};

use judge::contract::Task;
use judge::findings::verdict::Verdict;
use judge::grading::judgement::AS_PART;
use report::Report;
use report::model::TaskReport;
use serde::{Deserialize, Serialize};

use super::reach::{self, Texts};
use super::result_cache;
use super::staged::Staged;
use crate::failure::Failure;

/// A run that the next one of the same submission may build on.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RunBefore {
    /// The edition and the sources of the submission.
    sources: Sources,
    /// What was found, without what the course adds.
    pub(super) report: Report,
}

/// What is compiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sources {
    pub(super) edition: String,
    pub(super) texts: Texts,
}

impl Sources {
    /// Those of a submission.
    pub(super) fn of(staged: &Staged) -> Result<Self, Failure> {
        Ok(Self {
            edition: staged.edition().to_owned(),
            texts: reach::sources(staged.source())?,
        })
    }
}

impl RunBefore {
    /// A run in which every file of the submission was compiled as it is. Otherwise it is no ground to build on: which
    /// tasks a file takes with it that does not compile is for the compiler to say.
    pub(super) fn new(sources: Sources, report: Report) -> Self {
        Self { sources, report }
    }

    /// The report, where it is on this very submission and judging again would give the same.
    pub(crate) fn report_on(&self, submission: &str) -> Option<&Report> {
        let is_final = || self.report.tasks.iter().all(result_cache::is_final);
        (self.report.submission.sha256 == submission && is_final()).then_some(&self.report)
    }

    /// What it found of these tasks, as far as what has been edited since has no say in it.
    pub(super) fn standing(
        &self,
        now: &Sources,
        adapters: &Texts,
        judged: &[&'static Task],
    ) -> BTreeMap<&'static str, TaskReport> {
        if self.sources.edition != now.edition {
            return BTreeMap::new();
        }
        let difference = reach::between(&self.sources.texts, &now.texts, adapters, tasks::ALL);
        let is_open = |task: &&&'static Task| {
            difference.touched.contains(task.id)
                || self
                    .found(task.id)
                    .is_none_or(|found| !is_settled(found) || names_a_line_of(found, &difference.files))
        };
        let open: BTreeSet<&'static str> = judged.iter().filter(is_open).map(|task| task.id).collect();
        let open = self.with_what_depends(open, judged);
        let stands = judged.iter().filter(|task| !open.contains(task.id));
        stands
            .filter_map(|task| Some((task.id, self.found(task.id)?.clone())))
            .collect()
    }

    /// Tasks with all that call them; and with each that one of these has charged as a part, or might no longer charge.
    fn with_what_depends(&self, mut open: BTreeSet<&'static str>, judged: &[&'static Task]) -> BTreeSet<&'static str> {
        loop {
            let calls_open = |task: &Task| task.parts.iter().any(|part| open.contains(part));
            let was_charged = |task: &Task| {
                let mut larger = judged.iter().filter(|larger| larger.parts.contains(&task.id));
                self.found(task.id).is_some_and(is_charged) && larger.any(|larger| open.contains(larger.id))
            };
            let is_new = |task: &&&'static Task| !open.contains(task.id) && (calls_open(task) || was_charged(task));
            let more: Vec<&'static str> = judged.iter().filter(is_new).map(|task| task.id).collect();
            if more.is_empty() {
                return open;
            }
            open.extend(more);
        }
    }

    fn found(&self, task: &str) -> Option<&TaskReport> {
        self.report.tasks.iter().find(|found| found.id == task)
    }
}

/// Whether each was right by its own checks, so that those that call it are judged with it.
pub(super) fn right_by_themselves(standing: &BTreeMap<&'static str, TaskReport>) -> BTreeMap<&'static str, bool> {
    let is_right = |found: &TaskReport| found.verdict.is_spotless() || is_charged(found);
    standing.iter().map(|(id, found)| (*id, is_right(found))).collect()
}

fn is_charged(found: &TaskReport) -> bool {
    found.checks.iter().any(|check| check.name == AS_PART && check.failed())
}

/// Whether judging again would give the same; what is said before anything runs is said again at no cost.
fn is_settled(found: &TaskReport) -> bool {
    let is_before_running = matches!(found.verdict, Verdict::DidNotCompile | Verdict::RefusedByPolicy);
    result_cache::is_final(found) && !is_before_running
}

/// Whether a finding is shown at a line that may have another number by now.
fn names_a_line_of(found: &TaskReport, files: &[String]) -> bool {
    let mut places = found.checks.iter().filter_map(|check| check.location.as_ref());
    places.any(|place| files.iter().any(|file| place.file.ends_with(file.as_str())))
}
