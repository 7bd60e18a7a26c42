//! What came of calls and of tasks, for all submissions whose code for them is the same.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use judge::grading::judgement::TaskJudgement;
use wire::{Observed, Tensor};

/// Values of answers that are kept at most, 512 MiB of them; after that no more are.
const REMEMBERED: usize = 64 << 20;

/// What is known for all submissions.
#[derive(Debug, Default)]
pub(super) struct Calls {
    memory: Mutex<Memory>,
}

#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Answers of the reference's code by a hash of the call and of the parts that are answered for, with how many part
    /// calls were answered on the way.
    pub(super) answers: BTreeMap<String, (Observed, u64)>,
    /// How many values they have.
    size: usize,
    /// Judgements by task, what is wrong among its parts, and how it is judged, each with the code that it is about.
    pub(super) judgements: BTreeMap<String, Vec<(Trace, TaskJudgement)>>,
}

/// The code that calls of tasks run, by the task and the parts that are answered for.
pub(super) type Trace = BTreeMap<(&'static str, Vec<&'static str>), String>;

impl Calls {
    pub(super) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(&self, key: String, observed: &Observed, substituted: u64) {
        if let Observed::Answered { tensors, .. } = observed {
            let mut memory = self.memory();
            memory.size += tensors.values().map(Tensor::len).sum::<usize>();
            if memory.size <= REMEMBERED {
                memory.answers.insert(key, (observed.clone(), substituted));
            }
        }
    }
}
