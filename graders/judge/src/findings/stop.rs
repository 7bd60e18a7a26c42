//! Why a check came to no end of its own: a finding, or a fault.

use crate::findings::fault::Fault;
use crate::findings::{Finding, Violation};

/// Why a call gave nothing to judge.
#[derive(Debug)]
pub enum Stop {
    /// The submission's doing.
    Found(Finding),
    /// This grader's doing.
    Fault(Fault),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Why a property did not hold, or could not be judged.
#[derive(Debug)]
pub enum Broken {
    /// The property does not hold.
    Property(Violation),
    /// This grader's doing.
    Fault(Fault),
}

impl From<Violation> for Broken {
    fn from(violation: Violation) -> Self {
        Self::Property(violation)
    }
}

impl From<Stop> for Broken {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Found(finding) => Self::Property(Violation::Call(Box::new(finding))),
            Stop::Fault(fault) => Self::Fault(fault),
        }
    }
}

/// Whether a property held.
pub type Holds = Result<(), Broken>;
