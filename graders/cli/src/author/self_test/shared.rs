//! What is the same for several submissions, asked once.
//!
//! Most submissions of the corpus differ from each other in one function, and a mistake in a part has every larger task
//! judged as well. What comes of a call follows from the call, from the code that it may run, and from the parts that
//! the reference answers for; what comes of a task follows from what comes of its calls. So a task is judged once for
//! all submissions whose code for it is the same, and calls of the reference's own code are answered by one worker of
//! the reference.
//!
//! Nothing here is taken from a submission's own earlier calls: one that answers otherwise each time must be seen to.

use std::collections::{BTreeMap, BTreeSet};

use judge::contract::Task;
use judge::contract::subject::{Call, Spent, Subject};
use judge::findings::Finding;
use judge::findings::fault::Fault;
use judge::grading::judgement::{GradingContext, TaskJudgement, charge_parts, judge_task};
use judge::grading::parts::Broken;
use wire::{Observed, Tensors};

use super::SelfTest;
use super::calls::Trace;
use super::plan::Plan;
use crate::engine::program_cache;
use crate::engine::reach::Whole;
use crate::engine::worker_subject::key;
use crate::engine::{Running, WorkerConfig};
use crate::failure::Failure;

/// The code that a call of a task runs while these parts are answered for: read at the first question.
fn identity<'t>(known: &'t mut Trace, code: &Whole<'_>, task: &'static Task, apart: &[&'static str]) -> &'t String {
    let key = (task.id, apart.to_vec());
    known.entry(key).or_insert_with(|| code.identity(task, apart))
}

/// A thread's reference as a submission: its code, and a worker that is started at the first question.
#[derive(Default)]
pub(super) struct Twin<'k> {
    running: Option<Running<'k>>,
    code: Option<Whole<'k>>,
    identities: Trace,
}

/// A submission of the corpus in a program with others.
pub(super) struct Shared<'k, 's> {
    self_test: &'k SelfTest<'k>,
    /// Its code, where what is the same for several submissions counts.
    code: Option<Whole<'k>>,
    identities: Trace,
    own: Running<'k>,
    /// The tasks that are not run, and why.
    rejected: &'s BTreeMap<&'static str, Finding>,
    twin: &'s mut Twin<'k>,
    /// The parts that the reference answers for.
    parts: Vec<&'static str>,
    /// The code that was run.
    trace: Trace,
    /// What else was done, that follows from more than code: it has trained.
    trained: bool,
    substituted: u64,
}

impl<'k, 's> Shared<'k, 's> {
    pub(super) fn new(
        self_test: &'k SelfTest<'k>,
        plan: &Plan<'_>,
        own: Running<'k>,
        rejected: &'s BTreeMap<&'static str, Finding>,
        twin: &'s mut Twin<'k>,
    ) -> Self {
        let is_usual = self_test.settings == [WorkerConfig::default()];
        let overlay = plan.overlay.as_ref().filter(|_| is_usual);
        if twin.code.is_none() {
            twin.code = self_test.known.code(&BTreeMap::new());
        }
        Self {
            self_test,
            code: overlay.and_then(|overlay| self_test.known.code(overlay)),
            identities: Trace::new(),
            own,
            rejected,
            twin,
            parts: Vec::new(),
            trace: Trace::new(),
            trained: false,
            substituted: 0,
        }
    }

    /// Judges tasks that are given with parts first, as `judge::grading::judgement::judge` does.
    pub(super) fn judge_all(
        &mut self,
        context: &GradingContext<'_>,
        all: &[&'static Task],
    ) -> Result<Vec<TaskJudgement>, Failure> {
        let mut wrong = BTreeSet::new();
        let mut judgements = Vec::new();
        for &task in all {
            let broken = Broken::of(task, all, &wrong);
            let Some(judgement) = self.judge(context, task, &broken)? else {
                continue;
            };
            if !judgement.verdict.is_spotless() {
                wrong.insert(task.id);
            }
            judgements.push(judgement);
        }
        charge_parts(context, &mut judgements);
        Ok(judgements)
    }

    /// Judges a task, or takes what came of it for another submission with the same code.
    fn judge(
        &mut self,
        context: &GradingContext<'_>,
        task: &'static Task,
        broken: &Broken,
    ) -> Result<Option<TaskJudgement>, Failure> {
        let trains = context.training.includes(task.id) && !task.trials.is_empty();
        let is_own = trains || self.rejected.contains_key(task.id);
        let key = format!("{} {} {broken:?}", context.assignment.id, task.id);
        if let (Some(code), false) = (&self.code, is_own) {
            let memory = self.self_test.calls.memory();
            let own = &mut self.identities;
            let mut is_same = |trace: &Trace| {
                trace.iter().all(|((task, apart), of_other)| {
                    tasks::find(task).is_some_and(|task| identity(own, code, task, apart) == of_other)
                })
            };
            let mut known = memory.judgements.get(&key).into_iter().flatten();
            if let Some((_, judgement)) = known.find(|(trace, _)| is_same(trace)) {
                return Ok(Some(judgement.clone()));
            }
        }
        self.trace.clear();
        self.trained = false;
        let judged = judge_task(context, task, broken, self.rejected, self)?;
        if let (Some(judgement), Some(_), false) = (&judged, &self.code, self.trained || is_own)
            && judgement.fault.is_none()
        {
            let mut memory = self.self_test.calls.memory();
            let known = memory.judgements.entry(key).or_default();
            known.push((std::mem::take(&mut self.trace), judgement.clone()));
        }
        Ok(judged)
    }

    /// Notes which code a call of a task runs, and says whether it is the reference's.
    fn is_reference(&mut self, task: &'static str) -> bool {
        let (Some(own), Some(reference), Some(task)) = (&self.code, &self.twin.code, tasks::find(task)) else {
            return false;
        };
        let own = identity(&mut self.identities, own, task, &self.parts);
        self.trace
            .entry((task.id, self.parts.clone()))
            .or_insert_with(|| own.clone());
        own == identity(&mut self.twin.identities, reference, task, &self.parts)
    }

    /// The reference's answer to a call, with the same parts answered for.
    fn answer(&mut self, call: &Call) -> Result<Observed, Fault> {
        let key = format!("{} {}", key(call)?, self.parts.join(" "));
        let known = self.self_test.calls.memory().answers.get(&key).cloned();
        if let Some((observed, substituted)) = known {
            self.substituted += substituted;
            return Ok(observed);
        }
        if self.twin.running.is_none() {
            let start = || {
                let program = program_cache::reference(self.self_test.grader)?;
                self.self_test
                    .grader
                    .start(&program, &WorkerConfig::default(), self.self_test.reference.at_hand())
            };
            self.twin.running = Some(start().map_err(|failure| Fault(failure.message))?);
        }
        let Some(twin) = &mut self.twin.running else {
            return Err(Fault("the reference has no worker".to_owned()));
        };
        twin.substitute(&self.parts)?;
        let before = twin.substituted();
        let observed = twin.call(call)?;
        let substituted = twin.substituted() - before;
        self.self_test.calls.put(key, &observed, substituted);
        self.substituted += substituted;
        Ok(observed)
    }
}

impl Subject for Shared<'_, '_> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        if self.is_reference(call.task) {
            self.answer(call)
        } else {
            self.own.call(call)
        }
    }

    fn train(&mut self, call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Result<Observed, Fault> {
        self.trained = true;
        self.own.train(call, batches)
    }

    fn reference_call(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        self.own.reference_call(call)
    }

    fn respawn(&mut self) {
        self.own.respawn();
    }

    fn substitute(&mut self, parts: &[&'static str]) -> Result<bool, Fault> {
        self.parts = parts.to_vec();
        self.own.substitute(parts)
    }

    fn substituted(&self) -> u64 {
        self.own.substituted() + self.substituted
    }

    fn unanswered(&self) -> u64 {
        // The reference, which may answer in its place, asks for nothing that has no answer.
        self.own.unanswered()
    }

    fn spent(&self) -> Spent {
        self.own.spent()
    }
}
