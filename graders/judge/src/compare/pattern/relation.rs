//! How wrong values relate to the expected ones, place by place.

use wire::{Tensor, Tensors};

use super::model::{Pair, Pattern, Power, Size};

/// The first relation that all values keep.
pub(super) fn relation(pair: &Pair<'_>, inputs: &Tensors) -> Option<Pattern> {
    if pair.is_bool {
        return negated(pair);
    }
    zeros(pair)
        .or_else(|| nan_for_zero(pair))
        .or_else(|| argument(pair, inputs))
        .or_else(|| factor(pair, inputs))
        .or_else(|| offset(pair))
}

fn negated(pair: &Pair<'_>) -> Option<Pattern> {
    pair.is(pair.expected.iter().map(|value| 1.0 - value))
        .then_some(Pattern::Negated)
}

fn zeros(pair: &Pair<'_>) -> Option<Pattern> {
    let all_zero = pair.actual.iter().all(|&value| value == 0.0);
    (all_zero && pair.actual.len() > 1).then_some(Pattern::Zeros)
}

/// The values of an argument: its last ones where it has more axes, as many as were expected.
fn argument(pair: &Pair<'_>, inputs: &Tensors) -> Option<Pattern> {
    if !pair.is_varied() {
        return None;
    }
    let is_copy = |tensor: &Tensor| tensor.shape() == pair.shape && pair.is(tensor.to_f64().into_iter());
    let (name, _) = inputs.iter().find(|(_, tensor)| is_copy(tensor))?;
    Some(Pattern::Argument { name: name.clone() })
}

fn factor(pair: &Pair<'_>, inputs: &Tensors) -> Option<Pattern> {
    let finite = pair.expected.iter().zip(&pair.actual);
    let (&expected, &actual) = finite
        .filter(|(expected, _)| expected.is_finite())
        .max_by(|(one, _), (other, _)| one.abs().total_cmp(&other.abs()))?;
    let factor = actual / expected;
    let is_usable = factor.is_finite() && factor != 0.0 && factor != 1.0 && pair.is_varied();
    if !is_usable || !pair.is(pair.expected.iter().map(|value| value * factor)) {
        return None;
    }
    if (factor + 1.0).abs() <= pair.tolerance.max(f64::EPSILON) {
        return Some(Pattern::SignFlipped);
    }
    let size = size(factor, pair.tolerance, inputs);
    Some(Pattern::Factor { factor, size })
}

/// A size of an argument that explains the factor: roots first, and last axes before others.
fn size(factor: f64, tolerance: f64, inputs: &Tensors) -> Option<Size> {
    let powers = [Power::Root, Power::InverseRoot, Power::One, Power::Inverse];
    powers.into_iter().find_map(|power| {
        let explains = |size: usize| (of(power, size) - factor).abs() <= tolerance.max(1e-12) * factor.abs();
        let axis = |tensor: &Tensor| {
            (0..tensor.shape().len())
                .rev()
                .find(|&axis| explains(tensor.shape()[axis]))
        };
        let found = inputs
            .iter()
            .find_map(|(name, tensor)| Some((name, tensor, axis(tensor)?)));
        found.map(|(name, tensor, axis)| Size {
            argument: name.clone(),
            axis,
            size: tensor.shape()[axis],
            power,
        })
    })
}

fn of(power: Power, size: usize) -> f64 {
    let size = size as f64;
    match power {
        Power::Root => size.sqrt(),
        Power::InverseRoot => size.sqrt().recip(),
        Power::One => size,
        Power::Inverse => size.recip(),
    }
}

fn offset(pair: &Pair<'_>) -> Option<Pattern> {
    let finite = pair.expected.iter().zip(&pair.actual);
    let (expected, actual) = finite.into_iter().find(|(expected, _)| expected.is_finite())?;
    let offset = actual - expected;
    let is_offset = offset.is_finite()
        && offset != 0.0
        && pair.is_varied()
        && pair.is(pair.expected.iter().map(|value| value + offset));
    is_offset.then_some(Pattern::Offset { offset })
}

fn nan_for_zero(pair: &Pair<'_>) -> Option<Pattern> {
    let mut places = pair.expected.iter().zip(&pair.actual);
    let any = places
        .clone()
        .any(|(expected, actual)| *expected == 0.0 && actual.is_nan());
    let fits = places.all(|(expected, actual)| actual.is_nan() == (*expected == 0.0 || expected.is_nan()));
    (any && fits).then_some(Pattern::NanForZero)
}
