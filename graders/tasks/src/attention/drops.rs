//! What was dropped: found by comparing what training gives with what evaluation gives, and judged as a random mask.
//!
//! A mask is right where what is kept is the value of evaluation divided by 1 - rate, zeros have a share of about the rate,
//! and every element is drawn on its own: along each axis, neighbours agree as often as independent draws do.

use judge::checks::assertions::broken_rule;
use judge::compare::number;
use judge::contract::arguments::Array;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, Dimension};
use statrs::distribution::{Binomial, DiscreteCDF};

use super::inputs::CLOSELY;

/// A count this unlikely is no accident. A property makes at most 8 cases of 5 counts, so that it raises a false alarm
/// once in a million submissions.
const ALARM: f64 = 2e-8;

/// Values that are nearly zero anyway do not say whether they were dropped.
const TELLING: f64 = 0.01;

/// Fails unless each value of training is 0 or the value of evaluation divided by 1 - rate, with zeros drawn one by one.
/// `what` is what they are, with its article, and `axes` names the axes.
pub(crate) fn judge_dropped(what: &str, axes: &[&str], evaluated: &Array, trained: &Array, rate: f64) -> Holds {
    let mut dropped = Array::from_elem(evaluated.raw_dim(), f64::NAN);
    for ((at, &before), &after) in evaluated.indexed_iter().zip(trained) {
        let kept = before / (1.0 - rate);
        let is_kept = (after - kept).abs() <= CLOSELY * kept.abs().max(1.0);
        let is_dropped = after.abs() <= CLOSELY;
        if !is_kept && !is_dropped {
            let what = format!("{what} in training, {} in evaluation,", number(before));
            let rule = format!("0, or {}: divided by 1 - {rate}", number(kept));
            return Err(broken_rule(&what, Dimension::slice(&at), &number(after), &rule));
        }
        if kept.abs() > TELLING {
            dropped[at] = f64::from(u8::from(is_dropped));
        }
    }
    judge_mask(&format!("values of {what} in training"), axes, &dropped, rate)
}

/// Fails unless a mask (1 where dropped, NaN where nobody knows) is drawn element by element with this rate.
pub(crate) fn judge_mask(what: &str, axes: &[&str], dropped: &Array, rate: f64) -> Holds {
    let known = || dropped.iter().filter(|value| !value.is_nan());
    let zeros = known().filter(|&&value| value == 1.0).count();
    zeros_by_chance(what, zeros as u64, known().count() as u64, rate)?;
    let agreement = rate * rate + (1.0 - rate) * (1.0 - rate);
    for (axis, name) in axes.iter().enumerate() {
        let (mut agree, mut pairs) = (0, 0);
        let slices: Vec<_> = dropped.axis_iter(Axis(axis)).collect();
        for pair in slices.chunks_exact(2) {
            for (first, second) in pair[0].iter().zip(pair[1].iter()) {
                if !(first.is_nan() || second.is_nan()) {
                    pairs += 1;
                    agree += u64::from(first == second);
                }
            }
        }
        if p_value(agree, pairs, agreement) < ALARM {
            let what =
                format!("the share of {what} that are dropped together along the axis of {name}, of {pairs} pairs");
            let share = number(agree as f64 / pairs.max(1) as f64);
            let rule = format!(
                "near {}: every element has a draw of its own (a false alarm has probability 1e-6)",
                number(agreement)
            );
            return Err(broken_rule(&what, &[], &share, &rule));
        }
    }
    Ok(())
}

/// Fails where so many of `trials` being zero is no accident at this `rate`.
fn zeros_by_chance(what: &str, zeros: u64, trials: u64, rate: f64) -> Result<(), Broken> {
    if p_value(zeros, trials, rate) >= ALARM {
        return Ok(());
    }
    let share = number(zeros as f64 / trials.max(1) as f64);
    let what = format!("the share of zeros among {trials} {what}");
    let rule = format!("near the rate {rate} (a false alarm has probability 1e-6)");
    Err(broken_rule(&what, &[], &share, &rule))
}

/// How likely a count this far off is.
fn p_value(count: u64, trials: u64, share: f64) -> f64 {
    Binomial::new(share, trials).map_or(1.0, |binomial| {
        let few = binomial.cdf(count);
        let many = count.checked_sub(1).map_or(1.0, |below| binomial.sf(below));
        2.0 * few.min(many)
    })
}

#[cfg(test)]
mod tests {
    use judge::contract::random::Random;
    use ndarray::IxDyn;

    use super::*;

    #[test]
    fn a_fair_share_of_zeros_is_accepted_and_a_swapped_rate_is_not() {
        assert!(zeros_by_chance("values", 110, 1000, 0.1).is_ok());
        assert!(zeros_by_chance("values", 900, 1000, 0.1).is_err());
        assert!(zeros_by_chance("values", 0, 1000, 0.1).is_err());
    }

    #[test]
    fn a_draw_that_an_axis_shares_is_found_and_independent_draws_are_not() {
        let axes = ["sequences", "tokens", "channels"];
        let mut random = Random::new(1, "mask");
        let shape = IxDyn(&[4, 12, 12]);
        let fair = Array::from_shape_fn(shape.clone(), |_| f64::from(u8::from(random.unit() < 0.3)));
        assert!(judge_mask("values", &axes, &fair, 0.3).is_ok());
        for axis in 0..3 {
            let shared = Array::from_shape_fn(shape.clone(), |at| {
                let mut at = at.slice().to_vec();
                at[axis] = 0;
                fair[IxDyn(&at)]
            });
            assert!(judge_mask("values", &axes, &shared, 0.3).is_err(), "{}", axes[axis]);
        }
    }
}
