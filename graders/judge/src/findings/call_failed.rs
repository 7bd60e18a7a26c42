//! A call that did not give what a call has to give.

use serde::{Deserialize, Serialize};
use wire::Ended;

/// What the system ends a process by that has used up the machine's memory.
const SIGKILL: i32 = 9;

/// A call that did not give what a call has to give.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CallFailed {
    /// The function panicked.
    Panicked {
        /// The panic's text.
        message: String,
        /// File and line in the submission, where known.
        location: Option<String>,
    },
    /// The process ended before it answered.
    Crashed {
        /// Exit status or signal.
        how: Ended,
    },
    /// The time was used up.
    TimedOut {
        /// CPU seconds used.
        cpu: f64,
        /// Wall seconds used.
        wall: f64,
        /// Whether CPU time decided.
        by_cpu: bool,
    },
    /// The calls of the task have together used up the time that the task has.
    UsedUp {
        /// The seconds of the task.
        seconds: f64,
        /// Whether most of them were slept away.
        slept: bool,
    },
    /// The process had more threads than it may.
    TooManyThreads {
        /// How many it may have.
        limit: u32,
    },
    /// The memory was used up.
    OutOfMemory {
        /// The limit in MiB.
        limit: u64,
    },
    /// What came back is no answer.
    Malformed {
        /// What is wrong with it.
        reason: String,
    },
    /// The function refused an input that is valid.
    RefusedValid {
        /// The submission's words.
        reason: String,
    },
    /// The function accepted an input that it has to refuse.
    AcceptedInvalid {
        /// What is invalid.
        input: String,
    },
    /// An output is no tensor that can be judged.
    Unusable {
        /// Its name.
        output: String,
        /// What it is instead.
        reason: String,
    },
    /// An output is on another device than the inputs.
    WrongDevice {
        /// The output's name.
        output: String,
        /// Where the inputs are, such as `cuda:0`.
        expected: String,
        /// Where the output is.
        actual: String,
    },
    /// A gradient that should exist does not.
    NoGradient {
        /// libtorch's words.
        reason: String,
    },
}

impl CallFailed {
    /// Whether it has used up a limit, so that trying again would cost as much once more.
    pub(super) fn is_exhaustion(&self) -> bool {
        match self {
            Self::TimedOut { .. } | Self::UsedUp { .. } | Self::TooManyThreads { .. } | Self::OutOfMemory { .. } => {
                true
            }
            Self::Crashed { how } => *how == Ended::Signalled(SIGKILL),
            _ => false,
        }
    }
}
