//! The time that the calls of a task may use together, beside the limit of each.
//!
//! A call that is within its limit costs nobody much; a thousand of them do. What counts is what the submission itself has
//! used, computing or asleep. A machine that is busy with others stops a task at ten times that, and nobody is charged.

use wire::{Observed, Tensors};

use super::context::GradingContext;
use crate::contract::subject::{Call, Spent, Subject};
use crate::findings::fault::Fault;

/// How much longer than the time of the task it may take by the wall clock.
const WALL_FACTOR: f64 = 10.0;

/// A subject whose calls have a time together. Calls with a limit of their own, those of trials, do not count.
pub(super) struct Metered<'a> {
    subject: &'a mut dyn Subject,
    context: &'a GradingContext<'a>,
    spent: Spent,
}

impl<'a> Metered<'a> {
    pub(super) fn new(subject: &'a mut dyn Subject, context: &'a GradingContext<'a>) -> Self {
        Self {
            subject,
            context,
            spent: Spent::default(),
        }
    }

    /// The seconds of the task: once the time for the submission as a whole is over, no more than those of a call, which is
    /// plenty for a function that is as fast as it should be.
    fn seconds(&self) -> f64 {
        let limits = self.context.assignment.limits;
        if self.context.is_late() {
            limits.cpu_seconds
        } else {
            limits.task_seconds()
        }
    }

    /// Whether the time is used up; a fault of ours where it is the machine that has used it.
    fn is_over(&self) -> Result<bool, Fault> {
        let seconds = self.seconds();
        if self.spent.own() >= seconds {
            return Ok(true);
        }
        let most = WALL_FACTOR * self.context.assignment.limits.task_seconds();
        if self.spent.wall >= most {
            let computed = self.spent.own();
            return Err(Fault(format!(
                "the calls of this task took more than {most} s and computed for {computed:.0} s: the machine is too busy"
            )));
        }
        Ok(false)
    }

    fn used_up(&self) -> Observed {
        Observed::UsedUp {
            seconds: self.seconds(),
            slept: self.spent.slept > self.spent.cpu,
        }
    }
}

impl Subject for Metered<'_> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        if self.is_over()? {
            return Ok(self.used_up());
        }
        if call.cpu_seconds.is_some() {
            return self.subject.call(call);
        }
        let before = self.subject.spent();
        let left = self.seconds() - self.spent.own();
        let is_last = left < self.context.assignment.limits.cpu_seconds;
        let observed = if is_last {
            self.subject.call(&Call {
                cpu_seconds: Some(left),
                ..call.clone()
            })
        } else {
            self.subject.call(call)
        };
        self.spent = self.spent.plus(self.subject.spent().since(before));
        match observed? {
            Observed::TimedOut { .. } if is_last => Ok(self.used_up()),
            observed => Ok(observed),
        }
    }

    fn train(&mut self, call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Result<Observed, Fault> {
        if self.is_over()? {
            return Ok(self.used_up());
        }
        self.subject.train(call, batches)
    }

    fn reference_call(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        self.subject.reference_call(call)
    }

    fn respawn(&mut self) {
        self.subject.respawn();
    }

    fn substitute(&mut self, parts: &[&'static str]) -> Result<bool, Fault> {
        self.subject.substitute(parts)
    }

    fn spent(&self) -> Spent {
        self.subject.spent()
    }

    fn substituted(&self) -> u64 {
        self.subject.substituted()
    }

    fn unanswered(&self) -> u64 {
        self.subject.unanswered()
    }
}
