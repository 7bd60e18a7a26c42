//! From logits to the next token: greedy and nucleus (top-p) sampling.
//!
//! Letters in shapes: B batch, V size of the vocabulary.

use tch::Tensor;

use crate::types::InvalidInput;

// helper:begin
use tch::Kind;

use crate::parts;
// helper:end

/// The most likely token of every row.
///
/// - `logits`: `[B, V]`, without NaN.
/// - Returns `[B]` int64: the index of the largest logit; of several equal ones the **lowest** index. (libtorch's
///   `argmax` does not promise which of them it returns.)
///
/// Source: Deep Learning 1, Assignment 2, question 2.8(a).
pub fn greedy(logits: &Tensor) -> Tensor {
    // solution:begin return the index of the largest logit of each row, the lowest of several
    let vocabulary = logits.size()[1];
    let is_largest = logits.eq_tensor(&logits.amax(-1, true));
    Tensor::arange(vocabulary, (Kind::Int64, logits.device()))
        .where_scalarother(&is_largest, vocabulary)
        .amin(-1, false)
    // solution:end
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
    // solution:begin keep the nucleus of each row, set the rest to 0 and renormalise
    let (descending, order) = probabilities.sort_stable(true, -1, true);
    // Shifted by one place, the running sum is the mass before each token; no subtraction that could round.
    let mass_before = descending.cumsum(-1, None).constant_pad_nd([1, -1]);
    let kept = descending.masked_fill(&mass_before.ge(p), 0.0);
    let renormalised = &kept / kept.sum_dim_intlist(-1, true, None);
    probabilities.zeros_like().scatter(-1, &order, &renormalised)
    // solution:end
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
    // solution:begin check the input, then temperature, softmax, nucleus and one draw per row
    let p_is_valid = p > 0.0 && p <= 1.0;
    if !p_is_valid {
        return Err(InvalidInput::new(format!("p is {p}, not in (0, 1]")));
    }
    let temperature_is_valid = temperature > 0.0 && temperature.is_finite();
    if !temperature_is_valid {
        return Err(InvalidInput::new(format!(
            "the temperature is {temperature}, not positive and finite"
        )));
    }
    // A NaN anywhere in a row makes its largest logit NaN; nothing but minus infinity makes it minus infinity.
    let largest = logits.amax(-1, true);
    if largest.isfinite().all().int64_value(&[]) == 0 {
        return Err(InvalidInput::new(
            "a row of logits has a NaN or plus infinity, or nothing but minus infinity",
        ));
    }

    // Without its largest logit a row cannot overflow, however small the temperature.
    let probabilities = ((logits - largest) / temperature).softmax(-1, None);
    Ok(parts::nucleus(&probabilities, p).multinomial(1, true).squeeze_dim(-1))
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use tch::{Kind, Tensor};

    use super::{greedy, nucleus, sample_top_p};

    #[test]
    fn greedy_takes_the_lowest_of_equal_logits() {
        let logits = Tensor::from_slice2(&[
            [0.0, 2.0, -1.0, 2.0],
            [f64::NEG_INFINITY, -5.0, -5.0, -5.0],
            [1.0, 1.0, 1.0, 3.0],
        ]);
        assert_eq!(greedy(&logits), Tensor::from_slice(&[1_i64, 1, 3]));
    }

    #[test]
    fn the_token_that_crosses_the_mass_is_kept_and_rows_are_their_own() {
        let probabilities = Tensor::from_slice2(&[[0.1, 0.5, 0.15, 0.25], [0.9, 0.0, 0.05, 0.05]]);
        let expected = Tensor::from_slice2(&[[0.0, 2.0 / 3.0, 0.0, 1.0 / 3.0], [1.0, 0.0, 0.0, 0.0]]);
        assert!(nucleus(&probabilities, 0.6).allclose(&expected, 1e-14, 0.0, false));
    }

    #[test]
    fn reaching_the_mass_exactly_ends_the_nucleus_and_ties_go_by_index() {
        let probabilities = Tensor::from_slice2(&[[0.25, 0.25, 0.25, 0.25], [0.25, 0.5, 0.125, 0.125]]);
        let expected = Tensor::from_slice2(&[[0.5, 0.5, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0]]);
        assert_eq!(nucleus(&probabilities, 0.5), expected);
    }

    #[test]
    fn the_whole_mass_keeps_the_distribution_and_a_single_token_is_its_own_nucleus() {
        let probabilities = Tensor::from_slice2(&[[0.5, 0.125, 0.375]]);
        assert_eq!(nucleus(&probabilities, 1.0), probabilities);
        let certain = Tensor::from_slice2(&[[1.0]]);
        assert_eq!(nucleus(&certain, 0.3), certain);
    }

    #[test]
    fn a_temperature_towards_zero_is_greedy() {
        let logits = Tensor::from_slice2(&[[10.0_f32, -10.0, 9.5], [-1.0, 1000.0, -3.0]]);
        for temperature in [1e-4, 1e-30] {
            let tokens = sample_top_p(&logits, 1.0, temperature).unwrap();
            assert_eq!(tokens, Tensor::from_slice(&[0_i64, 1]));
        }
    }

    #[test]
    fn draws_stay_in_the_nucleus_and_follow_it() {
        // At temperature 2 the logits are ln of (1, 3, 2, 4); the nucleus of 0.6 is {1, 3} with 3/7 and 4/7.
        let logits = Tensor::from_slice(&[1.0_f64, 9.0, 4.0, 16.0]).log();
        let rows = 20_000;
        tch::manual_seed(3);
        let tokens = sample_top_p(&logits.expand([rows, 4], false), 0.6, 2.0).unwrap();
        let counts = tokens.bincount(None::<&Tensor>, 4).to_kind(Kind::Double) / rows;
        let expected = Tensor::from_slice(&[0.0, 3.0 / 7.0, 0.0, 4.0 / 7.0]);
        // Five standard deviations of a share of 20,000 draws.
        assert!(counts.allclose(&expected, 0.0, 0.0175, false));
        assert_eq!(counts.double_value(&[0]) + counts.double_value(&[2]), 0.0);
    }

    #[test]
    fn what_is_no_distribution_is_refused() {
        let infinite = f64::NEG_INFINITY;
        for row in [[f64::NAN, 1.0], [infinite, infinite], [f64::INFINITY, 0.0]] {
            let logits = Tensor::from_slice2(&[[0.0, 1.0], row]);
            assert!(sample_top_p(&logits, 0.9, 1.0).is_err(), "{row:?}");
        }
        let logits = Tensor::from_slice2(&[[infinite, 1.0]]);
        assert!(sample_top_p(&logits, 0.9, 1.0).is_ok());
        for (p, temperature) in [(0.0, 1.0), (1.1, 1.0), (f64::NAN, 1.0), (0.9, 0.0), (0.9, f64::NAN)] {
            assert!(sample_top_p(&logits, p, temperature).is_err(), "{p} {temperature}");
        }
    }
}
// helper:end
