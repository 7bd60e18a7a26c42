//! What the derived checks go by, and what comes of them.

use crate::checks::probe::Probe;
use crate::contract::exchange::Exchange;
use crate::contract::random::Random;
use crate::contract::subject::Subject;
use crate::contract::tolerance::Tolerances;
use crate::contract::{Case, Expect, Task};
use crate::findings::fault::Fault;
use crate::findings::stop::Stop;
use crate::findings::{Counterexample, Finding};
use crate::fixtures::case::StoredCase;

/// A check that is derived from what a task is.
#[derive(Debug, Clone, Copy)]
pub struct Derived {
    pub name: &'static str,
    /// What has to hold.
    pub statement: &'static str,
    /// Whether a task has it.
    pub applies: fn(&Task) -> bool,
    /// Tries it.
    pub run: fn(&Material<'_>, &mut dyn Subject) -> Result<Run, Fault>,
}

/// What the checks have to go by.
#[derive(Debug, Clone, Copy)]
pub struct Material<'a> {
    pub task: &'a Task,
    /// The golden cases that hold.
    pub held: &'a [(&'static Case, &'a StoredCase)],
    /// Inputs on which the submission agrees with the reference, and what it gives for them.
    pub known: &'a [Known],
    pub tolerances: &'a Tolerances,
    /// Seed of what is drawn.
    pub seed: u64,
    /// Whether the golden cases are as exact as f64: where they are not, that is for the check of precision.
    pub is_exact: bool,
    /// Whether a failing case is made smaller.
    pub shrinks: bool,
}

/// A golden case with inputs of its kind and what the reference gives for them.
pub type Known = (&'static Case, StoredCase);

/// What came of a derived check.
#[derive(Debug)]
pub enum Run {
    /// It holds wherever it was tried.
    Holds,
    /// There was nothing to try it on.
    Nothing,
    /// No reference is at hand.
    NoReference,
    /// It does not hold.
    Fails(Box<Failure>),
}

/// A derived check that does not hold.
#[derive(Debug)]
pub struct Failure {
    /// What was found.
    pub finding: Finding,
    /// The input that shows it.
    pub counterexample: Counterexample,
    /// Its calls with what they gave.
    pub exchanges: Vec<Exchange>,
    /// Whether it shows however the arguments lie in memory.
    pub is_seen_on_copies: bool,
}

impl Failure {
    pub(super) fn of(probe: &Probe<'_>, finding: Finding, seed: u64) -> Run {
        Run::Fails(Box::new(Self {
            finding,
            counterexample: Counterexample {
                kind: String::new(),
                sizes: Vec::new(),
                found_at: Vec::new(),
                seed,
                calls: probe.calls(),
            },
            exchanges: probe.exchanges().to_vec(),
            is_seen_on_copies: true,
        }))
    }
}

impl Run {
    /// The same, where copies of the arguments do not show it.
    pub(super) fn of_views(mut self) -> Self {
        if let Self::Fails(failure) = &mut self {
            failure.is_seen_on_copies = false;
        }
        self
    }
}

/// What a call gave, or what is wrong with it.
pub(super) fn answered<T>(result: Result<T, Stop>) -> Result<Result<T, Finding>, Fault> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Stop::Found(finding)) => Ok(Err(finding)),
        Err(Stop::Fault(fault)) => Err(fault),
    }
}

/// Whether outputs of a case are compared with stored ones.
pub(super) fn has_outputs(case: &Case) -> bool {
    matches!(case.expect, Expect::Outputs)
}

/// Whether a task has a golden case with outputs and an argument with axes.
pub(super) fn takes_tensors(task: &Task) -> bool {
    let mut cases = task.cases.iter().filter(|case| has_outputs(case));
    cases.any(|case| {
        let inputs = (case.arguments)(&mut Random::new(0, "axes"));
        inputs.values().any(|tensor| !tensor.shape().is_empty())
    })
}
