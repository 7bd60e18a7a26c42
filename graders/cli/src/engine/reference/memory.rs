//! What the reference has answered: its answers follow from the calls alone.

use std::collections::BTreeMap;

use judge::contract::subject::Call;
use judge::findings::fault::Fault;
use wire::{Observed, Tensor};

use super::kept::Kept;
use crate::engine::worker_subject::key;

/// An answer of more values is not remembered: it takes the place of hundreds that are as dear.
const LARGEST: usize = 30_000;
/// Values that are remembered at most, 256 MiB of them; after that no more are.
const REMEMBERED: usize = 32 << 20;

/// An answer and the CPU seconds that it took.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Answer {
    pub(super) observed: Observed,
    pub(super) seconds: f64,
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    /// The judge: many submissions are asked the same.
    Judge,
    /// A submission, about a part of its own.
    Submission,
}

/// Answers of this run, and of runs before.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// By a hash of the call.
    answers: BTreeMap<String, Answer>,
    /// How many values they have.
    size: usize,
    /// Whether what submissions ask is remembered: only where many are asked the same, since they choose how much it is.
    parts: bool,
    kept: Option<Kept>,
}

impl Memory {
    /// Nothing yet, for many submissions.
    pub(super) fn of_many() -> Self {
        Self {
            parts: true,
            ..Self::default()
        }
    }

    /// The same with what runs before have kept.
    pub(super) fn with(self, kept: Option<Kept>) -> Self {
        Self { kept, ..self }
    }

    /// What has been answered to the same call before.
    pub(super) fn recall(&mut self, key: &str, asker: Asker) -> Option<Answer> {
        if let Some(known) = self.answers.get(key) {
            return Some(known.clone());
        }
        let kept = self.kept.as_mut().filter(|_| asker == Asker::Judge)?;
        kept.recall(key)
    }

    /// Takes an answer in, where it is one that a call like this always has.
    pub(super) fn learn(&mut self, key: String, answer: &Answer, asker: Asker) {
        let Observed::Answered { tensors, .. } = &answer.observed else {
            return;
        };
        let size: usize = tensors.values().map(Tensor::len).sum();
        if asker == Asker::Submission && !self.parts {
            return;
        }
        if size > LARGEST || self.size + size > REMEMBERED {
            return;
        }
        // What submissions ask has no place in the file: they would choose what is in it.
        if let Some(kept) = self.kept.as_mut().filter(|_| asker == Asker::Judge) {
            kept.learn(&key, answer);
        }
        self.size += size;
        self.answers.insert(key, answer.clone());
    }

    /// Keeps for the runs to come what this one has learnt.
    pub(super) fn keep(&mut self) {
        if let Some(kept) = &mut self.kept {
            kept.keep();
        }
    }
}

/// What an answer follows from; how long it may take is no part of that.
pub(super) fn key_of(call: &Call) -> Result<String, Fault> {
    key(&Call {
        cpu_seconds: None,
        ..call.clone()
    })
}

#[cfg(test)]
mod tests {
    use judge::contract::random::floats;
    use wire::{Outcome, Tensors};

    use super::*;

    fn answer(values: usize) -> Answer {
        let tensors: Tensors = [("y".to_owned(), floats(&[values], vec![0.0; values]))].into();
        let outcome = Outcome::Returned;
        Answer {
            observed: Observed::Answered { outcome, tensors },
            seconds: 0.5,
        }
    }

    #[test]
    fn what_was_learnt_is_recalled_unless_it_is_large_or_no_answer() {
        let mut memory = Memory::of_many();
        memory.learn("a".to_owned(), &answer(3), Asker::Submission);
        memory.learn("b".to_owned(), &answer(LARGEST + 1), Asker::Judge);
        let timed_out = Answer {
            observed: Observed::Malformed { reason: String::new() },
            seconds: 0.0,
        };
        memory.learn("c".to_owned(), &timed_out, Asker::Judge);
        assert_eq!(memory.recall("a", Asker::Judge), Some(answer(3)));
        assert_eq!(memory.recall("b", Asker::Judge), None);
        assert_eq!(memory.recall("c", Asker::Judge), None);
    }

    #[test]
    fn one_submission_cannot_fill_the_memory_with_its_questions() {
        let mut memory = Memory::default();
        memory.learn("a".to_owned(), &answer(3), Asker::Submission);
        memory.learn("b".to_owned(), &answer(3), Asker::Judge);
        assert_eq!(memory.recall("a", Asker::Submission), None);
        assert_eq!(memory.recall("b", Asker::Judge), Some(answer(3)));
    }

    #[test]
    fn what_submissions_ask_is_not_kept_for_other_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        let open = || Memory::of_many().with(Some(Kept::open(folder.path().to_owned(), String::new())));
        let [a, b] = ["a", "b"].map(|letter| letter.repeat(64));
        let mut memory = open();
        memory.learn(a.clone(), &answer(3), Asker::Judge);
        memory.learn(b.clone(), &answer(3), Asker::Submission);
        memory.keep();
        let mut next = open();
        assert_eq!(next.recall(&a, Asker::Judge), Some(answer(3)));
        assert_eq!(next.recall(&b, Asker::Judge), None);
        assert_eq!(next.recall(&a, Asker::Submission), None);
    }
}
