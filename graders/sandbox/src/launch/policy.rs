//! What a launched program may use, and the words that launcher and judge exchange.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use wire::Ended;

use crate::confine::{SandboxProfile, SandboxStatus};

/// A program and its surroundings. Nothing is inherited: no variable, no descriptor but those named here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaunchPolicy {
    /// The program, absolute.
    pub program: PathBuf,
    pub arguments: Vec<String>,
    /// Its whole environment.
    pub environment: BTreeMap<String, String>,
    /// Where it runs.
    pub directory: PathBuf,
    /// Its limits.
    pub resources: Resources,
    /// What it may reach.
    pub profile: SandboxProfile,
    /// Whether descriptor 3 is handed on to it; any other above 2 is closed.
    pub control: bool,
}

/// Limits of each process of a program, enforced by the kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resources {
    /// CPU time in seconds.
    pub cpu_seconds: u64,
    /// Address space in bytes; `None`: unlimited.
    pub address_space: Option<u64>,
    /// The largest file that may be written, in bytes.
    pub file_size: u64,
    /// Open descriptors.
    pub descriptors: u64,
}

/// What a launcher says on the lifeline, one line each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum LauncherMessage {
    /// The program runs.
    Started { pid: i32, sandbox_status: SandboxStatus },
    /// The program and all its descendants are gone; it, and those that it has waited for, have computed so long.
    Ended { how: Ended, cpu_ms: u64 },
    /// The program could not be started, or its end could not be seen.
    Failed(String),
}
