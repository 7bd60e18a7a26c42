//! How probable counts are: draws against a distribution, and draws against other draws.

use statrs::distribution::{ChiSquared, ContinuousCDF};

/// A sampled case fails where draws this far off have a smaller probability; this is the rate of false alarms.
pub const ALARM: f64 = 1e-6;
/// Cells of the chi-square statistic with a smaller expectation are merged.
const SMALLEST_CELL: f64 = 5.0;

/// How often each token was drawn.
pub fn counts(vocabulary: usize, tokens: &[i64]) -> Vec<f64> {
    let mut counts = vec![0.0; vocabulary];
    for &token in tokens {
        counts[token as usize] += 1.0;
    }
    counts
}

/// The probability of counts at least this far from expectation; 1 where there is only one cell.
pub fn chi_square_p_value(probabilities: &[f64], counts: &[f64]) -> f64 {
    let (statistic, cells) = chi_square(probabilities, counts);
    match ChiSquared::new(cells.saturating_sub(1) as f64) {
        Ok(distribution) => distribution.sf(statistic),
        Err(_) => 1.0,
    }
}

/// The probability of counts at least this near to expectation; 1 where there is only one cell. Draws that are not
/// independent can come out more even than independent ones ever do.
pub fn evenness_p_value(probabilities: &[f64], counts: &[f64]) -> f64 {
    let (statistic, cells) = chi_square(probabilities, counts);
    match ChiSquared::new(cells.saturating_sub(1) as f64) {
        Ok(distribution) => distribution.cdf(statistic),
        Err(_) => 1.0,
    }
}

/// The chi-square statistic, and its number of cells.
fn chi_square(probabilities: &[f64], counts: &[f64]) -> (f64, usize) {
    let draws: f64 = counts.iter().sum();
    let mut small = (0.0, 0.0);
    let mut cells = Vec::new();
    for (&probability, &count) in probabilities.iter().zip(counts) {
        let expected = probability * draws;
        if expected >= SMALLEST_CELL {
            cells.push((expected, count));
        } else {
            small = (small.0 + expected, small.1 + count);
        }
    }
    if small.0 >= SMALLEST_CELL {
        cells.push(small);
    }
    let statistic: f64 = cells
        .iter()
        .map(|(expected, count)| (count - expected).powi(2) / expected)
        .sum();
    (statistic, cells.len())
}

/// The probability of two equally long samples from one distribution at least this far apart; 1 where there is only one
/// cell.
pub fn counts_p_value(first: &[f64], second: &[f64]) -> f64 {
    let mut small = (0.0, 0.0);
    let mut cells = Vec::new();
    for (&first, &second) in first.iter().zip(second) {
        if first + second >= 2.0 * SMALLEST_CELL {
            cells.push((first, second));
        } else {
            small = (small.0 + first, small.1 + second);
        }
    }
    if small.0 + small.1 > 0.0 {
        cells.push(small);
    }
    let statistic: f64 = cells
        .iter()
        .map(|(first, second)| (first - second).powi(2) / (first + second))
        .sum();
    match ChiSquared::new(cells.len().saturating_sub(1) as f64) {
        Ok(distribution) => distribution.sf(statistic),
        Err(_) => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_samples_of_one_distribution_are_near_and_others_are_not() {
        let fair = [25_100.0, 24_950.0, 25_000.0, 24_950.0, 0.0];
        assert!(counts_p_value(&fair, &[24_900.0, 25_050.0, 24_990.0, 25_058.0, 2.0]) > ALARM);
        assert!(counts_p_value(&fair, &[26_500.0, 24_500.0, 24_500.0, 24_500.0, 0.0]) < ALARM);
        assert!(counts_p_value(&fair, &[25_000.0, 25_000.0, 24_900.0, 25_000.0, 100.0]) < ALARM);
        assert_eq!(counts_p_value(&[7.0, 0.0], &[7.0, 0.0]), 1.0);
    }

    #[test]
    fn fair_counts_pass_and_skewed_ones_do_not() {
        let quarters = [0.25; 4];
        assert!(chi_square_p_value(&quarters, &[25_100.0, 24_950.0, 25_000.0, 24_950.0]) > 0.1);
        assert!(chi_square_p_value(&quarters, &[26_500.0, 24_500.0, 24_500.0, 24_500.0]) < ALARM);
    }

    #[test]
    fn counts_that_are_more_even_than_draws_ever_are_do_not_pass() {
        let eighths = [0.125; 8];
        let stratified = [500.0, 500.0, 501.0, 499.0, 500.0, 500.0, 501.0, 499.0];
        assert!(evenness_p_value(&eighths, &stratified) < 1e-7);
        let drawn = [512.0, 490.0, 507.0, 485.0, 503.0, 498.0, 520.0, 485.0];
        assert!(evenness_p_value(&eighths, &drawn) > 0.01);
        assert_eq!(evenness_p_value(&[0.0, 1.0], &[0.0, 100.0]), 1.0);
    }

    #[test]
    fn a_single_possible_token_is_no_evidence_against_anything() {
        assert_eq!(chi_square_p_value(&[0.0, 1.0], &[0.0, 100.0]), 1.0);
    }

    #[test]
    fn rare_tokens_are_judged_together() {
        let mut probabilities = vec![1e-5; 10];
        probabilities.push(1.0 - 1e-4);
        let mut counts = vec![1.0; 10];
        counts.push(99_990.0);
        assert!(chi_square_p_value(&probabilities, &counts) > 0.5);
    }
}
