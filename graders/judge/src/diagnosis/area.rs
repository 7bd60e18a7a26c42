//! The regions of a task in which a mistake can be: what a hint says that does not name the mistake.

use serde::{Deserialize, Serialize};

/// The region of a task that a mistake is in. The list is closed, so that a hint has its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    Activation,
    Angle,
    /// The arguments, which are not to be changed.
    Arguments,
    /// The axis of a step.
    Axes,
    /// The beam: what is kept in it, and for how long.
    Beam,
    /// The biases.
    Bias,
    /// The cache: where it goes, and what sees it.
    Cache,
    /// What the model is asked, and how often.
    Calls,
    /// The multipliers of the certificate.
    Certificate,
    /// The comparison: with what, and which way round.
    Comparison,
    /// The degrees, or what is divided by.
    Degrees,
    /// The direction of edges.
    Direction,
    /// Drawing: from what, and how.
    Drawing,
    /// Dropout: where, when, and how it scales.
    Dropout,
    Dtype,
    /// The list of edges.
    Edges,
    /// The eigenvalues, and what depends on them.
    Eigenvalues,
    /// The start and the end of a sequence.
    Ends,
    /// The gates and the candidate.
    Gates,
    /// The flow of gradients.
    Gradient,
    /// How heads are split and merged.
    Heads,
    IsolatedNodes,
    /// The kernel and how it moves.
    Kernel,
    Layers,
    /// The loss: of what a mean is taken, and over what.
    Loss,
    /// Absolute values, and which of them counts.
    Magnitude,
    Mask,
    /// Inputs that have not been seen before.
    Memorised,
    /// The messages: how they are made and gathered.
    Messages,
    /// The normalisation.
    Norm,
    /// Which tokens are in the nucleus.
    Nucleus,
    /// Which positions hold tokens, and what becomes of the others.
    PaddedTokens,
    /// The border.
    Padding,
    /// How features are pooled.
    Pooling,
    Positions,
    /// The powers, or which walks are counted.
    Powers,
    /// Very large or very small values.
    Range,
    /// What a step of the recurrence does, and how many there are.
    Recurrence,
    /// Which inputs are refused.
    Refusal,
    /// The form of the result.
    Result,
    Rotation,
    /// What may be used.
    Rules,
    Scale,
    /// The score of a sequence, and which is the best.
    Score,
    SelfLoops,
    Sign,
    /// A length or a number of rows.
    Size,
    Softmax,
    /// What is kept from one call to the next.
    State,
    /// When to stop.
    Stopping,
    /// Which token is to be predicted where.
    Targets,
    /// The terms of a sum.
    Terms,
    /// The threshold, and what happens exactly on it.
    Threshold,
    /// What happens where values are equal.
    Ties,
    /// The training loop.
    Training,
    /// The rows of the truth table.
    TruthTable,
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
        Self::Beam,
        Self::Bias,
        Self::Cache,
        Self::Calls,
        Self::Certificate,
        Self::Comparison,
        Self::Degrees,
        Self::Direction,
        Self::Drawing,
        Self::Dropout,
        Self::Dtype,
        Self::Edges,
        Self::Eigenvalues,
        Self::Ends,
        Self::Gates,
        Self::Gradient,
        Self::Heads,
        Self::IsolatedNodes,
        Self::Kernel,
        Self::Layers,
        Self::Loss,
        Self::Magnitude,
        Self::Mask,
        Self::Memorised,
        Self::Messages,
        Self::Norm,
        Self::Nucleus,
        Self::PaddedTokens,
        Self::Padding,
        Self::Pooling,
        Self::Positions,
        Self::Powers,
        Self::Range,
        Self::Recurrence,
        Self::Refusal,
        Self::Result,
        Self::Rotation,
        Self::Rules,
        Self::Scale,
        Self::Score,
        Self::SelfLoops,
        Self::Sign,
        Self::Size,
        Self::Softmax,
        Self::State,
        Self::Stopping,
        Self::Targets,
        Self::Terms,
        Self::Threshold,
        Self::Ties,
        Self::Training,
        Self::TruthTable,
        Self::Vocabulary,
        Self::Weights,
    ];
}
