//! The rights that a launched program gives up before it runs.
//!
//! Everything is made ready in the launcher, by `Confinement::prepare`, and put in force by `Confinement::enforce` in the
//! program's own process between fork and exec: it holds for the program and for everything that the program starts, and
//! the launcher keeps its own rights, which it needs to end them all. What a program may do is in its policy's
//! `SandboxProfile`; what this kernel can hold it to is probed, and `SandboxStatus` says what is missing.
//!
//! What rests on what: Landlock keeps files, TCP ports, signals and abstract sockets; the system call filter keeps every
//! other kind of socket, new processes, and changes of owners, modes and times, which Landlock does not know; dropped
//! capabilities take from root what neither of the two names. The user stays the same, also as root: toolchain and
//! libtorch may lie in a home that only its owner reads.

mod kernel_support;
mod privileges;
mod profile;
mod ruleset;
mod seccomp;

use std::fmt;
use std::io;

use landlock::RulesetCreated;
use seccompiler::BpfProgram;
use serde::{Deserialize, Serialize};

pub use kernel_support::{FULL_LANDLOCK, KernelSupport};
pub use privileges::is_root;
pub use profile::{Grants, SandboxProfile};

/// What holds a program back, for the report to state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxStatus {
    /// What is in force.
    pub measures: Vec<String>,
    /// What a stricter sandbox would add.
    pub missing: Vec<String>,
}

impl SandboxStatus {
    /// Whether nothing is missing.
    pub fn is_full(&self) -> bool {
        self.missing.is_empty()
    }

    /// What holds a program with these rights back where the kernel offers this much, its memory limited or not.
    pub fn of(profile: &SandboxProfile, is_memory_limited: bool, support: KernelSupport) -> Self {
        let limits = if is_memory_limited {
            "limits"
        } else {
            "limits except on memory"
        };
        let mut sandbox_status = Self {
            measures: vec!["separate process".to_owned(), limits.to_owned()],
            missing: Vec::new(),
        };
        match profile {
            SandboxProfile::Unconfined => sandbox_status
                .missing
                .extend(["Landlock", "system call filter"].map(str::to_owned)),
            SandboxProfile::Build(_) | SandboxProfile::Run(_) => {
                sandbox_status.measures.push("no capabilities".to_owned());
                sandbox_status.measures.extend(support.measures());
                sandbox_status.missing = support.missing();
            }
        }
        sandbox_status
    }
}

impl fmt::Display for SandboxStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.lines().join(", "))
    }
}

impl SandboxStatus {
    /// What is in force and what is not, one thing each, for a report.
    pub fn lines(&self) -> Vec<String> {
        let missing = self.missing.iter().map(|what| format!("NOT in force: {what}"));
        self.measures.iter().cloned().chain(missing).collect()
    }
}

/// What is to be put in force, made ready.
pub(crate) struct Confinement {
    confined: bool,
    files: Option<RulesetCreated>,
    calls: Option<BpfProgram>,
    sandbox_status: SandboxStatus,
}

impl Confinement {
    /// Makes ready what takes all but `rights`, as far as this kernel offers it.
    pub(crate) fn prepare(
        profile: &SandboxProfile,
        is_memory_limited: bool,
        support: KernelSupport,
    ) -> io::Result<Self> {
        let sandbox_status = SandboxStatus::of(profile, is_memory_limited, support);
        let (grants, calls) = match profile {
            SandboxProfile::Unconfined => {
                return Ok(Self {
                    confined: false,
                    files: None,
                    calls: None,
                    sandbox_status,
                });
            }
            SandboxProfile::Build(grants) => (grants, seccomp::of_a_build()),
            SandboxProfile::Run(grants) => (grants, seccomp::of_a_run()),
        };
        let files = (support.landlock > 0).then(|| ruleset::of(grants)).transpose()?;
        Ok(Self {
            confined: true,
            files,
            calls: support.filter.then_some(calls).transpose()?,
            sandbox_status,
        })
    }

    /// What will be in force.
    pub(crate) fn sandbox_status(&self) -> &SandboxStatus {
        &self.sandbox_status
    }

    /// Puts it in force for this process, for good. The order matters: capabilities are dropped while nothing forbids it,
    /// and the filter, which allows neither of the other two, comes last.
    pub(crate) fn enforce(&mut self) -> io::Result<()> {
        if !self.confined {
            return Ok(());
        }
        privileges::drop_all()?;
        if let Some(files) = self.files.take() {
            ruleset::enforce(files)?;
        }
        match &self.calls {
            Some(calls) => seccompiler::apply_filter(calls).map_err(io::Error::other),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_force_is_said() {
        let sandbox_status = SandboxStatus {
            measures: vec!["limits".into()],
            missing: vec!["Landlock".into()],
        };
        assert_eq!(sandbox_status.to_string(), "limits, NOT in force: Landlock");
    }

    #[test]
    fn every_older_kernel_lacks_something_that_is_named() {
        let run = SandboxProfile::Run(Grants::default());
        let missing = |landlock, filter| SandboxStatus::of(&run, true, KernelSupport { landlock, filter }).missing;
        assert!(missing(FULL_LANDLOCK, true).is_empty());
        assert_eq!(missing(0, true), ["Landlock"]);
        for landlock in 1..FULL_LANDLOCK {
            assert!(!missing(landlock, true).is_empty(), "{landlock}");
            assert!(missing(landlock, true).len() >= missing(landlock + 1, true).len());
        }
        assert_eq!(missing(FULL_LANDLOCK, false), ["system call filter"]);
    }

    #[test]
    fn a_program_that_nobody_confines_is_said_to_be_so() {
        let sandbox_status = SandboxStatus::of(
            &SandboxProfile::Unconfined,
            true,
            KernelSupport {
                landlock: FULL_LANDLOCK,
                filter: true,
            },
        );
        assert_eq!(sandbox_status.missing, ["Landlock", "system call filter"]);
    }
}
