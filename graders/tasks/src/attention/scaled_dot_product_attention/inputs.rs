//! Inputs of `scaled_dot_product_attention`.

use judge::contract::arguments::{arguments, with};
use judge::contract::random::{Random, floats};
use wire::{Tensor, Tensors};

use crate::attention::inputs::{lower_triangle, random_mask};

/// Normal values behind the leading axes; sizes are T, S, `d_k`, `d_v`.
pub(super) fn case(random: &mut Random, leading: &[usize], [queries, keys, inner, outer]: [usize; 4]) -> Tensors {
    let shape = |rows, columns| [leading, &[rows, columns]].concat();
    of(
        random.normal(&shape(queries, inner)),
        random.normal(&shape(keys, inner)),
        random.normal(&shape(keys, outer)),
    )
}

/// The arguments of a call without a mask.
pub(super) fn of(query: Tensor, key: Tensor, value: Tensor) -> Tensors {
    arguments([("query", query), ("key", key), ("value", value)])
}

pub(super) fn masked(random: &mut Random, leading: &[usize], sizes: [usize; 4], mask: &[usize]) -> Tensors {
    let mask = random_mask(random, mask);
    with(&case(random, leading, sizes), "mask", mask)
}

pub(super) fn small(random: &mut Random) -> Tensors {
    let mut rows = |count, channels| random.scaled(&[2, count, channels], 1e-3);
    of(rows(3, 4), rows(5, 4), rows(5, 3))
}

/// Whole numbers of up to 50 and `d_k` = 16, so that scores of thousands are exact in f32, however they are computed.
pub(super) fn large(random: &mut Random) -> Tensors {
    let whole = |random: &mut Random| random.integer(-50, 51) as f64;
    let (query, key) = (random.fill(&[2, 3, 16], whole), random.fill(&[2, 5, 16], whole));
    of(query, key, random.normal(&[2, 5, 3]))
}

/// Causal; the scores, masked ones too, are `query * key / 4` and a rank times 20, in rising or falling order.
///
/// Everything is a small whole number and `d_k` = 16, so the scores are exact in f32, however they are computed, and
/// one weight of each row is 1 to f32. Scores this large that differ by less would be rounded by some correct ways.
pub(super) fn offset(random: &mut Random, query: f32, key: f32) -> Tensors {
    let rows = |channels: &mut dyn FnMut() -> [f32; 2]| {
        let values = (0..2 * 4).flat_map(|_| {
            let mut row = vec![0.0; 16];
            row[..2].copy_from_slice(&channels());
            row
        });
        floats(&[2, 4, 16], values.collect())
    };
    let mut ranks: Vec<usize> = (0..2).flat_map(|_| random.permutation(4)).collect();
    let keys = rows(&mut || [key, 80.0 * ranks.pop().unwrap_or_default() as f32]);
    let queries = rows(&mut || [query, if random.unit() < 0.5 { 1.0 } else { -1.0 }]);
    with(&of(queries, keys, random.normal(&[2, 4, 3])), "mask", lower_triangle(4))
}
