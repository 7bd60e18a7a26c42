//! Every way in which a check can fail, as data. The words are in the `report` crate.

pub mod fault;
pub mod measurement;
pub(crate) mod observed;
pub mod stop;
pub mod verdict;

use serde::{Deserialize, Serialize};
use wire::Ended;

use crate::compare::pattern::Pattern;
use crate::compare::{Difference, Mismatch};
use crate::findings::measurement::Measurement;

/// What a failed check has found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Finding {
    /// The function's body is still `todo!()`.
    NotAttempted,
    /// The file of the task does not compile, or the function's signature was changed.
    DidNotCompile(CompileError),
    /// The task uses what it may not use.
    Forbidden {
        /// File of the submission.
        file: String,
        /// Line in it.
        line: usize,
        /// What was used, as it is written.
        item: String,
        /// The helper that uses it, where it is not the task's own function.
        inside: Option<String>,
        /// Why it may not be used.
        why: Prohibition,
    },
    /// The function panicked.
    Panicked {
        /// The panic's text.
        message: String,
        /// File and line in the submission, where known.
        location: Option<String>,
    },
    /// The process ended before it answered.
    Crashed {
        /// Exit status or signal.
        how: Ended,
    },
    /// The time was used up.
    TimedOut {
        /// CPU seconds used.
        cpu: f64,
        /// Wall seconds used.
        wall: f64,
        /// Whether CPU time decided.
        by_cpu: bool,
    },
    /// The time for the submission as a whole was used up before this task's turn came.
    TimeIsUp {
        /// Seconds by the wall clock.
        seconds: f64,
    },
    /// The calls of the task have together used up the time that the task has.
    UsedUp {
        /// The seconds of the task.
        seconds: f64,
        /// Whether most of them were slept away.
        slept: bool,
    },
    /// The process had more threads than it may.
    TooManyThreads {
        /// How many it may have.
        limit: u32,
    },
    /// The memory was used up.
    OutOfMemory {
        /// The limit in MiB.
        limit: u64,
    },
    /// What came back is no answer.
    Malformed {
        /// What is wrong with it.
        reason: String,
    },
    /// The function refused an input that is valid.
    RefusedValid {
        /// The submission's words.
        reason: String,
    },
    /// The function accepted an input that it has to refuse.
    AcceptedInvalid {
        /// What is invalid.
        input: String,
    },
    /// An output is missing.
    MissingOutput {
        /// Its name.
        output: String,
    },
    /// An output is no tensor that can be judged.
    Unusable {
        /// Its name.
        output: String,
        /// What it is instead.
        reason: String,
    },
    /// An output is on another device than the inputs.
    WrongDevice {
        /// The output's name.
        output: String,
        /// Where the inputs are, such as `cuda:0`.
        expected: String,
        /// Where the output is.
        actual: String,
    },
    /// A gradient that should exist does not.
    NoGradient {
        /// libtorch's words.
        reason: String,
    },
    /// An output is not what was expected.
    Wrong {
        /// The golden case.
        case: String,
        /// The output's name.
        output: String,
        /// How it differs.
        mismatch: Mismatch,
        /// In which patterns.
        patterns: Vec<Pattern>,
    },
    /// Positions of padding see nothing, or are NaN because of it.
    NanInPadding {
        /// The golden case, where it is one.
        case: Option<String>,
        /// The output's name.
        output: String,
        /// Where in it: a row of a mask, or a value.
        index: Vec<usize>,
        /// Whether the output is a mask, whose row sees nothing; otherwise it is NaN there.
        blank: bool,
    },
    /// On fresh inputs an output is not what the reference gives.
    Differs {
        /// The golden case whose kind the inputs are of.
        case: String,
        /// The output's name.
        output: String,
        /// How it differs.
        mismatch: Mismatch,
        /// Seed of the inputs.
        seed: u64,
    },
    /// An f64 output is right to f32 only.
    Imprecise {
        /// The golden case.
        case: String,
        /// The output's name.
        output: String,
        /// How it differs.
        difference: Difference,
    },
    /// In f64 it fails outright, because some step is in f32 whatever the input; in f32 the same cases are right.
    SingleOnly {
        /// The golden case, where it is known.
        case: Option<String>,
        /// How it shows.
        how: OnlyInF32,
    },
    /// An output is right, behind axes of size 1 that it should not have.
    ExtraAxes {
        /// The golden case.
        case: String,
        /// The output's name.
        output: String,
        /// The shape that was asked for.
        expected: Vec<usize>,
        /// The shape that came.
        actual: Vec<usize>,
    },
    /// An answer that is tried out, and does something else than it has to.
    Misbehaves {
        /// The golden case.
        case: String,
        /// What it does.
        behaviour: Behaviour,
    },
    /// A drawn token that cannot be drawn.
    OutsideSupport {
        /// The golden case.
        case: String,
        /// The token.
        token: i64,
        /// How often it was drawn.
        count: u64,
        /// The tokens that can be drawn.
        possible: Vec<i64>,
        /// The mass of the nucleus that they are, where they are one.
        mass: Option<f64>,
    },
    /// Draws that do not follow the distribution.
    WrongDistribution {
        /// The golden case.
        case: String,
        /// The token whose frequency is furthest off.
        token: i64,
        /// Its expected share.
        expected: f64,
        /// Its observed share.
        observed: f64,
        /// The probability of draws this far off.
        p_value: f64,
        /// The probability below which the check fails.
        alarm: f64,
    },
    /// What was trained is not good enough.
    BelowBar {
        /// All that was measured; at least one of them does not reach its bar.
        measurements: Vec<Measurement>,
    },
    /// A law does not hold.
    LawBroken(Violation),
    /// It is right by its own checks, and a larger task fails with it that holds with the reference's in its place.
    FailsAsPart {
        /// The larger task.
        task: String,
        /// What that has found, where it may be told.
        finding: Option<Box<Finding>>,
    },
    /// The function changed one of its arguments.
    ArgumentModified {
        /// The argument's name.
        argument: String,
    },
    /// Two equal calls gave different outputs.
    NotDeterministic {
        /// The output's name.
        output: String,
        /// How they differ.
        mismatch: Mismatch,
    },
    /// An output depends on calls made before.
    OrderDependent {
        /// The output's name.
        output: String,
        /// How it differs.
        mismatch: Mismatch,
    },
}

/// What the system ends a process by that has used up the machine's memory.
const SIGKILL: i32 = 9;

impl Finding {
    /// Whether it has used up a limit, so that trying again would cost as much once more.
    pub fn is_exhaustion(&self) -> bool {
        match self {
            Self::TimedOut { .. }
            | Self::TimeIsUp { .. }
            | Self::UsedUp { .. }
            | Self::TooManyThreads { .. }
            | Self::OutOfMemory { .. } => true,
            Self::Crashed { how } => *how == Ended::Signalled(SIGKILL),
            Self::LawBroken(Violation::Call(finding)) => finding.is_exhaustion(),
            _ => false,
        }
    }

    /// Whether the time of the whole task is used up.
    pub fn ends_task(&self) -> bool {
        match self {
            Self::UsedUp { .. } => true,
            Self::LawBroken(Violation::Call(finding)) => finding.ends_task(),
            _ => false,
        }
    }
}

/// How it shows that a function can only compute in f32.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnlyInF32 {
    /// An output comes back in f32.
    Output(String),
    /// A step meets tensors of both dtypes.
    Panic {
        /// The panic's text.
        message: String,
        /// File and line in the submission, where known.
        location: Option<String>,
    },
}

/// What an answer does on the first input for which it is not right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Behaviour {
    /// The input in words, such as `the bits 011`.
    pub input: String,
    /// What is looked at, such as `C after step 3`.
    pub what: String,
    /// What it has to be.
    pub expected: String,
    /// What it is.
    pub actual: String,
    /// How the answer gets there.
    pub steps: Steps,
}

/// A small table that shows step by step what an answer does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steps {
    /// The heads of the columns.
    pub columns: Vec<String>,
    /// The rows, each with a cell for every column.
    pub rows: Vec<Vec<String>>,
}

/// Why something may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prohibition {
    /// It is the answer of the task.
    Answer,
    /// It is of another crate than `tch` and `std`.
    Crates,
    /// It reads or changes the environment.
    Environment,
    /// It reads or writes files.
    Files,
    /// It is code that is not Rust, or not of this submission.
    ForeignCode,
    /// What it stands for is hidden by macros or imports.
    HiddenName,
    /// It is nested too deeply to be read.
    Nesting,
    /// It talks to other machines.
    Network,
    /// It starts, ends or looks at processes.
    Processes,
    /// It is an interface of the operating system.
    System,
    /// It runs stored programs of libtorch.
    TorchScript,
    /// What it is cannot be read.
    Unreadable,
    /// The compiler cannot check it.
    UnsafeCode,
}

/// A compiler's complaint, for people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompileError {
    /// File of the submission.
    pub file: String,
    /// Line in it, where known.
    pub line: Option<usize>,
    /// The compiler's code, such as `E0308`.
    pub code: Option<String>,
    /// The compiler's message in one line.
    pub message: String,
    /// The compiler's whole text.
    pub rendered: String,
    /// The signature that was expected, where a changed signature is the cause.
    pub expected: Option<String>,
}

/// What breaks a law, in a concrete case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Violation {
    /// Something had to stay as it was and did not.
    Changed {
        /// What was changed in the input.
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
    /// A call of the law failed in a way of its own.
    Call(Box<Finding>),
}

/// The smallest known input that breaks a law.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Counterexample {
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
    /// Its name.
    pub name: String,
    /// Its dtype.
    pub dtype: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its values in row-major order as text, so that NaN and infinities survive every format; empty where it is large.
    pub values: Vec<String>,
}
