//! What the checks of a task have in common while it is judged.

use super::context::GradingContext;
use super::model::{Check, Ending};
use crate::checks::derived::model::Known;
use crate::contract::{Case, Task};
use crate::findings::Finding;
use crate::findings::fault::Fault;
use crate::findings::stop::Stop;
use crate::fixtures::case::StoredCase;
use crate::grading::assignment::Entry;

/// The golden cases of a task with what is stored of them.
pub(super) type Cases = [(&'static Case, StoredCase)];

/// Judges one task.
pub(super) struct TaskJudge<'a> {
    pub(super) context: &'a GradingContext<'a>,
    pub(super) task: &'a Task,
    pub(super) entry: &'a Entry,
    /// Checks that have used up a limit: time, memory, threads.
    timeouts: u32,
    /// Portions whose fresh inputs were not tried, since their golden cases are lost: each might have used up a limit, and
    /// failing openly must not spare what that would have cost.
    pub(super) untried: u32,
    /// Whether fresh inputs could not be judged, since no reference is at hand.
    pub(super) without_reference: bool,
    /// What fresh inputs have shown of precision.
    pub(super) imprecise: Option<Finding>,
    /// Whether golden cases and fresh inputs are as exact as f64.
    pub(super) is_exact: bool,
    /// Inputs on which the submission agrees with the reference, and what it gives for them.
    pub(super) known: Vec<Known>,
}

/// The checks of golden cases, properties and purity, and how the task came by those of its parts that are wrong.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) checks: Vec<Check>,
    /// It asked for these, and the reference answered.
    pub(super) asked: Vec<&'static str>,
    /// It asked for these, and the reference had no answer to anything that it asked.
    pub(super) unanswered: Vec<&'static str>,
    /// It asked for none of these.
    pub(super) round: Vec<&'static str>,
}

impl<'a> TaskJudge<'a> {
    pub(super) fn new(context: &'a GradingContext<'a>, task: &'a Task, entry: &'a Entry) -> Self {
        Self {
            context,
            task,
            entry,
            timeouts: 0,
            untried: 0,
            without_reference: false,
            imprecise: None,
            is_exact: true,
            known: Vec::new(),
        }
    }

    /// What a judged call or case means for its check.
    pub(super) fn ending(&mut self, result: Result<Option<Finding>, Stop>) -> Result<Ending, Fault> {
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

    pub(super) fn count_timeout(&mut self, finding: &Finding) {
        if finding.ends_task() {
            self.timeouts = u32::MAX;
        } else if finding.is_exhaustion() {
            self.timeouts = self.timeouts.saturating_add(1);
        }
    }

    pub(super) fn time_used_up(&self) -> bool {
        let counted = self.timeouts.saturating_add(self.untried);
        let many = self.timeouts > 0 && counted >= self.context.assignment.limits.timeouts_per_task;
        many || (self.timeouts > 0 && self.context.is_late())
    }

    /// Whether the trials of this task are run.
    pub(super) fn is_trained(&self) -> bool {
        self.context.training.includes(self.task.id)
    }
}
