//! The limits of calls, of tasks and of a submission.

use serde::{Deserialize, Serialize};

/// Limits of one call and of the process that makes it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// CPU seconds per call; four times that asleep, and ten times that by the wall clock, stop a call as well.
    pub cpu_seconds: f64,
    /// Address space in MiB.
    pub memory_mib: u64,
    /// After so many checks that have used up time, memory or threads the rest of a task is skipped.
    pub timeouts_per_task: u32,
    /// CPU seconds that the compiler may take for one run over the submission.
    #[serde(default = "Limits::usual_compile_seconds")]
    pub compile_seconds: u32,
}

impl Limits {
    /// The compiler's limit where an assignment names none: many times what any honest submission takes.
    pub const COMPILE_SECONDS: u32 = 20;

    fn usual_compile_seconds() -> u32 {
        Self::COMPILE_SECONDS
    }
}

impl Limits {
    /// Seconds that the calls of a task may compute and sleep, all together; ten times that by the wall clock. Trials,
    /// which have limits of their own, do not count.
    pub fn task_seconds(self) -> f64 {
        12.0 * self.cpu_seconds
    }

    /// Seconds that the calls of a submission may compute and sleep, all together: no task is begun after that.
    pub fn submission_seconds(self) -> f64 {
        10.0 * self.task_seconds()
    }
}
