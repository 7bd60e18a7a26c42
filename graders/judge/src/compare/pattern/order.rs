//! Whether wrong values are the expected ones in other places.

use super::model::{Pair, Pattern, is_near};
use crate::compare::largest;

/// An axis with more slices is not searched for a permutation.
const MOST_SLICES: usize = 64;

/// The first way of exchanging places that explains all values.
pub(super) fn order(pair: &Pair<'_>) -> Option<Pattern> {
    if !pair.is_varied() {
        return None;
    }
    transposed(pair)
        .or_else(|| reversed(pair))
        .or_else(|| permuted(pair))
        .or_else(|| rearranged(pair))
}

/// The expected values in another shape: with two axes exchanged, or in the same order.
pub(super) fn in_another_shape(pair: &Pair<'_>) -> Option<Pattern> {
    if !pair.is_varied() {
        return None;
    }
    transposed(pair).or_else(|| pair.is(pair.expected.iter().copied()).then_some(Pattern::Reshaped))
}

fn transposed(pair: &Pair<'_>) -> Option<Pattern> {
    let rank = pair.shape.len();
    let exchanges = (0..rank).flat_map(|first| (first + 1..rank).map(move |second| [first, second]));
    let fits = |&[first, second]: &[usize; 2]| {
        let mut order: Vec<usize> = (0..rank).collect();
        order.swap(first, second);
        let shape: Vec<usize> = order.iter().map(|&axis| pair.shape[axis]).collect();
        shape == pair.actual_shape && pair.is(exchanged(pair, &order, &shape).into_iter())
    };
    let longer = |&[first, second]: &[usize; 2]| pair.shape[first] > 1 && pair.shape[second] > 1;
    // The last two axes are what is mostly meant.
    let mut exchanges: Vec<[usize; 2]> = exchanges.filter(longer).collect();
    exchanges.reverse();
    let axes = exchanges.into_iter().find(fits)?;
    Some(Pattern::Transposed { axes })
}

/// The expected values with their axes in another order.
fn exchanged(pair: &Pair<'_>, order: &[usize], shape: &[usize]) -> Vec<f64> {
    let strides = strides(pair.shape);
    let strides: Vec<usize> = order.iter().map(|&axis| strides[axis]).collect();
    (0..pair.expected.len())
        .map(|position| {
            let place: usize = index(position, shape)
                .iter()
                .zip(&strides)
                .map(|(at, stride)| at * stride)
                .sum();
            pair.expected[place]
        })
        .collect()
}

fn reversed(pair: &Pair<'_>) -> Option<Pattern> {
    let fits = |&axis: &usize| {
        let size = pair.shape[axis];
        size > 1 && pair.is(taken(pair, axis, |at| size - 1 - at).into_iter())
    };
    (0..pair.shape.len())
        .rev()
        .find(fits)
        .map(|axis| Pattern::Reversed { axis })
}

fn permuted(pair: &Pair<'_>) -> Option<Pattern> {
    let fits = |&axis: &usize| (3..=MOST_SLICES).contains(&pair.shape[axis]) && is_permuted(pair, axis);
    (0..pair.shape.len()).find(fits).map(|axis| Pattern::Permuted { axis })
}

/// Whether every slice is one of the expected ones, each taken once.
fn is_permuted(pair: &Pair<'_>, axis: usize) -> bool {
    let allowed = pair.tolerance * largest(&pair.expected);
    let slices = |values: &[f64]| -> Vec<Vec<f64>> {
        let strides = strides(pair.shape);
        let mut slices = vec![Vec::new(); pair.shape[axis]];
        for (position, value) in values.iter().enumerate() {
            slices[position / strides[axis] % pair.shape[axis]].push(*value);
        }
        slices
    };
    let mut left = slices(&pair.expected);
    slices(&pair.actual).iter().all(|given| {
        let same = |wanted: &Vec<f64>| {
            wanted
                .iter()
                .zip(given)
                .all(|(&wanted, &given)| is_near(wanted, given, allowed))
        };
        let found = left.iter().position(same);
        found.map(|place| left.swap_remove(place)).is_some()
    })
}

fn rearranged(pair: &Pair<'_>) -> Option<Pattern> {
    let sorted = |values: &[f64]| {
        let mut values = values.to_vec();
        values.sort_by(f64::total_cmp);
        values
    };
    let allowed = pair.tolerance * largest(&pair.expected);
    // Sorting is dear, and what is only in other places has the same sum.
    let difference = pair.expected.iter().sum::<f64>() - pair.actual.iter().sum::<f64>();
    let rounding = f64::EPSILON * largest(&pair.expected);
    if difference.abs() > 2.0 * (allowed + rounding) * pair.expected.len() as f64 {
        return None;
    }
    let (expected, actual) = (sorted(&pair.expected), sorted(&pair.actual));
    let mut different = expected.clone();
    different.dedup();
    let same = expected
        .iter()
        .zip(&actual)
        .all(|(&wanted, &given)| is_near(wanted, given, allowed));
    // A few values of which many are equal, such as zeros and ones, are in other places by chance.
    (same && different.len() > 4).then_some(Pattern::Rearranged)
}

/// The expected values with the places along an axis taken from elsewhere.
fn taken(pair: &Pair<'_>, axis: usize, from: impl Fn(usize) -> usize) -> Vec<f64> {
    let stride = strides(pair.shape)[axis];
    let place = |position: usize| {
        let at = position / stride % pair.shape[axis];
        position - at * stride + from(at) * stride
    };
    (0..pair.expected.len())
        .map(|position| pair.expected[place(position)])
        .collect()
}

fn strides(shape: &[usize]) -> Vec<usize> {
    (0..shape.len())
        .map(|axis| shape[axis + 1..].iter().product())
        .collect()
}

fn index(position: usize, shape: &[usize]) -> Vec<usize> {
    let strides = strides(shape);
    strides
        .iter()
        .zip(shape)
        .map(|(stride, size)| position / stride % size)
        .collect()
}
