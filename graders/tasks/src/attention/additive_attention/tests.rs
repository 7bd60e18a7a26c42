//! The properties and golden cases of `additive_attention`, tried on right and wrong functions.

use judge::contract::arguments::{Array, arguments, array, tensor};
use judge::contract::subject::Call;
use ndarray::{Axis, IxDyn, s};
use wire::{Outcome, Tensors};

use super::properties::{energies, weighted_sum};
use super::*;
use crate::testing::{failed_properties, smallest_case, telling_cases, trivial_cases};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Variant {
    Right,
    NoTanh,
    TanhOfEach,
    SoftmaxOverBatch,
    NoMaximum,
    EnergiesDivided,
    ProjectedStatesSummed,
    SameWeightsForAllRows,
}

fn attention_as(way: Variant) -> impl FnMut(&Call) -> Result<Tensors, Outcome> {
    move |call| {
        let given = &call.arguments;
        let mut energies = match way {
            Variant::NoTanh | Variant::TanhOfEach => altered_energies(way, given),
            _ => energies(given),
        };
        if way == Variant::EnergiesDivided {
            energies /= (given["energy_weight"].len() as f64).sqrt();
        }
        let axis = Axis(usize::from(way != Variant::SoftmaxOverBatch));
        let mut weights = energies;
        for mut lane in weights.lanes_mut(axis) {
            let largest = lane.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let largest = if way == Variant::NoMaximum { 0.0 } else { largest };
            lane.mapv_inplace(|energy| (energy - largest).exp());
            let sum = lane.sum();
            lane.mapv_inplace(|weight| weight / sum);
        }
        if way == Variant::SameWeightsForAllRows {
            let first = weights.slice(s![0..1, ..]).to_owned();
            weights.assign(&first);
        }
        let hidden = array(&given["hidden"]);
        let summed = if way == Variant::ProjectedStatesSummed {
            hidden.mapv(f64::tanh)
        } else {
            hidden
        };
        let context = weighted_sum(&weights, &summed);
        Ok(arguments([
            ("context", tensor(&context)),
            ("weights", tensor(&weights)),
        ]))
    }
}

/// Energies of the sum itself, or of the sum of two tanh.
fn altered_energies(way: Variant, given: &Tensors) -> Array {
    let part = |vector: &str, weight: &str| {
        let (values, weight) = (array(&given[vector]), array(&given[weight]));
        let flat = values
            .view()
            .into_shape_with_order((values.len() / weight.shape()[1], weight.shape()[1]));
        let matrix = weight.into_dimensionality::<ndarray::Ix2>().expect("a matrix");
        flat.expect("rows").dot(&matrix.t())
    };
    let (own, theirs) = (part("state", "state_weight"), part("hidden", "hidden_weight"));
    let (v, positions) = (array(&given["energy_weight"]), given["hidden"].shape()[1]);
    Array::from_shape_fn(IxDyn(&given["hidden"].shape()[..2]), |at| {
        let unit = |unit: usize| {
            let (own, theirs) = (own[[at[0], unit]], theirs[[at[0] * positions + at[1], unit]]);
            v[[unit]]
                * if way == Variant::NoTanh {
                    own + theirs
                } else {
                    own.tanh() + theirs.tanh()
                }
        };
        (0..v.len()).map(unit).sum()
    })
}

#[test]
fn the_definition_has_all_properties() {
    assert_eq!(failed_properties(&TASK, attention_as(Variant::Right)), [""; 0]);
    assert_eq!(trivial_cases(&TASK, attention_as(Variant::Right)), [""; 0]);
}

#[test]
fn known_mistakes_fail_properties_and_show_in_golden_cases() {
    for (way, property) in [
        (Variant::NoTanh, "bounded-energies"),
        (Variant::TanhOfEach, "energies-of-weights"),
        (Variant::SoftmaxOverBatch, "weights-are-distributions"),
        (Variant::EnergiesDivided, "energies-of-weights"),
        (Variant::ProjectedStatesSummed, "context-is-weighted-sum"),
        (Variant::SameWeightsForAllRows, "batch-independence"),
    ] {
        assert!(
            smallest_case(&TASK, property, attention_as(way)).is_some(),
            "{way:?} and {property}"
        );
        assert!(
            !telling_cases(&TASK, attention_as(Variant::Right), attention_as(way)).is_empty(),
            "{way:?}"
        );
    }
}

#[test]
fn a_softmax_without_its_maximum_overflows() {
    assert_eq!(
        failed_properties(&TASK, attention_as(Variant::NoMaximum)),
        ["large-energies"]
    );
}
