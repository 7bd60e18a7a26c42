//! The relation that a property asks for, found by running the property again on outputs that are changed one value at
//! a time.
//!
//! What most properties compare are values that calls gave, in another order or as sums with fixed factors, and figures that
//! the judge has worked out itself. Where a property does more than that with an output, nothing is found.

use wire::{Data, Tensor};

use super::model::{Element, Place, Quantity, Relation, Sum};
use super::replay::Replay;
use crate::checks::observe::{Comparison, comparisons};
use crate::checks::probe::Probe;
use crate::compare::compare_scaled;
use crate::contract::Property;
use crate::contract::exchange::{Exchange, Returned};
use crate::contract::scenario::Scenario;

/// More values than this are not changed one by one.
const MOST_VALUES: usize = 600;
/// Nor are more than so many compared with each other.
const MOST_PAIRS: usize = 200_000;
/// What a value is changed by: nothing that a property would have by chance.
const CHANGE: f64 = 0.739;
/// The error of a sum that has been found to be one.
const EXACT: f64 = 1e-7;
/// Differences of values of order one are exact but for this.
const NOISE: f64 = 1e-12;

/// The relation of the first comparison that does not hold.
pub(super) fn relation(property: &Property, scenario: &Scenario, exchanges: &[Exchange]) -> Option<Relation> {
    if exchanges.iter().any(gives_whole_numbers_only) {
        return None;
    }
    let seen = run(property, scenario, exchanges)?;
    let (number, worst) = seen
        .iter()
        .enumerate()
        .find_map(|(number, seen)| Some((number, worst(seen)?)))?;
    let plain = plain(exchanges);
    let at = |exchanges: &[Exchange]| run(property, scenario, exchanges)?.into_iter().nth(number);
    let base = at(&plain)?;
    let places = places(&plain);
    if places.len() > MOST_VALUES || places.len() * base.actual.len() > MOST_PAIRS {
        return None;
    }
    let mut elements = vec![Element::default(); base.actual.len()];
    for place in places {
        let (changed, by) = changed(&plain, &place);
        let found = at(&changed)?;
        if found.actual.shape() != base.actual.shape() {
            return None;
        }
        for (element, pair) in elements.iter_mut().zip(pairs(&base).zip(pairs(&found))) {
            let ((actual, expected), (new_actual, new_expected)) = pair;
            element.actual.add(&place, (new_actual - actual) / by);
            element.expected.add(&place, (new_expected - expected) / by);
        }
    }
    for (element, (actual, expected)) in elements.iter_mut().zip(pairs(&base)) {
        element.actual.constant = without_noise(actual - element.actual.value(&plain)?);
        element.expected.constant = without_noise(expected - element.expected.value(&plain)?);
    }
    let relation = Relation {
        shape: base.actual.shape().to_vec(),
        elements,
        worst,
        allowed: allowed(&seen[number]),
    };
    (relation.is_broken(exchanges) && relation.is_confirmed(&shaken(&plain), &at)).then_some(relation)
}

impl Sum {
    fn add(&mut self, place: &Place, factor: f64) {
        let factor = rounded(factor);
        if factor != 0.0 {
            self.terms.push((place.clone(), factor));
        }
    }

    fn value(&self, exchanges: &[Exchange]) -> Option<f64> {
        let terms = self
            .terms
            .iter()
            .map(|(place, factor)| Some(factor * value(exchanges, place)?));
        terms.sum::<Option<f64>>().map(|sum| sum + self.constant)
    }
}

impl Relation {
    /// Whether what the calls gave breaks it. An infinity may do so by a product with 0, which is no term of a sum.
    fn is_broken(&self, exchanges: &[Exchange]) -> bool {
        let worst = &self.elements[self.worst];
        let values = worst.actual.value(exchanges).zip(worst.expected.value(exchanges));
        values.is_none_or(|(actual, expected)| {
            let distance = (actual - expected).abs();
            distance.is_nan() || distance > self.allowed
        })
    }

    /// Whether the sums are what the property compares for other outputs as well, all changed at once.
    fn is_confirmed(&self, other: &[Exchange], at: &impl Fn(&[Exchange]) -> Option<Comparison>) -> bool {
        let Some(found) = at(other) else { return false };
        let is_near = |sum: &Sum, value: f64| {
            sum.value(other)
                .is_some_and(|own| (own - value).abs() <= EXACT * value.abs().max(1.0))
        };
        let depends = |element: &Element| !element.actual.terms.is_empty() || !element.expected.terms.is_empty();
        let mut all = self.elements.iter().zip(pairs(&found));
        depends(&self.elements[self.worst])
            && found.actual.shape() == self.shape
            && all.all(|(element, (actual, expected))| {
                is_near(&element.actual, actual) && is_near(&element.expected, expected)
            })
    }
}

/// The comparisons of a property over recorded outputs; `None` where it then calls something else.
fn run(property: &Property, scenario: &Scenario, exchanges: &[Exchange]) -> Option<Vec<Comparison>> {
    let mut replay = Replay::new(exchanges);
    // Outputs whose order is free have been put into one already.
    let seen = comparisons(|| {
        let _ = (property.holds)(scenario, &mut Probe::new(&mut replay, None));
    });
    (!replay.strayed).then_some(seen)
}

/// Where two arrays are furthest apart; `None` where they agree.
fn worst(seen: &Comparison) -> Option<usize> {
    if seen.expected.shape() != seen.actual.shape() {
        return None;
    }
    let (expected, actual) = (
        crate::contract::arguments::tensor(&seen.expected),
        crate::contract::arguments::tensor(&seen.actual),
    );
    compare_scaled(&expected, &actual, wire::DType::F64, seen.tolerance, 1.0)?;
    // What is no number is furthest off.
    let distance = |(expected, actual): (&f64, &f64)| {
        let distance = (expected - actual).abs();
        if distance.is_nan() { f64::INFINITY } else { distance }
    };
    let distances = seen.expected.iter().zip(&seen.actual).map(distance);
    let (worst, _) = distances.enumerate().max_by(|one, other| one.1.total_cmp(&other.1))?;
    Some(worst)
}

fn allowed(seen: &Comparison) -> f64 {
    let finite = seen.expected.iter().filter(|value| value.is_finite());
    seen.tolerance * finite.fold(1.0_f64, |largest, value| largest.max(value.abs()))
}

fn pairs(comparison: &Comparison) -> impl Iterator<Item = (f64, f64)> {
    comparison
        .actual
        .iter()
        .copied()
        .zip(comparison.expected.iter().copied())
}

/// The quantities of a call that hold numbers to be changed.
fn quantities(returned: &Returned) -> impl Iterator<Item = (Quantity, &Tensor)> {
    let outputs = returned
        .outputs
        .iter()
        .map(|(name, tensor)| (Quantity::Output(name.clone()), tensor));
    let gradients = returned
        .gradients
        .iter()
        .map(|(name, tensor)| (Quantity::Gradient(name.clone()), tensor));
    outputs.chain(gradients)
}

/// Whether nothing that a call gives can be changed. What a property makes of such a call would pass for a figure of
/// its own.
fn gives_whole_numbers_only(exchange: &Exchange) -> bool {
    let mut quantities = exchange.returned.iter().flat_map(quantities).peekable();
    quantities.peek().is_some() && quantities.all(|(_, tensor)| matches!(tensor.data(), Data::I64(_)))
}

/// All values that can be changed: whole numbers are not, since properties take them for places.
fn places(exchanges: &[Exchange]) -> Vec<Place> {
    let of_call = |(call, exchange): (usize, &Exchange)| {
        let quantities = exchange.returned.iter().flat_map(quantities);
        let changeable = quantities.filter(|(_, tensor)| !matches!(tensor.data(), Data::I64(_)));
        let places = changeable.flat_map(|(quantity, tensor)| {
            (0..tensor.len()).map(move |position| Place {
                call,
                quantity: quantity.clone(),
                position,
            })
        });
        places.collect::<Vec<_>>()
    };
    exchanges.iter().enumerate().flat_map(of_call).collect()
}

fn tensor_mut<'a>(exchanges: &'a mut [Exchange], place: &Place) -> Option<&'a mut Tensor> {
    let returned = exchanges.get_mut(place.call)?.returned.as_mut()?;
    match &place.quantity {
        Quantity::Output(name) => returned.outputs.get_mut(name),
        Quantity::Gradient(name) => returned.gradients.get_mut(name),
    }
}

fn value(exchanges: &[Exchange], place: &Place) -> Option<f64> {
    let returned = exchanges.get(place.call)?.returned.as_ref()?;
    let tensor = match &place.quantity {
        Quantity::Output(name) => returned.outputs.get(name),
        Quantity::Gradient(name) => returned.gradients.get(name),
    };
    match tensor?.data() {
        Data::F32(values) => values.get(place.position).map(|&value| f64::from(value)),
        Data::F64(values) => values.get(place.position).copied(),
        Data::I64(values) => values.get(place.position).map(|&value| value as f64),
        Data::Bool(values) => values.get(place.position).map(|&value| f64::from(u8::from(value))),
    }
}

/// The record with one value changed, and by how much.
fn changed(exchanges: &[Exchange], place: &Place) -> (Vec<Exchange>, f64) {
    let mut changed = exchanges.to_vec();
    let before = value(exchanges, place).unwrap_or(0.0);
    if let Some(tensor) = tensor_mut(&mut changed, place) {
        change(tensor, place.position, CHANGE);
    }
    let after = value(&changed, place).unwrap_or(0.0);
    (changed, after - before)
}

fn change(tensor: &mut Tensor, position: usize, by: f64) {
    match tensor.data_mut() {
        Data::F32(values) => values[position] += by as f32,
        Data::F64(values) => values[position] += by,
        Data::Bool(values) => values[position] = !values[position],
        Data::I64(_) => {}
    }
}

/// The record with numbers in place of whatever is none.
fn plain(exchanges: &[Exchange]) -> Vec<Exchange> {
    let mut plain = exchanges.to_vec();
    for place in places(exchanges) {
        if value(exchanges, &place).is_some_and(|value| !value.is_finite())
            && let Some(tensor) = tensor_mut(&mut plain, &place)
        {
            match tensor.data_mut() {
                Data::F32(values) => values[place.position] = 0.25,
                Data::F64(values) => values[place.position] = 0.25,
                Data::I64(_) | Data::Bool(_) => {}
            }
        }
    }
    plain
}

/// The record with all values changed, each by something else.
fn shaken(exchanges: &[Exchange]) -> Vec<Exchange> {
    let mut shaken = exchanges.to_vec();
    for (number, place) in places(exchanges).iter().enumerate() {
        if let Some(tensor) = tensor_mut(&mut shaken, place)
            && tensor.dtype().is_float()
        {
            change(tensor, place.position, CHANGE * (0.3 + (number as f64 * 0.618).fract()));
        }
    }
    shaken
}

/// The last bits of a difference are noise.
fn rounded(factor: f64) -> f64 {
    let near = (factor * 4.0).round() / 4.0;
    if (factor - near).abs() < NOISE { near } else { factor }
}

fn without_noise(constant: f64) -> f64 {
    if constant.abs() < NOISE { 0.0 } else { constant }
}
