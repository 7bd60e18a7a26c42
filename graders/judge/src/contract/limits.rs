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

    /// The compiler may use up its limit so often for one submission.
    const COMPILE_RUNS: u32 = 4;
    /// Less is not enough for what is honest.
    const LEAST_COMPILE_SECONDS: u32 = 6;

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

    /// CPU seconds that all runs of the compiler over a submission may take together, those included that look for the file
    /// over which one run takes too long. It is the submission's own use, whatever time there is for the whole grading.
    pub fn all_compile_seconds(self) -> u32 {
        Self::COMPILE_RUNS * self.compile_seconds
    }

    /// The same limits where the whole grading has this many seconds: all runs of the compiler leave a third of them.
    #[must_use]
    pub fn within(self, seconds: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
        let share = (seconds / 1.5) as u32 / Self::COMPILE_RUNS;
        Self {
            compile_seconds: self.compile_seconds.min(share.max(Self::LEAST_COMPILE_SECONDS)),
            ..self
        }
    }

    /// Seconds that the calls of a submission may compute and sleep, all together: no task is begun after that.
    pub fn submission_seconds(self) -> f64 {
        10.0 * self.task_seconds()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_grading_leaves_the_compiler_less_and_never_too_little() {
        let limits = |compile_seconds| Limits {
            cpu_seconds: 5.0,
            memory_mib: 1,
            timeouts_per_task: 1,
            compile_seconds,
        };
        let within = |seconds| limits(20).within(seconds).compile_seconds;
        assert_eq!(limits(20).all_compile_seconds(), 80);
        assert_eq!((within(420.0), within(60.0), within(1.0)), (20, 10, 6));
        assert_eq!(
            limits(3).within(1.0).compile_seconds,
            3,
            "what the assignment names is the most"
        );
    }
}
