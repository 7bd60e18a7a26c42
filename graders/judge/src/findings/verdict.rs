//! What findings mean for a task.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::findings::{BeforeRun, CallFailed, Finding, Violation};

/// The judgement on a check or on a task.
///
/// The order is the order of severity: a task's verdict is the worst of its checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every check holds.
    Passed,
    /// Not tried, because training was not asked for: nothing is known of it.
    NotRun,
    /// Not judged, because a task that it depends on is wrong.
    Skipped,
    /// Some check does not hold.
    Wrong,
    /// The memory was used up.
    OutOfMemory,
    /// The time was used up.
    TimedOut,
    /// A panic, an exit or a signal.
    Crashed,
    /// It uses what it may not use.
    RefusedByPolicy,
    /// The body is still `todo!()`.
    NotAttempted,
    /// It does not compile.
    DidNotCompile,
    /// This grader failed; no points are lost.
    JudgeFault,
}

impl Verdict {
    /// The verdict that a finding stands for.
    pub fn of(finding: &Finding) -> Self {
        match finding {
            Finding::BeforeRun(found) => Self::before_run(found),
            Finding::CallFailed(found) => Self::call_failed(found),
            Finding::PropertyFailed(Violation::Call(finding)) => Self::of(finding),
            Finding::WrongOutput(_)
            | Finding::PropertyFailed(_)
            | Finding::FailsAsPart { .. }
            | Finding::Impure(_)
            | Finding::BelowBar { .. } => Self::Wrong,
        }
    }

    fn before_run(found: &BeforeRun) -> Self {
        match found {
            BeforeRun::NotAttempted => Self::NotAttempted,
            BeforeRun::DidNotCompile(_) => Self::DidNotCompile,
            BeforeRun::Forbidden { .. } => Self::RefusedByPolicy,
            BeforeRun::TimeIsUp { .. } => Self::TimedOut,
        }
    }

    fn call_failed(found: &CallFailed) -> Self {
        match found {
            CallFailed::Panicked { .. } | CallFailed::Crashed { .. } | CallFailed::TooManyThreads { .. } => {
                Self::Crashed
            }
            CallFailed::TimedOut { .. } | CallFailed::UsedUp { .. } => Self::TimedOut,
            CallFailed::OutOfMemory { .. } => Self::OutOfMemory,
            _ => Self::Wrong,
        }
    }
}

impl Verdict {
    /// Whether nothing speaks against the task: every check that was asked for holds.
    pub fn is_spotless(self) -> bool {
        matches!(self, Self::Passed | Self::NotRun)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Passed => "passed",
            Self::NotRun => "not run",
            Self::Skipped => "skipped",
            Self::Wrong => "wrong",
            Self::OutOfMemory => "out of memory",
            Self::TimedOut => "timed out",
            Self::Crashed => "crashed",
            Self::RefusedByPolicy => "refused",
            Self::NotAttempted => "not attempted",
            Self::DidNotCompile => "did not compile",
            Self::JudgeFault => "judge fault",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_fails_inside_a_property_keeps_its_own_verdict() {
        let crash = Finding::CallFailed(CallFailed::Panicked {
            message: String::new(),
            location: None,
        });
        let property = Finding::PropertyFailed(Violation::Call(Box::new(crash)));
        assert_eq!(Verdict::of(&property), Verdict::Crashed);
    }
}
