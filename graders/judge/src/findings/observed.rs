//! The finding that an unsuccessful call stands for.

use wire::{Observed, Outcome};

use crate::findings::{BeforeRun, CallFailed, Finding};

/// The finding that an unsuccessful call stands for.
pub(crate) fn finding(observed: Observed) -> Finding {
    match observed {
        Observed::Malformed { reason } => Finding::CallFailed(CallFailed::Malformed { reason }),
        Observed::Ended { how } => Finding::CallFailed(CallFailed::Crashed { how }),
        Observed::TimedOut { cpu, wall, by_cpu } => Finding::CallFailed(CallFailed::TimedOut { cpu, wall, by_cpu }),
        Observed::UsedUp { seconds, slept } => Finding::CallFailed(CallFailed::UsedUp { seconds, slept }),
        Observed::TooManyThreads { limit } => Finding::CallFailed(CallFailed::TooManyThreads { limit }),
        Observed::OutOfMemory { limit } => Finding::CallFailed(CallFailed::OutOfMemory { limit }),
        Observed::Answered { outcome, .. } => match outcome {
            Outcome::Returned => Finding::CallFailed(CallFailed::Malformed {
                reason: "an empty answer".to_owned(),
            }),
            Outcome::Refused { reason } => Finding::CallFailed(CallFailed::RefusedValid { reason }),
            Outcome::NotAttempted => Finding::BeforeRun(BeforeRun::NotAttempted),
            Outcome::Panicked { message, location } => Finding::CallFailed(CallFailed::Panicked { message, location }),
            Outcome::Unusable { output, reason } => Finding::CallFailed(CallFailed::Unusable { output, reason }),
            Outcome::Elsewhere {
                output,
                expected,
                actual,
            } => Finding::CallFailed(CallFailed::WrongDevice {
                output,
                expected,
                actual,
            }),
            Outcome::NoGradient { reason } => Finding::CallFailed(CallFailed::NoGradient { reason }),
            // Only a submission that forges answers can say so of a request that the reference understands.
            Outcome::BadRequest { reason } => Finding::CallFailed(CallFailed::Malformed { reason }),
        },
    }
}
