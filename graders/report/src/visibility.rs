//! What an assignment lets a student see. It is decided while the model is built, so that no renderer can leak.
//!
//! A hidden task's golden inputs are secret, and with them everything that a function could say of them: differences,
//! panic messages, exit statuses, the purity checks, which use the same inputs, and the differential one, whose inputs
//! share with them what a case leaves fixed. Properties draw inputs of their own,
//! which are no secret; but a function may carry a golden input over to a property's call, so that its free text is left
//! out there as well, and of its values all but the worst one.
//!
//! A withheld task's expected values are the answer that is asked for, so that it is shown like a hidden one. A task for
//! which the reference has answered a hidden or withheld part has had that part's answers in its hands: whatever it
//! gives back can be one of them, so of its checks is said only whether they hold.

use judge::compare::{Difference, Mismatch};
use judge::findings::{CallFailed, Finding, Violation};
use judge::grading::assignment::{Assignment, Entry, Visibility};
use judge::grading::judgement::Kind;

/// How much of a failed check may be shown.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sight {
    /// All of this.
    Finding(Finding),
    /// Only that it does not hold.
    Nothing,
}

/// How much of a task is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Openness {
    /// Everything.
    Open,
    /// Of golden cases and their kind only whether they hold, of properties no free text.
    Hidden,
    /// Only whether checks hold.
    Closed,
}

impl Openness {
    /// That of a task for which the reference has answered these parts.
    pub(crate) fn of(assignment: &Assignment, entry: &Entry, answered: &[String]) -> Self {
        let is_kept = |entry: &Entry| entry.withheld || entry.visibility == Visibility::Hidden;
        let mut parts = answered.iter().filter_map(|part| assignment.entry(part));
        if parts.any(is_kept) {
            Self::Closed
        } else if is_kept(entry) {
            Self::Hidden
        } else {
            Self::Open
        }
    }
}

/// What may be shown of a finding.
pub(crate) fn sight(openness: Openness, kind: Kind, finding: &Finding) -> Sight {
    match (openness, kind) {
        (Openness::Open, _) => Sight::Finding(finding.clone()),
        (Openness::Hidden, Kind::Property | Kind::Trial) => Sight::Finding(without_free_text(finding)),
        (Openness::Closed, _)
        | (Openness::Hidden, Kind::Golden | Kind::Single | Kind::Precision | Kind::Purity | Kind::Differential) => {
            match finding {
                Finding::BeforeRun(_) => Sight::Finding(finding.clone()),
                Finding::CallFailed(_)
                | Finding::WrongOutput(_)
                | Finding::PropertyFailed(_)
                | Finding::FailsAsPart { .. }
                | Finding::Impure(_)
                | Finding::BelowBar { .. } => Sight::Nothing,
            }
        }
    }
}

/// The finding without the text that the submission chose.
fn without_free_text(finding: &Finding) -> Finding {
    match finding {
        Finding::CallFailed(found) => Finding::CallFailed(call_without_free_text(found)),
        Finding::PropertyFailed(violation) => Finding::PropertyFailed(violation_without_free_text(violation)),
        Finding::FailsAsPart { task, finding } => Finding::FailsAsPart {
            task: task.clone(),
            finding: finding.as_ref().map(|finding| Box::new(without_free_text(finding))),
        },
        Finding::BeforeRun(_) | Finding::WrongOutput(_) | Finding::Impure(_) | Finding::BelowBar { .. } => {
            finding.clone()
        }
    }
}

fn violation_without_free_text(violation: &Violation) -> Violation {
    match violation {
        Violation::Call(inner) => Violation::Call(Box::new(without_free_text(inner))),
        Violation::Changed { cause, what, mismatch } => Violation::Changed {
            cause: cause.clone(),
            what: what.clone(),
            mismatch: without_window(mismatch),
        },
        Violation::Unequal { what, equals, mismatch } => Violation::Unequal {
            what: what.clone(),
            equals: equals.clone(),
            mismatch: without_window(mismatch),
        },
        Violation::Gradient {
            argument,
            others,
            measure,
            alone,
            mismatch,
        } => Violation::Gradient {
            argument: argument.clone(),
            others: others.clone(),
            measure: measure.clone(),
            alone: *alone,
            mismatch: without_window(mismatch),
        },
        Violation::Value { .. } => violation.clone(),
    }
}

fn call_without_free_text(found: &CallFailed) -> CallFailed {
    match found {
        CallFailed::Panicked { message: _, location } => CallFailed::Panicked {
            message: String::new(),
            location: location.clone(),
        },
        CallFailed::RefusedValid { reason: _ } => CallFailed::RefusedValid { reason: String::new() },
        CallFailed::Unusable { .. } => CallFailed::Unusable {
            output: String::new(),
            reason: String::new(),
        },
        CallFailed::WrongDevice { .. } => CallFailed::WrongDevice {
            output: String::new(),
            expected: String::new(),
            actual: String::new(),
        },
        CallFailed::NoGradient { reason: _ } => CallFailed::NoGradient { reason: String::new() },
        CallFailed::Malformed { reason: _ } => CallFailed::Malformed {
            reason: "it cannot be read".to_owned(),
        },
        CallFailed::Crashed { .. }
        | CallFailed::TimedOut { .. }
        | CallFailed::UsedUp { .. }
        | CallFailed::TooManyThreads { .. }
        | CallFailed::OutOfMemory { .. }
        | CallFailed::AcceptedInvalid { .. } => found.clone(),
    }
}

/// A picture would carry many values of the submission's choice.
fn without_window(mismatch: &Mismatch) -> Mismatch {
    let bare = |difference: &Difference| Difference {
        window: None,
        ..difference.clone()
    };
    match mismatch {
        Mismatch::NotFinite(difference) => Mismatch::NotFinite(bare(difference)),
        Mismatch::Values(difference) => Mismatch::Values(bare(difference)),
        Mismatch::DType { .. } | Mismatch::Shape { .. } => mismatch.clone(),
    }
}
