//! One concrete case of a property: a few sizes, a seed, and the values that follow from them.
//!
//! Sizes and seed are plain integers, so that a failing case shrinks to the smallest sizes that still fail; the values
//! are drawn from the seed afterwards and need no shrinking of their own.

use wire::{DType, Tensor};

use crate::contract::random::{Random, edge_index};

/// Names and inclusive bounds of a property's sizes; a failing case shrinks towards the lower bounds.
pub type Sizes = &'static [(&'static str, i64, i64)];

/// One concrete case.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    sizes: Vec<(&'static str, i64)>,
    seed: u64,
    dtype: DType,
}

impl Scenario {
    /// The case with these sizes and this seed; float values have `dtype`.
    pub fn new(names: Sizes, values: &[i64], seed: u64, dtype: DType) -> Self {
        let sizes = names.iter().zip(values).map(|(size, &value)| (size.0, value)).collect();
        Self { sizes, seed, dtype }
    }

    /// Names and values of the sizes.
    pub fn sizes(&self) -> &[(&'static str, i64)] {
        &self.sizes
    }

    /// The seed of the values.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The dtype of float values.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// The size of this name.
    ///
    /// # Panics
    /// Where the property declares no such size: a slip in a task's definition.
    pub fn size(&self, name: &str) -> usize {
        self.integer(name) as usize
    }

    /// The size of this name as a signed integer.
    ///
    /// # Panics
    /// Where the property declares no such size: a slip in a task's definition.
    pub fn integer(&self, name: &str) -> i64 {
        let found = self.sizes.iter().find(|size| size.0 == name);
        found
            .unwrap_or_else(|| panic!("the property declares no size `{name}`"))
            .1
    }

    /// The stream of values with this label.
    pub fn random(&self, label: &str) -> Random {
        Random::new(self.seed, label)
    }

    /// Standard normal values.
    pub fn normal(&self, label: &str, shape: &[usize]) -> Tensor {
        self.random(label).normal(shape).to_float(self.dtype)
    }

    /// Values in [low, high).
    pub fn uniform(&self, label: &str, shape: &[usize], low: f64, high: f64) -> Tensor {
        self.random(label).uniform(shape, low, high).to_float(self.dtype)
    }

    /// A directed graph over `nodes` nodes whose last node is isolated, about half of all other edges present.
    pub fn edges(&self, label: &str, nodes: usize) -> Vec<(i64, i64)> {
        self.random(label).graph(nodes, 0.4)
    }

    /// The same graph as `[2, E]` int64.
    pub fn edge_index(&self, label: &str, nodes: usize) -> Tensor {
        edge_index(&self.edges(label, nodes))
    }
}
