//! What was seen: the figures behind a message, and the smallest input that shows it.

use judge::compare::pattern::Pattern;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Window;

/// The figures behind a message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The golden case, where one was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// The output, where one was judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output: Option<String>,
    /// What was seen.
    pub seen: Seen,
    /// In which patterns values differ, where they do and the assignment allows hints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub patterns: Vec<Pattern>,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Seen {
    /// Another dtype.
    Dtype {
        /// The dtype that was asked for.
        expected: String,
        /// The dtype that came.
        actual: String,
    },
    /// Another shape.
    Shape {
        /// The shape that was asked for.
        expected: Vec<usize>,
        /// The shape that came.
        actual: Vec<usize>,
    },
    /// Other values.
    Values {
        /// The shape of both.
        shape: Vec<usize>,
        /// How many values are out of tolerance.
        differing: usize,
        /// The value that is furthest out.
        worst: Worst,
        /// Largest absolute difference over largest absolute expected value; none where NaN or infinities differ.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<f64>,
        /// The error that is allowed.
        tolerance: f64,
        /// Both tensors around that value; none for single values, and where the assignment hides them.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        window: Option<Window>,
    },
    /// A value that breaks a rule of its own.
    Value {
        /// Its index.
        index: Vec<usize>,
        /// The value as text, so that NaN and infinities survive.
        value: String,
    },
    /// What an answer does that is tried out, on the first input for which it is not right.
    Steps {
        /// The input in words.
        input: String,
        /// What is looked at.
        what: String,
        /// What it has to be.
        expected: String,
        /// What it is.
        actual: String,
        /// The heads of a table that shows how the answer gets there.
        columns: Vec<String>,
        /// Its rows, each with a cell for every column.
        rows: Vec<Vec<String>>,
    },
    /// A token that was drawn and cannot be.
    Token {
        /// The token.
        token: i64,
        /// How often it was drawn.
        count: u64,
    },
    /// Draws that do not follow the distribution.
    Draws {
        /// The token whose share is furthest off.
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
    /// The compiler's complaint.
    Compiler {
        /// Its code, such as `E0308`.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// Its whole text.
        text: String,
    },
    /// The time that was used; like all times it differs between two runs.
    Time {
        /// CPU seconds.
        cpu: f64,
        /// Wall seconds.
        wall: f64,
    },
}

/// The value of an output that is furthest out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Worst {
    /// Its index, one number per axis.
    pub index: Vec<usize>,
    /// What was expected, as text so that NaN and infinities survive.
    pub expected: String,
    /// What came.
    pub actual: String,
}

/// The smallest known input that fails a property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Counterexample {
    /// The sizes in a phrase.
    pub summary: String,
    /// Sizes and settings.
    pub sizes: Vec<Size>,
    /// The sizes of the first failing input, before it was made smaller.
    pub found_at: Vec<Size>,
    /// Seed of the values.
    pub seed: u64,
    /// The calls that were made, in order.
    pub calls: Vec<Call>,
}

/// A size or setting of a counterexample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Size {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: i64,
}

/// A call of a counterexample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The task whose function was called.
    pub task: String,
    /// The arguments.
    pub arguments: Vec<Argument>,
}

/// An argument of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// Its dtype.
    pub dtype: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its values in row-major order as text; empty where it is large.
    pub values: Vec<String>,
}
