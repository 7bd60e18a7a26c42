//! The rights that a launched program gives up before it runs.
//!
//! Everything is made ready in the launcher, by `Confinement::prepare`, and put in force by `Confinement::enforce` in the
//! program's own process between fork and exec: it holds for the program and for everything that the program starts, and
//! the launcher keeps its own rights, which it needs to end them all. What a program may do stands in its policy's
//! `Rights`; what this kernel can hold it to is probed, and `InForce` says what is missing.
//!
//! What rests on what: Landlock keeps files, TCP ports, signals and abstract sockets; the system call filter keeps every
//! other kind of socket, new processes, and changes of owners, modes and times, which Landlock does not know; dropped
//! capabilities take from root what neither of the two names. The user stays the same, also as root: toolchain and
//! libtorch may lie in a home that only its owner reads.

mod calls;
mod files;
mod offer;
mod privileges;
mod rights;

use std::fmt;
use std::io;

use landlock::RulesetCreated;
use seccompiler::BpfProgram;
use serde::{Deserialize, Serialize};

pub use offer::{FULL_LANDLOCK, Offer};
pub use privileges::is_root;
pub use rights::{Grants, Rights};

/// What holds a program back, for the report to state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InForce {
    /// What is in force.
    pub measures: Vec<String>,
    /// What a stricter sandbox would add.
    pub missing: Vec<String>,
}

impl InForce {
    /// Whether nothing is missing.
    pub fn is_full(&self) -> bool {
        self.missing.is_empty()
    }

    /// What holds a program with these rights back where the kernel offers this much, its memory limited or not.
    pub fn of(rights: &Rights, is_memory_limited: bool, offer: Offer) -> Self {
        let limits = if is_memory_limited {
            "limits"
        } else {
            "limits except on memory"
        };
        let mut in_force = Self {
            measures: vec!["separate process".to_owned(), limits.to_owned()],
            missing: Vec::new(),
        };
        match rights {
            Rights::Unconfined => in_force
                .missing
                .extend(["Landlock", "system call filter"].map(str::to_owned)),
            Rights::Build(_) | Rights::Run(_) => {
                in_force.measures.push("no capabilities".to_owned());
                in_force.measures.extend(offer.measures());
                in_force.missing = offer.missing();
            }
        }
        in_force
    }
}

impl fmt::Display for InForce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.lines().join(", "))
    }
}

impl InForce {
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
    in_force: InForce,
}

impl Confinement {
    /// Makes ready what takes all but `rights`, as far as this kernel offers it.
    pub(crate) fn prepare(rights: &Rights, is_memory_limited: bool, offer: Offer) -> io::Result<Self> {
        let in_force = InForce::of(rights, is_memory_limited, offer);
        let (grants, calls) = match rights {
            Rights::Unconfined => {
                return Ok(Self {
                    confined: false,
                    files: None,
                    calls: None,
                    in_force,
                });
            }
            Rights::Build(grants) => (grants, calls::of_a_build()),
            Rights::Run(grants) => (grants, calls::of_a_run()),
        };
        let files = (offer.landlock > 0).then(|| files::ruleset(grants)).transpose()?;
        Ok(Self {
            confined: true,
            files,
            calls: offer.filter.then_some(calls).transpose()?,
            in_force,
        })
    }

    /// What will be in force.
    pub(crate) fn in_force(&self) -> &InForce {
        &self.in_force
    }

    /// Puts it in force for this process, for good. The order matters: capabilities are dropped while nothing forbids it,
    /// and the filter, which allows neither of the other two, comes last.
    pub(crate) fn enforce(&mut self) -> io::Result<()> {
        if !self.confined {
            return Ok(());
        }
        privileges::drop_all()?;
        if let Some(files) = self.files.take() {
            files::enforce(files)?;
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
        let in_force = InForce {
            measures: vec!["limits".into()],
            missing: vec!["Landlock".into()],
        };
        assert_eq!(in_force.to_string(), "limits, NOT in force: Landlock");
    }

    #[test]
    fn every_older_kernel_lacks_something_that_is_named() {
        let run = Rights::Run(Grants::default());
        let missing = |landlock, filter| InForce::of(&run, true, Offer { landlock, filter }).missing;
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
        let in_force = InForce::of(
            &Rights::Unconfined,
            true,
            Offer {
                landlock: FULL_LANDLOCK,
                filter: true,
            },
        );
        assert_eq!(in_force.missing, ["Landlock", "system call filter"]);
    }
}
