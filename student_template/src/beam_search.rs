//! Beam search that stops as soon as nothing better can come.

use crate::sequence_types::{BeamConfig, Hypothesis};

/// Beam search over a model of the next token, with the stopping rule that never changes the best score.
///
/// - `model`: gives the log-probabilities of the next token, one for each token 0, 1, ..., after a sequence; all are
///   finite and at most 0. It may be asked about sequences that are not complete, the empty one included.
/// - A sequence is **complete** when its last token is `config.end`, or when it has `config.max_length` tokens.
/// - The beam begins with the empty sequence, of score 0. A step extends every sequence of the beam by every token; of
///   all extensions together, complete or not, the `config.width` with the largest scores are kept (of equal ones, that
///   of the earlier sequence of the beam, then of the smaller token). The complete ones among them leave the beam, and
///   the best of all that have left it is remembered (of equal ones, the earlier). The rest is the next beam.
/// - It **stops** when the beam is empty, or when its best sequence scores no more than the best complete one: scores
///   only fall as sequences grow. Scores are plain sums: no bonus for length.
/// - Returns the best complete sequence and its score.
/// - Ask the model once about each sequence of the beam, and no longer than needed: calls are counted.
///
/// Source: Problem Set 3, question 4.
pub fn beam_search(model: &mut dyn FnMut(&[i64]) -> Vec<f64>, config: &BeamConfig) -> Hypothesis {
    todo!("keep the best sequences step by step, and stop when none can beat the best complete one")
}
