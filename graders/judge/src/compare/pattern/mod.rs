//! In which pattern a wrong output differs from what was expected: a hint where no known mistake is recognised.
//!
//! Pure functions over two tensors: how the values relate (`relation`), whether they are the right ones in other places
//! (`order`), and where the wrong ones are (`region`).

pub mod edges;
mod model;
mod order;
mod region;
mod relation;

use wire::{Tensor, Tensors};

use self::model::Pair;

pub use model::{Part, Pattern, Power, Region, Size};

/// Outputs with more values are not searched for patterns.
const MOST_VALUES: usize = 20_000;

/// The patterns in which `actual` differs from `expected`: how, and where; `inputs` are the call's arguments.
pub fn patterns(expected: &Tensor, actual: &Tensor, inputs: &Tensors, tolerance: f64) -> Vec<Pattern> {
    if expected.len() > MOST_VALUES || actual.len() > MOST_VALUES {
        return Vec::new();
    }
    let pair = Pair::new(expected, actual, tolerance);
    if expected.shape() != actual.shape() {
        return order::in_another_shape(&pair).into_iter().collect();
    }
    let how = relation::relation(&pair, inputs).or_else(|| order::order(&pair));
    how.into_iter().chain(region::region(&pair)).collect()
}

#[cfg(test)]
mod tests;
