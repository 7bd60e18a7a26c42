//! Calls of code that is the reference's, answered once for all submissions.
//!
//! A mistake in a part has every larger task judged as well. While the reference answers for the part, what a call of the
//! larger task runs is the reference's code from end to end, and its answer is the same whoever is judged: it follows from
//! the call and from the parts that are answered for. So it is asked once, of a worker of the reference.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use judge::subject::{Call, Fault, Spent, Subject};
use judge::tasks;
use wire::{Observed, Tensor, Tensors};

use super::Kit;
use super::plan::Plan;
use crate::grader::{Running, Setting};
use crate::kept;
use crate::subject::key;

/// Values that are kept at most, 512 MiB of them; after that no more are.
const REMEMBERED: usize = 64 << 20;

/// Answers by a hash of the call and of the parts that are answered for.
#[derive(Debug, Default)]
pub(super) struct Calls {
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
struct Memory {
    /// With each answer, how many part calls the reference has answered on the way.
    answers: BTreeMap<String, (Observed, u64)>,
    /// How many values they have.
    size: usize,
}

impl Calls {
    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, key: String, observed: &Observed, substituted: u64) {
        if let Observed::Answered { tensors, .. } = observed {
            let mut memory = self.memory();
            memory.size += tensors.values().map(Tensor::len).sum::<usize>();
            if memory.size <= REMEMBERED {
                memory.answers.insert(key, (observed.clone(), substituted));
            }
        }
    }
}

/// A thread's worker of the reference as a submission, started at the first question.
#[derive(Debug, Default)]
pub(super) struct Twin<'k>(Option<Running<'k>>);

/// A submission of the bank in a program with others.
pub(super) struct Shared<'k, 's> {
    kit: &'k Kit<'k>,
    plan: &'s Plan<'s>,
    own: Running<'k>,
    twin: &'s mut Twin<'k>,
    /// The parts that the reference answers for.
    parts: Vec<&'static str>,
    /// Whether calls of a task run the reference's code, while it answers for these parts.
    same: BTreeMap<(&'static str, Vec<&'static str>), bool>,
    substituted: u64,
}

impl<'k, 's> Shared<'k, 's> {
    pub(super) fn new(kit: &'k Kit<'k>, plan: &'s Plan<'s>, own: Running<'k>, twin: &'s mut Twin<'k>) -> Self {
        Self {
            kit,
            plan,
            own,
            twin,
            parts: Vec::new(),
            same: BTreeMap::new(),
            substituted: 0,
        }
    }

    fn is_same(&mut self, task: &'static str) -> bool {
        let key = (task, self.parts.clone());
        if let Some(known) = self.same.get(&key) {
            return *known;
        }
        let is_usual = self.kit.settings == [Setting::default()];
        let overlay = self.plan.overlay.as_ref().filter(|_| is_usual);
        let found = overlay.zip(tasks::find(task));
        let is_same = found.is_some_and(|(overlay, task)| !self.kit.known.runs(overlay, task, &self.parts));
        self.same.insert(key, is_same);
        is_same
    }

    /// The reference's answer to a call, with the same parts answered for.
    fn answer(&mut self, call: &Call) -> Result<Observed, Fault> {
        let key = format!("{} {}", key(call)?, self.parts.join(" "));
        let known = self.kit.calls.memory().answers.get(&key).cloned();
        if let Some((observed, substituted)) = known {
            self.substituted += substituted;
            return Ok(observed);
        }
        if self.twin.0.is_none() {
            let start = || {
                let program = kept::reference(self.kit.grader)?;
                self.kit
                    .grader
                    .start(&program, &Setting::default(), self.kit.reference.at_hand())
            };
            self.twin.0 = Some(start().map_err(|failure| Fault(failure.message))?);
        }
        let Some(twin) = &mut self.twin.0 else {
            return Err(Fault("the reference has no worker".to_owned()));
        };
        twin.substitute(&self.parts)?;
        let before = twin.substituted();
        let observed = twin.call(call)?;
        let substituted = twin.substituted() - before;
        self.kit.calls.put(key, &observed, substituted);
        self.substituted += substituted;
        Ok(observed)
    }
}

impl Subject for Shared<'_, '_> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        if self.is_same(call.task) {
            self.answer(call)
        } else {
            self.own.call(call)
        }
    }

    fn train(&mut self, call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Result<Observed, Fault> {
        self.own.train(call, batches)
    }

    fn trusted(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        self.own.trusted(call)
    }

    fn renew(&mut self) {
        self.own.renew();
    }

    fn substitute(&mut self, parts: &[&'static str]) -> Result<bool, Fault> {
        self.parts = parts.to_vec();
        self.own.substitute(parts)
    }

    fn substituted(&self) -> u64 {
        self.own.substituted() + self.substituted
    }

    fn spent(&self) -> Spent {
        self.own.spent()
    }
}
