//! Patterns as data, and the two tensors that they are looked for in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use wire::Tensor;

use crate::compare::largest;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Pattern {
    /// All zeros.
    Zeros,
    /// The values of an argument.
    Argument { name: String },
    /// True where false was expected, and the other way round.
    Negated,
    /// Every value has the opposite sign.
    SignFlipped,
    /// Every value is the expected one times a factor.
    Factor {
        factor: f64,
        /// A size that explains it, where there is one.
        #[serde(skip_serializing_if = "Option::is_none")]
        size: Option<Size>,
    },
    /// Every value is the expected one plus a constant.
    Offset {
        /// The constant.
        offset: f64,
    },
    /// Equal after exchanging two axes.
    Transposed { axes: [usize; 2] },
    /// The expected values in another shape.
    Reshaped,
    /// Equal after reversing an axis.
    Reversed { axis: usize },
    /// Equal after putting the slices along an axis into another order.
    Permuted { axis: usize },
    /// The expected values in other places.
    Rearranged,
    /// These nodes have no self loop in the returned list of edges, and should have one.
    NoSelfLoop { nodes: Vec<i64> },
    /// The value that is furthest out belongs to this edge of the returned list, whose order is not the submission's.
    OfEdge {
        /// Where it begins.
        from: i64,
        /// Where it ends.
        to: i64,
    },
    /// NaN in the places in which zero was expected, and nowhere else.
    NanForZero,
    /// All wrong values are in this region.
    Only {
        /// Where.
        region: Region,
    },
    /// The same portion is right in f64.
    RightInF64,
}

/// A size of an argument that explains a factor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Size {
    pub argument: String,
    pub axis: usize,
    /// The size of that axis.
    pub size: usize,
    /// What is made of the size.
    pub power: Power,
}

/// What is made of a size to get a factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Power {
    Root,
    /// One over its root.
    InverseRoot,
    /// The size itself.
    One,
    /// One over the size.
    Inverse,
}

/// A region of a tensor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Region {
    /// Above the diagonal of the last two axes.
    AboveDiagonal,
    BelowDiagonal,
    /// On it.
    Diagonal,
    /// A part of an axis.
    Axis {
        axis: usize,
        /// How many axes there are.
        rank: usize,
        part: Part,
    },
}

/// A part of an axis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Index 0.
    First,
    /// The last index.
    Last,
    /// From this index on.
    From(usize),
    /// Up to and with this index.
    UpTo(usize),
    /// These indices.
    At(Vec<usize>),
}

/// Two tensors as plain numbers.
pub(super) struct Pair<'a> {
    pub(super) expected: Vec<f64>,
    pub(super) actual: Vec<f64>,
    pub(super) shape: &'a [usize],
    pub(super) actual_shape: &'a [usize],
    pub(super) is_bool: bool,
    pub(super) tolerance: f64,
}

impl<'a> Pair<'a> {
    pub(super) fn new(expected: &'a Tensor, actual: &'a Tensor, tolerance: f64) -> Self {
        Self {
            expected: expected.to_f64(),
            actual: actual.to_f64(),
            shape: expected.shape(),
            actual_shape: actual.shape(),
            is_bool: expected.dtype() == wire::DType::Bool,
            tolerance,
        }
    }

    /// Whether the actual values are these.
    pub(super) fn is(&self, wanted: impl Iterator<Item = f64> + Clone) -> bool {
        let scale = largest(&wanted.clone().collect::<Vec<_>>());
        let near = |(wanted, given): (f64, &f64)| is_near(wanted, *given, self.tolerance * scale);
        self.actual.len() == wanted.clone().count() && wanted.zip(&self.actual).all(near)
    }

    /// Whether there are enough different values for a coincidence to be unlikely.
    pub(super) fn is_varied(&self) -> bool {
        let first = self.expected.first().copied().unwrap_or_default();
        self.expected.len() >= 4 && self.expected.iter().any(|value| *value != first)
    }
}

pub(super) fn is_near(wanted: f64, given: f64, allowed: f64) -> bool {
    (wanted.is_nan() && given.is_nan()) || wanted == given || (wanted - given).abs() <= allowed
}
