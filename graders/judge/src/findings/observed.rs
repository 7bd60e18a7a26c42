//! The finding that an unsuccessful call stands for.

use wire::{Observed, Outcome};

use crate::findings::Finding;

/// The finding that an unsuccessful call stands for.
pub(crate) fn finding(observed: Observed) -> Finding {
    match observed {
        Observed::Malformed { reason } => Finding::Malformed { reason },
        Observed::Ended { how } => Finding::Crashed { how },
        Observed::TimedOut { cpu, wall, by_cpu } => Finding::TimedOut { cpu, wall, by_cpu },
        Observed::UsedUp { seconds, slept } => Finding::UsedUp { seconds, slept },
        Observed::TooManyThreads { limit } => Finding::TooManyThreads { limit },
        Observed::OutOfMemory { limit } => Finding::OutOfMemory { limit },
        Observed::Answered { outcome, .. } => match outcome {
            Outcome::Returned => Finding::Malformed {
                reason: "an empty answer".to_owned(),
            },
            Outcome::Refused { reason } => Finding::RefusedValid { reason },
            Outcome::NotAttempted => Finding::NotAttempted,
            Outcome::Panicked { message, location } => Finding::Panicked { message, location },
            Outcome::Unusable { output, reason } => Finding::Unusable { output, reason },
            Outcome::Elsewhere {
                output,
                expected,
                actual,
            } => Finding::WrongDevice {
                output,
                expected,
                actual,
            },
            Outcome::NoGradient { reason } => Finding::NoGradient { reason },
            // Only a submission that forges answers can say so of a request that the reference understands.
            Outcome::BadRequest { reason } => Finding::Malformed { reason },
        },
    }
}
