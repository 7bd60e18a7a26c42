//! How a worker is run: its limits, its environment, what starts it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::launch::{LaunchPolicy, Launcher, Resources};

/// Limits of a call and of the process that makes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// CPU time of a call in seconds; the wall clock stops it at ten times that.
    pub cpu_seconds: f64,
    /// Address space of a process in MiB; libtorch itself needs about 430.
    pub memory_mib: u64,
    /// The largest answer, in bytes.
    pub answer_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpu_seconds: 10.0,
            memory_mib: 4096,
            answer_bytes: 192 << 20,
        }
    }
}

/// How a worker is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What starts it.
    pub launcher: Launcher,
    /// Its limits.
    pub limits: Limits,
    /// Its whole environment.
    pub environment: BTreeMap<String, String>,
    /// How long it may take until it is ready.
    pub patience: Duration,
}

impl Settings {
    /// What holds unless somebody wants it otherwise.
    pub fn new(launcher: Launcher) -> Self {
        Self {
            launcher,
            limits: Limits::default(),
            environment: environment(),
            patience: Duration::from_secs(30),
        }
    }

    /// CPU time of a process over its whole life, in seconds: a backstop that no honest submission comes near.
    const LIFETIME: u64 = 3600;

    pub(super) fn policy(&self, program: PathBuf) -> LaunchPolicy {
        LaunchPolicy {
            directory: PathBuf::from("/"),
            program,
            arguments: Vec::new(),
            environment: self.environment.clone(),
            resources: Resources {
                cpu_seconds: Self::LIFETIME,
                address_space: Some(self.limits.memory_mib << 20),
                file_size: 0,
                descriptors: 64,
            },
            control: true,
        }
    }
}

/// What makes libtorch compute the same bits on every machine that can.
fn environment() -> BTreeMap<String, String> {
    let mut variables = vec![
        ("OMP_NUM_THREADS", "1"),
        ("MKL_NUM_THREADS", "1"),
        ("MKL_CBWR", "COMPATIBLE"),
        ("MALLOC_ARENA_MAX", "1"),
    ];
    if std::arch::is_x86_feature_detected!("avx2") {
        variables.extend([("ATEN_CPU_CAPABILITY", "avx2"), ("ONEDNN_MAX_CPU_ISA", "AVX2")]);
    }
    variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}
