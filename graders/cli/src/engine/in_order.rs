//! The tasks of a grading while it is at work: each is told when its verdict is final, in the order of the assignment. One
//! that is ready before an earlier one waits for it.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use judge::grading::judgement::TaskJudgement;
use report::OneByOne;
use report::model::{Report, TaskReport};

use crate::interrupt;

/// Who is told of a grading while it is at work. All of it may come from any thread, one word after the other.
pub(crate) trait Listener: Sync {
    /// What is being done.
    fn doing(&self, _what: &str) {}
    /// Grading begins; what is known of the report, which has no tasks yet, and the ids of the tasks that will be told.
    fn begun(&self, _report: &Report, _tasks: &[&str]) {}
    /// A task as it will be in the report.
    fn task(&self, _task: &TaskReport) {}
}

/// Nobody is told anything.
pub(crate) struct Nobody;

impl Listener for Nobody {}

/// The tasks that are still to be told.
pub(super) struct InOrder<'a> {
    /// In the order of the assignment.
    shown: &'a [&'static str],
    listener: &'a dyn Listener,
    state: Mutex<State<'a>>,
}

struct State<'a> {
    /// How many have been told.
    told: usize,
    /// What is ready before an earlier one; without a judgement where it is taken over.
    ready: BTreeMap<&'static str, Option<TaskJudgement>>,
    reports: OneByOne<'a>,
}

impl<'a> InOrder<'a> {
    /// None of these has been told yet.
    pub(super) fn new(shown: &'a [&'static str], reports: OneByOne<'a>, listener: &'a dyn Listener) -> Self {
        let state = State {
            told: 0,
            ready: BTreeMap::new(),
            reports,
        };
        Self {
            shown,
            listener,
            state: Mutex::new(state),
        }
    }

    /// A task is settled: it is told, with those that have waited for it, unless it waits itself. Without a judgement, it
    /// is taken over.
    pub(super) fn settled(&self, task: &'static str, judgement: Option<TaskJudgement>) {
        // What ends because the program is told to stop looks like a crash.
        if interrupt::check().is_err() {
            return;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.ready.insert(task, judgement);
        while let Some((id, judgement)) = self.shown.get(state.told).and_then(|id| state.ready.remove_entry(id)) {
            state.told += 1;
            let report = match judgement {
                Some(judgement) => state.reports.task(&judgement),
                None => state.reports.standing(id),
            };
            if let Some(report) = report {
                self.listener.task(&report);
            }
        }
    }
}
