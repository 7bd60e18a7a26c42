//! An output that is not what it has to be.

use serde::{Deserialize, Serialize};

use crate::compare::pattern::Pattern;
use crate::compare::{Difference, Mismatch};

/// An output that is not what it has to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum WrongOutput {
    MissingOutput {
        /// Its name.
        output: String,
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
    /// All of that in a sentence, where it reads badly otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub said: Option<String>,
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
