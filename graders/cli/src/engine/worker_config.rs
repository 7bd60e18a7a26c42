//! Under which settings a submission runs, and by how many threads it is judged.

use std::fmt;

/// How a worker is set up. Anything but the usual is for calibration and for the self-test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WorkerConfig {
    /// Threads of libtorch.
    pub(crate) threads: u32,
    /// Whether wide vector instructions are used where the processor has them.
    pub(crate) vectors: bool,
}

impl Default for WorkerConfig {
    fn default() -> Self {
        Self {
            threads: 1,
            vectors: true,
        }
    }
}

impl WorkerConfig {
    /// All settings under which correct code must be accepted.
    pub(crate) fn variants() -> Vec<Self> {
        let both = |threads| [true, false].map(|vectors| Self { threads, vectors });
        [1, 2].into_iter().flat_map(both).collect()
    }
}

impl fmt::Display for WorkerConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let threads = if self.threads == 1 {
            "1 thread".to_owned()
        } else {
            format!("{} threads", self.threads)
        };
        let vectors = if self.vectors {
            "wide vectors"
        } else {
            "no wide vectors"
        };
        write!(formatter, "{threads}, {vectors}")
    }
}

/// How a submission is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunConfig {
    /// How many threads of the grader share the tasks, each with a worker of its own.
    pub(crate) threads: usize,
    /// How the workers are set up.
    pub(crate) setting: WorkerConfig,
}
