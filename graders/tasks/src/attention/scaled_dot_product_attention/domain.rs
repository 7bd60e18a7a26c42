//! The kinds of arguments that `scaled_dot_product_attention` takes.

use judge::contract::arguments::with;
use judge::contract::domain::Domain;
use judge::contract::random::{booleans, floats};
use judge::contract::scenario::{Scenario, Sizes};
use wire::Tensors;

use super::inputs::{case, masked, of};
use crate::attention::inputs::random_mask;

/// Queries and keys behind two axes, which a mask may or may not have.
const MASKED: Sizes = &[("B", 1, 3), ("heads", 1, 4), ("T", 1, 5), ("S", 1, 20)];

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "queries and keys behind any number of axes",
        sizes: &[
            ("axes", 2, 5),
            ("T", 1, 20),
            ("S", 1, 140),
            ("d_k", 1, 20),
            ("d_v", 1, 9),
        ],
        arguments: |scenario| {
            let leading = vec![2; scenario.size("axes") - 2];
            let sizes = ["T", "S", "d_k", "d_v"].map(|name| scenario.size(name));
            case(&mut scenario.random("rows"), &leading, sizes)
        },
    },
    Domain {
        name: "a mask of one row for all queries",
        sizes: MASKED,
        arguments: |scenario| with_mask(scenario, |[.., keys]| vec![keys]),
    },
    Domain {
        name: "a mask of one row for each sequence",
        sizes: MASKED,
        arguments: |scenario| with_mask(scenario, |[batch, _, _, keys]| vec![batch, 1, 1, keys]),
    },
    Domain {
        name: "a mask for each sequence",
        sizes: MASKED,
        arguments: |scenario| with_mask(scenario, |[batch, _, queries, keys]| vec![batch, 1, queries, keys]),
    },
    Domain {
        name: "a mask for each head",
        sizes: MASKED,
        arguments: |scenario| with_mask(scenario, |[_, heads, queries, keys]| vec![heads, queries, keys]),
    },
    Domain {
        name: "a mask with all axes",
        sizes: MASKED,
        arguments: |scenario| with_mask(scenario, |sizes| sizes.to_vec()),
    },
    Domain {
        name: "scores of any size, some of them masked",
        sizes: &[("digits", -8, 20)],
        arguments: |scenario| {
            let mut random = scenario.random("rows");
            let mut rows = |count, size| random.scaled(&[2, count, 4], size);
            // Half of them in the queries and half in the keys, which f32 holds.
            let size = 10.0_f64.powf(scenario.integer("digits") as f64 / 2.0);
            with_random_mask(scenario, &of(rows(3, size), rows(5, size), rows(5, 1.0)))
        },
    },
    Domain {
        name: "scores that all lie far from zero, some of them masked",
        sizes: &[("thousands", -100, 100)],
        arguments: far_from_zero,
    },
    Domain {
        name: "values of any size",
        sizes: &[("digits", -8, 8)],
        arguments: |scenario| {
            let mut random = scenario.random("rows");
            let size = 10.0_f64.powi(scenario.integer("digits") as i32);
            let mut rows = |count, size| random.scaled(&[2, count, 4], size);
            of(rows(3, 1.0), rows(5, 1.0), rows(5, size))
        },
    },
    Domain {
        name: "more keys than usual models have",
        sizes: &[("T", 3, 3), ("S", 2060, 2060)],
        arguments: |scenario| {
            let [queries, keys] = ["T", "S"].map(|name| scenario.size(name));
            case(&mut scenario.random("rows"), &[], [queries, keys, 2, 1])
        },
    },
    Domain {
        name: "many keys, of which only a few at one end are visible",
        sizes: &[("T", 2, 2), ("S", 300, 300), ("visible", 1, 3), ("at the end", 0, 1)],
        arguments: |scenario| {
            let [queries, keys, visible] = ["T", "S", "visible"].map(|name| scenario.size(name));
            let given = case(&mut scenario.random("rows"), &[], [queries, keys, 2, 2]);
            let first = scenario.size("at the end") * (keys - visible);
            let seen = (0..queries * keys).map(|at| (first..first + visible).contains(&(at % keys)));
            with(&given, "mask", booleans(&[queries, keys], seen.collect()))
        },
    },
];

/// A mask whose axes come from B, heads, T and S.
fn with_mask(scenario: &Scenario, shape: fn([usize; 4]) -> Vec<usize>) -> Tensors {
    let sizes = ["B", "heads", "T", "S"].map(|name| scenario.size(name));
    let [batch, heads, queries, keys] = sizes;
    masked(
        &mut scenario.random("rows"),
        &[batch, heads],
        [queries, keys, 4, 3],
        &shape(sizes),
    )
}

fn with_random_mask(scenario: &Scenario, given: &Tensors) -> Tensors {
    let mask = random_mask(&mut scenario.random("mask"), &[3, 5]);
    with(given, "mask", mask)
}

/// Scores of about `thousands`; what tells them apart is of order one.
fn far_from_zero(scenario: &Scenario) -> Tensors {
    let mut random = scenario.random("rows");
    let far = 2000.0 * scenario.integer("thousands") as f32;
    let mut rows = |count: usize, first: f32| {
        let rows =
            (0..2 * count).flat_map(|_| [first, random.unit() as f32, random.unit() as f32, random.unit() as f32]);
        floats(&[2, count, 4], rows.collect())
    };
    let (query, key) = (rows(3, far), rows(5, 1.0));
    with_random_mask(scenario, &of(query, key, random.normal(&[2, 5, 3])))
}
