//! Beam search that stops as soon as nothing better can come.

// helper:begin
use std::cmp::Ordering;
// helper:end

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
    // solution:begin keep the best sequences step by step, and stop when none can beat the best complete one
    let empty = Hypothesis {
        tokens: Vec::new(),
        score: 0.0,
    };
    let mut best: Option<Hypothesis> = None;
    let mut beam = vec![empty.clone()];
    while beam
        .first()
        .is_some_and(|live| best.as_ref().is_none_or(|best| live.score > best.score))
    {
        let mut extended: Vec<Hypothesis> = beam.iter().flat_map(|live| extensions(live, model)).collect();
        extended.sort_by(better);
        extended.truncate(config.width);
        let (complete, live) = extended.into_iter().partition(|sequence| is_complete(sequence, config));
        beam = live;
        let complete: Vec<Hypothesis> = complete;
        best = best
            .into_iter()
            .chain(complete)
            .reduce(|best, next| if next.score > best.score { next } else { best });
    }
    best.unwrap_or(empty)
    // solution:end
}

// helper:begin
/// A sequence with each token that may follow.
fn extensions(live: &Hypothesis, model: &mut dyn FnMut(&[i64]) -> Vec<f64>) -> Vec<Hypothesis> {
    let log_probabilities = model(&live.tokens);
    (0..)
        .zip(log_probabilities)
        .map(|(token, log_probability)| Hypothesis {
            tokens: [live.tokens.as_slice(), &[token]].concat(),
            score: live.score + log_probability,
        })
        .collect()
}

/// The larger score first; a stable sort leaves equal ones in their order.
fn better(one: &Hypothesis, other: &Hypothesis) -> Ordering {
    other.score.total_cmp(&one.score)
}

fn is_complete(sequence: &Hypothesis, config: &BeamConfig) -> bool {
    sequence.tokens.last() == Some(&config.end) || sequence.tokens.len() == config.max_length
}

#[cfg(test)]
mod tests {
    use super::beam_search;
    use crate::sequence_types::BeamConfig;

    const END: i64 = 0;

    fn config(width: usize) -> BeamConfig {
        BeamConfig {
            width,
            end: END,
            max_length: 3,
        }
    }

    /// Token 1 looks best at first and leads nowhere; token 2 is nearly as good and then ends at once.
    fn model(sequence: &[i64]) -> Vec<f64> {
        let probabilities: [f64; 3] = match sequence {
            [] => [0.1, 0.5, 0.4],
            [2] => [0.9, 0.05, 0.05],
            _ => [0.34, 0.33, 0.33],
        };
        probabilities.map(f64::ln).to_vec()
    }

    #[test]
    fn a_wider_beam_finds_what_the_greedy_one_misses() {
        let found = |width| beam_search(&mut model, &config(width));
        assert_eq!(found(1).tokens, [1, END]);
        assert_eq!(found(2).tokens, [2, END]);
        assert!((found(2).score - (0.4_f64 * 0.9).ln()).abs() < 1e-12);
    }

    #[test]
    fn it_stops_as_soon_as_nothing_better_can_come() {
        let mut asked = Vec::new();
        let mut counting = |sequence: &[i64]| {
            asked.push(sequence.to_vec());
            model(sequence)
        };
        beam_search(&mut counting, &config(2));
        // [1, END] scores 0.17 and [2, END] 0.36: what is left of the beam cannot win.
        assert_eq!(asked, [vec![], vec![1], vec![2]]);
    }

    #[test]
    fn a_sequence_of_the_greatest_length_is_complete_without_the_end_token() {
        let mut endless = |_: &[i64]| vec![-9.0, -0.1, -2.0];
        let found = beam_search(&mut endless, &config(1));
        assert_eq!(found.tokens, [1, 1, 1]);
    }
}
// helper:end
