//! What is known of a finding that can be seen again.

use wire::{Tensor, Tensors};

use crate::contract::subject::{Call, Gradient};

/// A finding that can be seen again.
#[derive(Debug, Clone, PartialEq)]
pub struct Reproduction {
    /// The calls in order.
    pub calls: Vec<Step>,
    /// What has to hold of them, and does not.
    pub claim: Claim,
}

/// One call of a reproduction.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The task whose function is called.
    pub task: &'static str,
    /// The arguments by name.
    pub arguments: Tensors,
    /// The argument whose only row is repeated, and how often.
    pub tiled: Option<(&'static str, usize)>,
    /// Seed of the generator.
    pub seed: i64,
    /// What is differentiated, if anything.
    pub gradient: Option<Gradient>,
    /// The outputs by name, as far as the call gave any: a later call may take one of them.
    pub outputs: Tensors,
}

impl Step {
    pub(super) fn new(call: &Call, outputs: Tensors) -> Self {
        Self {
            task: call.task,
            arguments: call.arguments.clone(),
            tiled: None,
            seed: call.seed,
            gradient: call.gradient.clone(),
            outputs,
        }
    }
}

/// Something that a call gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quantity {
    /// The output of this name.
    Output(String),
    /// The gradient by the argument of this name.
    Gradient(String),
}

/// What has to hold. Where it does not say of which call it speaks, it is the last one.
#[derive(Debug, Clone, PartialEq)]
pub enum Claim {
    /// The call returns.
    Returns,
    /// The call refuses its input.
    Refuses {
        /// What is invalid, in words.
        input: String,
    },
    /// An output has this shape.
    Shape {
        /// Its name.
        output: String,
        /// The shape.
        expected: Vec<usize>,
    },
    /// An output has the dtype of a value that was given.
    DType {
        /// Its name.
        output: String,
        /// The dtype's name.
        expected: String,
    },
    /// Something has these values.
    Equals {
        /// What.
        quantity: Quantity,
        /// The values.
        expected: Tensor,
        /// The error that is allowed, as a share of the largest of them.
        tolerance: f64,
        /// Where it differs most.
        worst: Vec<usize>,
    },
    /// What several calls give is related.
    Related(Relation),
    /// A value of an output is a number.
    Number {
        output: String,
        /// Where in it.
        index: Vec<usize>,
    },
    /// A row of a mask sees something.
    Sees {
        /// The mask.
        output: String,
        /// The row.
        index: Vec<usize>,
    },
    /// An argument is after the call what it was before.
    Untouched {
        /// Its name.
        argument: String,
    },
    /// The last two calls, which are equal, give the same.
    Repeats { output: String },
    /// A token is never drawn.
    Never { output: String, token: i64 },
    /// A token makes up this share of the draws.
    Share {
        output: String,
        token: i64,
        share: f64,
        /// How far off it may be.
        within: f64,
    },
}

/// What has to be equal.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// The shape of what is compared.
    pub shape: Vec<usize>,
    /// Its values, in row-major order.
    pub elements: Vec<Element>,
    /// Which of them is furthest off.
    pub worst: usize,
    /// The absolute difference that is allowed.
    pub allowed: f64,
}

/// Two sums that have to be equal.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Element {
    /// What it is.
    pub actual: Sum,
    /// What it has to be.
    pub expected: Sum,
}

/// A sum of values of calls.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Sum {
    /// The values and their factors.
    pub terms: Vec<(Place, f64)>,
    /// What is added.
    pub constant: f64,
}

/// A value of a call.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The number of the call.
    pub call: usize,
    /// What of it.
    pub quantity: Quantity,
    /// Where, in row-major order.
    pub position: usize,
}
