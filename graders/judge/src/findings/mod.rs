//! Every way in which a check can fail, as data. The words are in the `report` crate.

mod before_run;
mod call_failed;
pub mod fault;
mod impure;
pub mod measurement;
pub(crate) mod observed;
pub mod stop;
pub mod verdict;
mod wrong_output;

use serde::{Deserialize, Serialize};

use crate::compare::Mismatch;
use crate::findings::measurement::Measurement;

pub use before_run::{BeforeRun, Breaks, CompileError, Prohibition};
pub use call_failed::CallFailed;
pub use impure::Impure;
pub use wrong_output::{Behaviour, OnlyInF32, Steps, WrongOutput};

/// What a failed check has found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Finding {
    /// What is known without any input.
    BeforeRun(BeforeRun),
    /// A call that did not give what a call has to give.
    CallFailed(CallFailed),
    /// An output that is not what it has to be.
    WrongOutput(WrongOutput),
    /// A property does not hold.
    #[serde(alias = "law_broken")]
    PropertyFailed(Violation),
    /// It is right by its own checks, and a larger task fails with it that holds with the reference's in its place.
    FailsAsPart {
        /// The larger task.
        task: String,
        /// What that has found, where it may be told.
        finding: Option<Box<Finding>>,
    },
    /// A call that changed its arguments, or that does not depend on them alone.
    Impure(Impure),
    /// What was trained is not good enough.
    BelowBar {
        /// All that was measured; at least one of them does not reach its threshold.
        measurements: Vec<Measurement>,
    },
}

impl Finding {
    /// Whether it has used up a limit, so that trying again would cost as much once more.
    pub fn is_exhaustion(&self) -> bool {
        match self {
            Self::BeforeRun(found) => matches!(found, BeforeRun::TimeIsUp { .. }),
            Self::CallFailed(found) => found.is_exhaustion(),
            Self::PropertyFailed(Violation::Call(finding)) => finding.is_exhaustion(),
            Self::WrongOutput(_)
            | Self::PropertyFailed(_)
            | Self::FailsAsPart { .. }
            | Self::Impure(_)
            | Self::BelowBar { .. } => false,
        }
    }

    /// Whether the time of the whole task is used up.
    pub fn ends_task(&self) -> bool {
        match self {
            Self::CallFailed(CallFailed::UsedUp { .. }) => true,
            Self::PropertyFailed(Violation::Call(finding)) => finding.ends_task(),
            _ => false,
        }
    }
}

/// What fails a property, in a concrete case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Violation {
    /// Something had to stay as it was and did not.
    Changed {
        /// What was done to the input, such as `changing token 2`.
        cause: String,
        /// What had to stay.
        what: String,
        /// How it changed: expected is before, actual is after.
        mismatch: Mismatch,
    },
    /// Two quantities had to agree and do not.
    Unequal {
        /// The quantity that the function gave.
        what: String,
        /// What it has to equal.
        equals: String,
        /// How they differ: expected is what it has to equal.
        mismatch: Mismatch,
    },
    /// The gradient by an argument is not what it has to be.
    Gradient {
        argument: String,
        /// The other arguments by which it is not either.
        #[serde(default)]
        others: Vec<String>,
        /// What it has to be.
        measure: Measure,
        /// Whether no other argument required gradients.
        #[serde(default)]
        alone: bool,
        /// How they differ: expected is what it has to be.
        mismatch: Mismatch,
    },
    /// A value breaks a rule of its own.
    Value {
        /// What the value is.
        what: String,
        /// Where it stands.
        index: Vec<usize>,
        /// The value, as text so that NaN and infinities survive every format.
        value: String,
        /// What it has to be.
        rule: String,
    },
    /// A call of the property failed in a way of its own.
    Call(Box<Finding>),
}

/// What a gradient is held against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    /// The reference's gradient, value by value.
    Reference,
    /// How the function's own result changes along one direction, per unit of length.
    Derivative {
        /// The settings of dropout, such as `in training, dropout = 0.25`; empty outside training.
        settings: String,
    },
}

/// The smallest known input that fails a property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
    /// Which kind of valid arguments it is of, where a task has several; empty otherwise.
    #[serde(default)]
    pub kind: String,
    /// The sizes and settings by name.
    pub sizes: Vec<(String, i64)>,
    /// The sizes of the first failing input, before it was made smaller.
    pub found_at: Vec<(String, i64)>,
    /// Seed of the values.
    pub seed: u64,
    /// The calls that were made, in order, with their arguments.
    pub calls: Vec<RecordedCall>,
}

/// A call of a counterexample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedCall {
    /// The task whose function was called.
    pub task: String,
    /// The arguments, in the order of their names.
    pub arguments: Vec<RecordedArgument>,
}

/// An argument of a recorded call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordedArgument {
    pub name: String,
    pub dtype: String,
    pub shape: Vec<usize>,
    /// Its values in row-major order as text, so that NaN and infinities survive every format; empty where it is large.
    pub values: Vec<String>,
}
