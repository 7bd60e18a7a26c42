//! The contract of the tasks on sequences (Problem Set 3): neurons, recurrent cells, beam search, encoder and decoder.
//!
//! This file is given. It is put in place anew whenever a submission is graded, so a change here has no effect.

use tch::Tensor;

/// A threshold neuron with two inputs: `f(x) = 1` where `weights . x + bias >= 0`, otherwise 0.
///
/// The threshold is **not strict**: a sum of exactly 0 gives 1. The neurons of this problem set keep to it; the gates of
/// its LSTM do not (`ParityLstm`). A sum that is smaller than 1e-12 of its largest term counts as 0: that is rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neuron {
    /// One weight for each input, finite.
    pub weights: [f64; 2],
    /// Finite.
    pub bias: f64,
}

/// Two layers of threshold neurons: two hidden ones on the inputs, and one on what these two give.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ThresholdNetwork {
    /// Both see the inputs (x1, x2).
    pub hidden: [Neuron; 2],
    /// Sees the outputs of the first and the second hidden neuron, each 0 or 1.
    pub output: Neuron,
}

/// The linear part of a gate: `weights . [h, x] + bias`, the previous output **first**, the input bit second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gate {
    /// The weight of the previous output h, then that of the input bit x; finite.
    pub weights: [f64; 2],
    /// Finite.
    pub bias: f64,
}

/// An LSTM with one unit and hard activations, as it reads a string of bits.
///
/// It begins with `C = h = 0`, and for each bit x computes, from the h and C before:
///
/// ```text
/// f = sigma(forget . [h, x])        i = sigma(input . [h, x])        c = tanh(candidate . [h, x])
/// C = f C + i c                     h = tanh(C)
/// ```
///
/// Here `sigma(z)` is 1 where `z > 0` (**strict**: `sigma(0) = 0`) and 0 elsewhere, and `tanh(z)` is the sign of z:
/// -1, 0 or 1, with `tanh(0) = 0`. The output gate is always open, so that `h = tanh(C)`. A z that is smaller than 1e-12
/// of its largest term counts as 0: that is rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParityLstm {
    /// The forget gate f.
    pub forget: Gate,
    /// The input gate i.
    pub input: Gate,
    /// The candidate c.
    pub candidate: Gate,
}

/// What beam search is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BeamConfig {
    /// How many hypotheses are kept after each step, 1 or more.
    pub width: usize,
    /// The token that ends a sequence.
    pub end: i64,
    /// The most tokens of a sequence, the end token included; 1 or more.
    pub max_length: usize,
}

/// A sequence of tokens with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Hypothesis {
    /// The tokens, with the end token where there is one.
    pub tokens: Vec<i64>,
    /// The sum of the log-probabilities of all its tokens.
    pub score: f64,
}

/// What becomes of `h_t = W^T h_{t-1}` in the long run, for almost every `h_0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LongRun {
    /// It goes to zero.
    Vanishes,
    /// It does neither.
    Stays,
    /// It grows without bound.
    Explodes,
}

/// The projections of single-head attention over features of width d; a projection computes `x W^T`, without bias.
#[derive(Debug)]
pub struct MessageAttentionWeights {
    /// `[k, d]`.
    pub query: Tensor,
    /// `[k, d]`.
    pub key: Tensor,
    /// `[v, d]`.
    pub value: Tensor,
}
