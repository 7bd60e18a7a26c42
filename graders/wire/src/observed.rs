//! How a call ended, as seen from the judge's side of the border: facts, before anybody says what they mean.

use crate::message::{Ended, Outcome};
use crate::tensor::Tensors;

/// What was seen of one call.
#[derive(Debug, Clone, PartialEq)]
pub enum Observed {
    /// A well-formed answer to this very call arrived.
    Answered {
        /// The child's account.
        outcome: Outcome,
        /// The frame's tensors, in the groups of `message::Group`.
        tensors: Tensors,
    },
    /// Something arrived that is no answer to this call.
    Malformed {
        /// What is wrong with it.
        reason: String,
    },
    /// The process ended before it answered.
    Ended {
        /// Exit status or signal.
        how: Ended,
    },
    /// The call used up its time and was killed.
    TimedOut {
        /// CPU time of the process during the call, in seconds.
        cpu: f64,
        /// Wall time of the call, in seconds.
        wall: f64,
        /// Whether CPU time decided; otherwise the process was idle for ten times the limit.
        by_cpu: bool,
    },
    /// The process had more threads than it may, and was killed.
    TooManyThreads {
        /// How many it may have.
        limit: u32,
    },
    /// The calls of the task before this one have used up all the time that the task has; this one was stopped, or not
    /// made at all.
    UsedUp {
        /// The seconds of the task.
        seconds: f64,
        /// Whether most of them were slept away.
        slept: bool,
    },
    /// The process came up against its memory limit.
    OutOfMemory {
        /// The limit in MiB.
        limit: u64,
    },
}
