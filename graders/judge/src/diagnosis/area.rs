//! The regions of a task in which a mistake can be: what a hint says that does not name the mistake.

use serde::{Deserialize, Serialize};

/// The region of a task that a mistake is in. The list is closed, so that a hint has its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// Activations.
    Activation,
    /// Angles.
    Angle,
    /// The arguments, which are not to be changed.
    Arguments,
    /// The axis of a step.
    Axes,
    /// The biases.
    Bias,
    /// The degrees, or what is divided by.
    Degrees,
    /// The direction of edges.
    Direction,
    /// Drawing: from what, and how.
    Drawing,
    /// Dropout: where, when, and how it scales.
    Dropout,
    /// The dtype.
    Dtype,
    /// The list of edges.
    Edges,
    /// The flow of gradients.
    Gradient,
    /// How heads are split and merged.
    Heads,
    /// Isolated nodes.
    IsolatedNodes,
    /// The kernel and how it moves.
    Kernel,
    /// The layers.
    Layers,
    /// The mask.
    Mask,
    /// The normalisation.
    Norm,
    /// Which tokens are in the nucleus.
    Nucleus,
    /// The border.
    Padding,
    /// How features are pooled.
    Pooling,
    /// The positions.
    Positions,
    /// The powers, or which walks are counted.
    Powers,
    /// Very large or very small values.
    Range,
    /// Which inputs are refused.
    Refusal,
    /// The form of the result.
    Result,
    /// The rotation.
    Rotation,
    /// What may be used.
    Rules,
    /// The scale.
    Scale,
    /// Self loops.
    SelfLoops,
    /// A sign.
    Sign,
    /// A length or a number of rows.
    Size,
    /// The softmax.
    Softmax,
    /// What is kept from one call to the next.
    State,
    /// The terms of a sum.
    Terms,
    /// What happens where values are equal.
    Ties,
    /// The training loop.
    Training,
    /// The vocabulary and its ids.
    Vocabulary,
    /// The weights: which, and how they are multiplied.
    Weights,
}

impl Area {
    /// All regions.
    pub const ALL: &[Self] = &[
        Self::Activation,
        Self::Angle,
        Self::Arguments,
        Self::Axes,
        Self::Bias,
        Self::Degrees,
        Self::Direction,
        Self::Drawing,
        Self::Dropout,
        Self::Dtype,
        Self::Edges,
        Self::Gradient,
        Self::Heads,
        Self::IsolatedNodes,
        Self::Kernel,
        Self::Layers,
        Self::Mask,
        Self::Norm,
        Self::Nucleus,
        Self::Padding,
        Self::Pooling,
        Self::Positions,
        Self::Powers,
        Self::Range,
        Self::Refusal,
        Self::Result,
        Self::Rotation,
        Self::Rules,
        Self::Scale,
        Self::SelfLoops,
        Self::Sign,
        Self::Size,
        Self::Softmax,
        Self::State,
        Self::Terms,
        Self::Ties,
        Self::Training,
        Self::Vocabulary,
        Self::Weights,
    ];
}
