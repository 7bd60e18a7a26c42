//! Distributions and logits that the sampling tasks share, and the nucleus as the definition gives it.

use judge::contract::random::{Random, floats};
use judge::contract::scenario::Scenario;
use wire::{Data, Tensor};

/// Different probabilities in random order that sum to exactly 1.
///
/// They are whole numbers over a power of two, so that every partial sum is exact, in f32 as in f64, in any order.
pub(crate) fn distribution(random: &mut Random, size: usize) -> Vec<f64> {
    let mut parts: Vec<i64> = Vec::with_capacity(size);
    let mut part = 0;
    for _ in 0..size {
        part += 1 + random.integer(0, 3 + part / 4);
        parts.push(part);
    }
    let total: i64 = parts.iter().sum();
    let whole = (total + 1).max(4096).cast_unsigned().next_power_of_two().cast_signed();
    let spare = whole - total;
    for part in &mut parts {
        // Larger parts get more, so that different ones stay different.
        *part += spare * *part / total;
    }
    let rest = whole - parts.iter().sum::<i64>();
    if let Some(largest) = parts.last_mut() {
        *largest += rest;
    }
    let order = random.permutation(size);
    order
        .into_iter()
        .map(|place| parts[place] as f64 / whole as f64)
        .collect()
}

/// Different logits in random order, at least `gap` apart; their largest size may be below zero or above.
pub(crate) fn logits(random: &mut Random, size: usize, gap: f64) -> Vec<f64> {
    let mut value = -gap * size as f64 * (0.5 + random.integer(0, 256) as f64 / 256.0);
    let mut values = Vec::with_capacity(size);
    for _ in 0..size {
        value += gap * (1.0 + random.integer(0, 256) as f64 / 256.0);
        values.push(value);
    }
    let order = random.permutation(size);
    order.into_iter().map(|place| values[place]).collect()
}

/// B rows of V logits of about this size, in random order, that only f64 can tell apart.
pub(crate) fn close(scenario: &Scenario, size: f64) -> Tensor {
    let mut random = scenario.random("logits");
    let (rows, columns) = (scenario.size("B"), scenario.size("V"));
    let ranks = (0..rows).flat_map(|_| random.permutation(columns));
    let values = ranks.map(|rank| size + rank as f64 * CLOSE).collect();
    precise(&[rows, columns], values)
}

/// A difference that is far below what f32 can tell from 1, and far above what f64 can.
pub(crate) const CLOSE: f64 = 1.0 / (1_u64 << 36) as f64;

/// An f64 tensor of these values.
pub(crate) fn precise(shape: &[usize], values: Vec<f64>) -> Tensor {
    Tensor::new(shape.to_vec(), Data::F64(values)).expect("as many values as the shape says")
}

/// Different probabilities in random order that sum to exactly 1, none of them small beside the others.
pub(crate) fn even_distribution(random: &mut Random, size: usize) -> Vec<f64> {
    let total = size * (size + 1) / 2;
    let whole = total.next_power_of_two();
    let places = random.permutation(size).into_iter();
    let parts = places.map(|place| place + 1 + if place + 1 == size { whole - total } else { 0 });
    parts.map(|part| part as f64 / whole as f64).collect()
}

/// Rows of equal length as an f32 tensor.
pub(crate) fn matrix(rows: &[Vec<f64>]) -> Tensor {
    let width = rows.first().map_or(0, Vec::len);
    floats(
        &[rows.len(), width],
        rows.concat().into_iter().map(|value| value as f32).collect(),
    )
}

/// The rows of a matrix.
pub(crate) fn rows(matrix: &Tensor) -> Vec<Vec<f64>> {
    let width = matrix.shape().get(1).copied().unwrap_or(1);
    matrix.to_f64().chunks(width.max(1)).map(<[f64]>::to_vec).collect()
}

/// The softmax of a row of logits divided by the temperature.
pub(crate) fn softmax(logits: &[f64], temperature: f64) -> Vec<f64> {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = logits
        .iter()
        .map(|logit| ((logit - largest) / temperature).exp())
        .collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

/// The tokens from the most to the least likely, equal ones by ascending index.
pub(crate) fn descending(row: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..row.len()).collect();
    order.sort_by(|&one, &other| row[other].total_cmp(&row[one]));
    order
}

/// The most likely token.
pub(crate) fn most_likely(row: &[f64]) -> usize {
    descending(row).first().copied().unwrap_or(0)
}

/// The mass of the most likely token, of the two most likely ones, and so on.
fn partial_sums(row: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let add = |token: usize| {
        sum += row[token];
        sum
    };
    descending(row).into_iter().map(add).collect()
}

/// Which tokens the nucleus of mass `p` keeps.
pub(crate) fn kept(row: &[f64], p: f64) -> Vec<bool> {
    let mut kept = vec![false; row.len()];
    let mut before = 0.0;
    for token in descending(row) {
        kept[token] = before < p;
        before += row[token];
    }
    kept
}

/// A mass near `target` that is far from every partial sum of every row: there rounding decides nothing.
pub(crate) fn clear_mass(rows: &[Vec<f64>], target: f64) -> f64 {
    let sums: Vec<f64> = rows.iter().flat_map(|row| partial_sums(row)).collect();
    let distance = |p: f64| sums.iter().map(|sum| (sum - p).abs()).fold(f64::INFINITY, f64::min);
    let thousandths = (target * 1000.0).round() as i64;
    (thousandths - 40..=thousandths + 40)
        .filter(|candidate| (1..1000).contains(candidate))
        .map(|candidate| candidate as f64 / 1000.0)
        .max_by(|&one, &other| distance(one).total_cmp(&distance(other)))
        .unwrap_or(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_differ_and_sum_to_exactly_one() {
        for seed in 0..50 {
            let mut row = distribution(&mut Random::new(seed, "row"), 1 + seed as usize);
            assert_eq!(row.iter().sum::<f64>(), 1.0);
            assert!(row.iter().all(|&value| f64::from(value as f32) == value && value > 0.0));
            row.sort_by(f64::total_cmp);
            assert!(row.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }

    #[test]
    fn the_crossing_token_is_kept_and_ties_go_by_index() {
        assert_eq!(kept(&[0.25, 0.5, 0.25], 0.6), [true, true, false]);
        assert_eq!(kept(&[0.25, 0.5, 0.25], 0.5), [false, true, false]);
    }

    #[test]
    fn a_clear_mass_is_near_its_target_and_away_from_partial_sums() {
        let row = distribution(&mut Random::new(1, "row"), 20);
        let p = clear_mass(std::slice::from_ref(&row), 0.7);
        assert!((p - 0.7).abs() <= 0.04);
        assert!(partial_sums(&row).into_iter().all(|sum| (sum - p).abs() > 1e-3));
    }

    #[test]
    fn partial_sums_begin_with_the_most_likely_token() {
        assert_eq!(partial_sums(&[0.25, 0.5, 0.125, 0.125]), [0.5, 0.75, 0.875, 1.0]);
    }
}
