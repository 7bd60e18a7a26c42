//! One submission from its sources to its report: what `grade` does, and a class for each of its submissions.

use std::collections::BTreeMap;
use std::time::Instant;

use judge::checks::differential;
use judge::contract::Task;
use judge::fixtures::Fixtures;
use judge::grading::assignment::Assignment;
use judge::grading::judgement::{Carried, GradingContext, TaskJudgement, TimeLimit, Training};
use report::model::TaskReport;
use report::{Context, OneByOne, Report, Source, Stage, Times};

use super::grader::Grader;
use super::in_order::{InOrder, Listener};
use super::lines;
use super::parallel::{Step, is_charged};
use super::prepared::Prepared;
use super::reach;
use super::reference::Reference;
use super::result_cache::Key;
use super::run_before::{self, RunBefore, Sources};
use super::staged::Staged;
use super::worker_config::RunConfig;
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
    pub(crate) run_config: RunConfig,
    /// Whether the program is built, also where an earlier grading of the same sources has left one.
    pub(crate) builds_again: bool,
    /// What broke other submissions.
    pub(crate) carried: &'a [Carried],
}

/// What a grading gives.
pub(crate) struct Graded {
    pub(crate) report: Report,
    /// The judgements of the tasks that are shown: they know what an assignment may hide from students.
    pub(crate) judgements: Vec<TaskJudgement>,
    /// What the next run may build on; none where the compiler has not accepted everything.
    pub(crate) run: Option<RunBefore>,
}

impl Grading<'_> {
    /// Seed of the properties.
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
            reference: self.grader.course_root().has_reference(),
            seed: self.seed(),
            fresh_seed: self.fresh_seed(submission),
            training: self.training,
            min_score: self.min_score,
        })
    }

    /// Builds and judges a submission; `path` is what its report calls it. What stands of the run before is taken over.
    pub(crate) fn grade(
        &self,
        staged: Staged,
        path: &str,
        begun: Instant,
        time: Option<TimeLimit>,
        before: Option<&RunBefore>,
        listener: &dyn Listener,
    ) -> Result<Graded, Failure> {
        let sources = Sources::of(&staged)?;
        let standing = match before {
            Some(run) => run.standing(&sources, &reach::adapters(self.grader)?, self.judged),
            None => BTreeMap::new(),
        };
        let run = before.filter(|_| !standing.is_empty());
        let staged_at = begun.elapsed().as_secs_f64();
        let functions = lines::of(&staged, self.judged);
        let hash = staged.hash().to_owned();
        let mut context = self.context(path, &hash, &functions, &standing);
        if let Some(run) = run {
            context.fresh_seed = run.report.fresh_seed;
        }
        listener.begun(&report::build(&context, &[], self.assignment), self.shown);
        listener.doing("building the submission");
        let limits = self.assignment.limits;
        let limits = time.map_or(limits, |time| limits.within(time.seconds));
        let staged = staged.within(limits);
        let mut prepared = if self.builds_again {
            self.grader.build(staged, self.judged)?
        } else {
            self.grader.build_once(staged, self.judged)?
        };
        let built_at = begun.elapsed().as_secs_f64();
        let reports = OneByOne::new(&context, self.assignment);
        let in_order = InOrder::new(self.shown, reports, listener);
        let told = |step: Step<'_>| match step {
            Step::Begun(task) => listener.doing(&format!("judging {}", task.id)),
            Step::Settled(judgement) => in_order.settled(judgement.task, Some(*judgement)),
            Step::Stands(task) => in_order.settled(task.id, None),
            Step::Called(_) => {}
        };
        // What the compiler puts out of the way may concern any task.
        let is_whole = prepared.not_compiled().is_empty() && prepared.notes().is_empty();
        let is_refused = |id: &&'static str| prepared.rejected().contains_key(*id);
        if is_whole && !context.standing.keys().any(is_refused) {
            prepared.stand(run_before::right_by_themselves(context.standing));
        }
        let (mut judgements, mut sandbox) = self.judge(&prepared, context.fresh_seed, time, &told)?;
        if prepared.standing.keys().any(|id| is_charged(id, judgements.iter())) {
            // What stood does so no longer.
            prepared.stand(BTreeMap::new());
            (judgements, sandbox) = self.judge(&prepared, context.fresh_seed, time, &told)?;
        }
        let judgements: Vec<TaskJudgement> = judgements
            .into_iter()
            .filter(|task| self.shown.contains(&task.task))
            .collect();
        let taken_over = self.shown.len() - judgements.len();
        if let Some(run) = run.filter(|_| judgements.is_empty()) {
            sandbox.clone_from(&run.report.sandbox);
        }
        let total = begun.elapsed().as_secs_f64();
        let stage = |name: &str, seconds| Stage {
            name: name.to_owned(),
            seconds,
        };
        let mut notes = prepared.notes().to_vec();
        if !self.grader.course_root().has_reference() {
            notes.push(WITHOUT_REFERENCE.to_owned());
        }
        let stages = vec![
            stage("stage", staged_at),
            stage("build", built_at - staged_at),
            stage("judge", total - built_at),
        ];
        let context = Context {
            sandbox: &sandbox,
            notes: &notes,
            times: Some(Times {
                total,
                stages,
                taken_over: (taken_over > 0).then_some(taken_over),
            }),
            ..context.clone()
        };
        let report = report::build(&context, &judgements, self.assignment);
        Ok(Graded {
            run: is_whole.then(|| RunBefore::new(sources, report.clone())),
            report,
            judgements,
        })
    }

    /// What a report says beside the judgements, as far as it is known before anything is built.
    fn context<'a>(
        &'a self,
        path: &'a str,
        submission: &'a str,
        functions: &'a BTreeMap<&'static str, Source>,
        standing: &'a BTreeMap<&'static str, TaskReport>,
    ) -> Context<'a> {
        Context {
            grader_version: env!("CARGO_PKG_VERSION"),
            submission: path,
            submission_sha256: submission,
            fixtures_sha256: &self.fixtures.hash,
            seed: self.seed(),
            fresh_seed: self.fresh_seed(submission),
            libtorch: &self.fixtures.manifest.libtorch,
            device: self.grader.device(),
            dtypes: &["f64", "f32"],
            sandbox: &[],
            notes: &[],
            tasks: tasks::ALL,
            functions,
            standing,
            min_score: self.min_score,
            times: None,
        }
    }

    fn judge(
        &self,
        prepared: &Prepared,
        fresh_seed: u64,
        time: Option<TimeLimit>,
        told: &(dyn Fn(Step<'_>) + Sync),
    ) -> Result<(Vec<TaskJudgement>, Vec<String>), Failure> {
        let context = GradingContext {
            assignment: self.assignment,
            fixtures: self.fixtures,
            seed: self.seed(),
            fresh_seed,
            training: Training::asked(self.training),
            shrinks: true,
            time,
            without: None,
            carried: self.carried,
        };
        self.grader.judge_prepared(
            prepared,
            &context,
            self.judged,
            self.reference.at_hand(),
            &self.run_config,
            told,
        )
    }
}
