//! From logits to the next token: greedy and nucleus (top-p) sampling.
//!
//! Letters in shapes: B batch, V size of the vocabulary.

use tch::Tensor;

use crate::types::InvalidInput;

/// The most likely token of every row.
///
/// - `logits`: `[B, V]`, without NaN.
/// - Returns `[B]` int64: the index of the largest logit; of several equal ones the **lowest** index. (libtorch's
///   `argmax` does not promise which of them it returns.)
///
/// Source: Deep Learning 1, Assignment 2, question 2.8(a).
pub fn greedy(logits: &Tensor) -> Tensor {
    todo!("return the index of the largest logit of each row, the lowest of several")
}

/// The nucleus of a distribution: its most likely tokens up to the mass `p`, renormalised.
///
/// Go through the tokens of a row from the most to the least likely, equal ones by ascending index. A token is kept
/// if and only if the total probability of the tokens **strictly before** it is less than `p`. So the kept set is the
/// smallest that reaches `p`, the token that crosses `p` is kept, and at least one token always remains.
///
/// - `probabilities`: `[B, V]`; every row is not negative and sums to 1. `p`: in (0, 1].
/// - Returns `[B, V]`, each token at its own index: a kept token has its probability divided by the sum of the kept
///   ones of its row, every other token exactly 0. Rows do not influence each other. Nothing is drawn.
///
/// Gradients reach the probabilities.
///
/// Source: Deep Learning 1, Assignment 2, question 2.8(a); "The Curious Case of Neural Text Degeneration", Eq. 2
/// and 3.
pub fn nucleus(probabilities: &Tensor, p: f64) -> Tensor {
    todo!("keep the nucleus of each row, set the rest to 0 and renormalise")
}

/// Draws the next token of every row by nucleus (top-p) sampling.
///
/// In this order: the logits are divided by `temperature`, the softmax makes them probabilities, the nucleus of mass
/// `p` is kept and renormalised (`nucleus`), and one token per row is drawn from it.
///
/// - `logits`: `[B, V]`; minus infinity forbids a token.
/// - `p`: in (0, 1]; 1 samples from the whole distribution. `temperature`: greater than 0 and finite; towards 0 the
///   result becomes that of `greedy`, and a temperature of 1e-8 gives no NaN. (Nobody asks for one below 1e-30.)
/// - Returns `[B]` int64. The draws come from libtorch's generator (`multinomial` uses it), so equal seeds give equal
///   tokens.
/// - Error: `InvalidInput` when a logit is NaN or plus infinity, when every logit of a row is minus infinity, or when
///   `p` or `temperature` is outside its range.
///
/// Call the part through `crate::parts` (`parts::nucleus(...)`): then a mistake in it costs the points of `nucleus`
/// only.
///
/// Source: Deep Learning 1, Assignment 2, question 2.8(a); "The Curious Case of Neural Text Degeneration", Eq. 2, 3
/// and 4.
pub fn sample_top_p(logits: &Tensor, p: f64, temperature: f64) -> Result<Tensor, InvalidInput> {
    todo!("check the input, then temperature, softmax, nucleus and one draw per row")
}
