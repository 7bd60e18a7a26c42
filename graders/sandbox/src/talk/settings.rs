//! How a worker is run: its limits, its environment, what starts it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::confine::SandboxProfile;
use crate::launch::{LaunchPolicy, Launcher, Resources};

/// Limits of a call and of the process that makes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// CPU time of a call in seconds; four times that asleep and ten times that by the wall clock stop it as well.
    pub cpu_seconds: f64,
    /// Address space of a process in MiB; libtorch itself needs about 430.
    pub memory_mib: u64,
    /// The largest answer, in bytes.
    pub answer_bytes: usize,
    /// Threads of a process. They are counted, since no limit of the kernel holds for root.
    pub threads: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpu_seconds: 10.0,
            memory_mib: 4096,
            answer_bytes: 192 << 20,
            threads: 64,
        }
    }
}

/// How a worker is run.
#[derive(Debug, Clone)]
pub struct Settings {
    /// What starts it.
    pub launcher: Launcher,
    pub limits: Limits,
    /// Its whole environment.
    pub environment: BTreeMap<String, String>,
    /// Folders of libraries that it may read beside the system's.
    pub libraries: Vec<PathBuf>,
    /// How long it may take until it is ready.
    pub patience: Duration,
    /// Whether it is confined at all.
    confined: bool,
    /// CUDA's kernels, a `libtorch_cuda.so`, where calls are to compute on a GPU.
    pub cuda: Option<PathBuf>,
}

impl Settings {
    /// What holds unless somebody wants it otherwise.
    pub fn new(launcher: Launcher) -> Self {
        Self {
            launcher,
            limits: Limits::default(),
            environment: environment(),
            libraries: Vec::new(),
            patience: Duration::from_secs(30),
            confined: true,
            cuda: None,
        }
    }

    /// Takes nothing away from a program of our own, so that what the sandbox costs can be measured.
    #[must_use]
    pub fn unconfined(self) -> Self {
        Self {
            confined: false,
            ..self
        }
    }

    /// Has calls compute on a GPU, with this `libtorch_cuda.so`.
    #[must_use]
    pub fn on_cuda(mut self, library: PathBuf) -> Self {
        let variables = CUDA_ENVIRONMENT.map(|(name, value)| (name.to_owned(), value.to_owned()));
        self.environment.extend(variables);
        self.cuda = Some(library);
        self
    }

    /// CPU time of a process over its whole life, in seconds: a backstop that no honest submission comes near.
    const LIFETIME: u64 = 3600;

    pub(super) fn policy(&self, program: PathBuf) -> LaunchPolicy {
        LaunchPolicy {
            directory: PathBuf::from("/"),
            profile: self.rights(&program),
            program,
            arguments: Vec::new(),
            environment: self.environment.clone(),
            resources: self.resources(),
            control: true,
        }
    }

    /// On CUDA nothing is taken away: which device nodes and calls its driver needs has not been tried.
    fn rights(&self, program: &Path) -> SandboxProfile {
        match self.cuda {
            None if self.confined => SandboxProfile::run(program, &self.libraries),
            _ => SandboxProfile::Unconfined,
        }
    }

    /// CUDA has a run policy of its own: it reserves tens of GiB of addresses that it never fills, opens a descriptor per
    /// device node and stream, and its driver may leave small files.
    fn resources(&self) -> Resources {
        let on_processor = Resources {
            cpu_seconds: Self::LIFETIME,
            address_space: Some(self.limits.memory_mib << 20),
            file_size: 0,
            descriptors: 64,
        };
        match self.cuda {
            None => on_processor,
            Some(_) => Resources {
                address_space: None,
                file_size: 16 << 20,
                descriptors: 1024,
                ..on_processor
            },
        }
    }
}

/// What makes CUDA compute the same bits each time, in full precision, and write nothing: cuBLAS's workspace of a fixed
/// size, no TF32 in any library, no caches of compiled kernels.
const CUDA_ENVIRONMENT: [(&str, &str); 4] = [
    ("CUBLAS_WORKSPACE_CONFIG", ":4096:8"),
    ("NVIDIA_TF32_OVERRIDE", "0"),
    ("CUDA_CACHE_DISABLE", "1"),
    ("USE_PYTORCH_KERNEL_CACHE", "0"),
];

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

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn only_cuda_lifts_the_limit_on_memory() {
        let settings = Settings::new(Launcher::this().unwrap());
        let on_processor = settings.policy(PathBuf::from("/worker"));
        assert_eq!(on_processor.resources.address_space, Some(4096 << 20));
        let on_cuda = settings.on_cuda("/l/libtorch_cuda.so".into()).policy("/worker".into());
        assert_eq!(on_cuda.resources.address_space, None);
        assert_eq!(on_cuda.profile, SandboxProfile::Unconfined);
        assert!(matches!(on_processor.profile, SandboxProfile::Run(_)));
        assert_eq!(on_cuda.environment["NVIDIA_TF32_OVERRIDE"], "0");
        assert!(!on_processor.environment.contains_key("NVIDIA_TF32_OVERRIDE"));
    }
}
