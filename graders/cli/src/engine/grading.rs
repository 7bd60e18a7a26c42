//! One submission from its sources to its report: what `grade` does, and a class for each of its submissions.

use std::time::Instant;

use judge::checks::differential;
use judge::contract::Task;
use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::{Bench, Carried, TaskJudgement, TimeLimit, Training};
use report::{Context, Report, Stage, Times};

use super::grader::Grader;
use super::lines;
use super::prepared::Prepared;
use super::reference::Reference;
use super::result_cache::Key;
use super::setting::Manner;
use super::staged::Staged;
use crate::failure::Failure;

/// What a grader that was handed out cannot do.
const WITHOUT_REFERENCE: &str = "this grader has no reference: a task that uses a wrong part of yours is skipped here, \
    where the course judges it with a right part in its place; fresh inputs beside the golden ones are judged by the course only";

/// How submissions are graded; the same for all of a class.
pub(crate) struct Grading<'a> {
    pub(crate) grader: &'a Grader,
    pub(crate) assignment: &'a Assignment,
    pub(crate) fixtures: &'a Fixtures,
    /// What is judged, parts first.
    pub(crate) judged: &'a [&'static Task],
    /// The ids of what is shown, in the order of the assignment.
    pub(crate) shown: &'a [&'static str],
    /// The seed that was asked for, in place of the assignment's and the submission's own.
    pub(crate) seed: Option<u64>,
    pub(crate) training: bool,
    pub(crate) min_score: Option<f64>,
    pub(crate) reference: &'a Reference<'a>,
    pub(crate) manner: Manner,
    /// What broke other submissions.
    pub(crate) carried: &'a [Carried],
}

/// What a grading gives.
pub(crate) struct Graded {
    pub(crate) report: Report,
    /// The judgements of the tasks that are shown: they know what an assignment may hide from students.
    pub(crate) judgements: Vec<TaskJudgement>,
}

impl Grading<'_> {
    /// Seed of the laws.
    pub(crate) fn seed(&self) -> u64 {
        self.seed.unwrap_or(self.assignment.seed)
    }

    /// Seed of a submission's fresh inputs.
    pub(crate) fn fresh_seed(&self, submission: &str) -> u64 {
        let own = || differential::seed(&self.assignment.id, submission, self.grader.hash());
        self.seed.unwrap_or_else(own)
    }

    /// Everything that has a say in the result of the submission with this hash.
    pub(crate) fn with_key<T>(&self, submission: &str, action: impl FnOnce(&Key<'_>) -> T) -> T {
        action(&Key {
            submission,
            grader: self.grader.hash(),
            fixtures: &self.fixtures.hash,
            assignment: &serde_json::to_string(self.assignment).unwrap_or_default(),
            tasks: self.shown,
            device: self.grader.device(),
            reference: self.grader.place().has_reference(),
            seed: self.seed(),
            fresh_seed: self.fresh_seed(submission),
            training: self.training,
            min_score: self.min_score,
        })
    }

    /// Builds and judges a submission; `path` is what its report calls it.
    pub(crate) fn grade(
        &self,
        staged: Staged,
        path: &str,
        begun: Instant,
        time: Option<TimeLimit>,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Result<Graded, Failure> {
        progress("building the submission");
        let staged_at = begun.elapsed().as_secs_f64();
        let functions = lines::of(&staged, self.judged);
        let prepared = self.grader.build(staged.within(self.assignment.limits), self.judged)?;
        let built_at = begun.elapsed().as_secs_f64();
        let (judgements, sandbox) = self.judge(&prepared, time, progress)?;
        let judgements: Vec<TaskJudgement> = judgements
            .into_iter()
            .filter(|task| self.shown.contains(&task.task))
            .collect();
        let total = begun.elapsed().as_secs_f64();
        let stage = |name: &str, seconds| Stage {
            name: name.to_owned(),
            seconds,
        };
        let mut notes = prepared.notes().to_vec();
        if !self.grader.place().has_reference() {
            notes.push(WITHOUT_REFERENCE.to_owned());
        }
        let context = Context {
            grader_version: env!("CARGO_PKG_VERSION"),
            submission: path,
            submission_sha256: prepared.hash(),
            fixtures_sha256: &self.fixtures.hash,
            seed: self.seed(),
            fresh_seed: self.fresh_seed(prepared.hash()),
            libtorch: &self.fixtures.manifest.libtorch,
            device: self.grader.device(),
            dtypes: &["f64", "f32"],
            sandbox: &sandbox,
            notes: &notes,
            tasks: tasks::ALL,
            functions: &functions,
            min_score: self.min_score,
            times: Some(Times {
                total,
                stages: vec![
                    stage("stage", staged_at),
                    stage("build", built_at - staged_at),
                    stage("judge", total - built_at),
                ],
            }),
        };
        let report = report::build(&context, &judgements, self.assignment);
        Ok(Graded { report, judgements })
    }

    fn judge(
        &self,
        prepared: &Prepared,
        time: Option<TimeLimit>,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Result<(Vec<TaskJudgement>, Vec<String>), Failure> {
        let bench = Bench {
            assignment: self.assignment,
            fixtures: self.fixtures,
            seed: self.seed(),
            fresh_seed: self.fresh_seed(prepared.hash()),
            training: Training::asked(self.training),
            shrinks: true,
            time,
            without: None,
            carried: self.carried,
        };
        let progress = |task: &Task| progress(&format!("judging {}", task.id));
        self.grader.judge_prepared(
            prepared,
            &bench,
            self.judged,
            self.reference.at_hand(),
            &self.manner,
            &progress,
        )
    }
}
