//! The arguments that `generic_self_attention` is for: any number of rows, positions and heads, masks of any kind, scores of
//! any size.

use judge::contract::arguments::{array, tensor, with};
use judge::contract::domain::Domain;
use judge::contract::scenario::Scenario;
use ndarray::s;
use wire::Tensors;

use super::inputs::{equal_scores, mask_tensor};
use crate::sequences::inputs::attention;
use crate::transformer::inputs::multiplied;

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "any number of rows, positions and heads",
        sizes: &[("B", 1, 5), ("T", 1, 36), ("heads", 1, 5), ("d", 1, 6)],
        arguments: |scenario| {
            let [batch, length, heads, dimension] = ["B", "T", "heads", "d"].map(|name| scenario.size(name));
            attention(&mut scenario.random("case"), batch, length, heads, dimension)
        },
    },
    Domain {
        name: "positions that see one position each, or all",
        sizes: &[("B", 1, 4), ("T", 1, 20), ("seen", 0, 3)],
        arguments: |scenario| {
            let (given, length) = (narrow(scenario), scenario.size("T"));
            let seen = |row: usize, position: usize, column: usize| match scenario.size("seen") {
                0 => column == position,
                1 => column == row % length,
                2 => column == length - 1,
                _ => true,
            };
            let shape = vec![scenario.size("B"), length, length];
            let mask = ndarray::ArrayD::from_shape_fn(shape, |at| f64::from(u8::from(seen(at[0], at[1], at[2]))));
            with(&given, "mask", mask_tensor(&mask))
        },
    },
    Domain {
        name: "scores of any size",
        sizes: &[("B", 1, 2), ("T", 1, 9), ("digits of the scores", 0, 20)],
        arguments: |scenario| {
            // Half of them in the queries and half in the keys, which f32 holds.
            let factor = 10.0_f64.powf(scenario.integer("digits of the scores") as f64 / 2.0);
            let weights = ["query_weight", "query_bias", "key_weight", "key_bias"];
            weights
                .iter()
                .fold(narrow(scenario), |given, name| multiplied(&given, name, factor))
        },
    },
    Domain {
        name: "visible scores that are all far below zero",
        sizes: &[("B", 1, 2), ("T", 2, 6), ("digits of the scores", 2, 20)],
        arguments: |scenario| {
            let size = 10.0_f64.powi(scenario.integer("digits of the scores") as i32);
            equal_scores(&narrow(scenario), -size)
        },
    },
    Domain {
        name: "a last position of any size that no position sees",
        sizes: &[("B", 1, 2), ("T", 2, 6), ("digits of the position", 0, 15)],
        arguments: |scenario| {
            let (given, last) = (narrow(scenario), scenario.size("T") - 1);
            let size = 10.0_f64.powi(scenario.integer("digits of the position") as i32);
            let mut input = array(&given["input"]);
            input.slice_mut(s![.., last, ..]).mapv_inplace(|value| value * size);
            let shape = vec![scenario.size("B"), last + 1, last + 1];
            let mask = ndarray::ArrayD::from_shape_fn(shape, |at| f64::from(u8::from(at[2] < last)));
            with(&with(&given, "input", tensor(&input)), "mask", mask_tensor(&mask))
        },
    },
    Domain {
        name: "more positions than usual models have",
        sizes: &[("T", 300, 300)],
        arguments: |scenario| attention(&mut scenario.random("case"), 1, scenario.size("T"), 1, 2),
    },
    Domain {
        name: "many positions, of which only a few at one end are seen",
        sizes: &[("T", 140, 140), ("seen", 1, 3), ("at the end", 0, 1)],
        arguments: |scenario| {
            let [length, seen] = ["T", "seen"].map(|name| scenario.size(name));
            let given = attention(&mut scenario.random("case"), 1, length, 1, 2);
            let first = scenario.size("at the end") * (length - seen);
            let is_seen = |at: ndarray::IxDyn| f64::from(u8::from((first..first + seen).contains(&at[2])));
            let mask = ndarray::ArrayD::from_shape_fn(vec![1, length, length], is_seen);
            with(&given, "mask", mask_tensor(&mask))
        },
    },
];

/// Two heads of three channels.
fn narrow(scenario: &Scenario) -> Tensors {
    attention(
        &mut scenario.random("case"),
        scenario.size("B"),
        scenario.size("T"),
        2,
        3,
    )
}
