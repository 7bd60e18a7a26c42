//! Values for inputs, reproducible on every machine.
//!
//! Only integer arithmetic and exact floating-point sums are used, so that a seed means the same numbers everywhere.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use sha2::{Digest, Sha256};
use wire::{Data, Tensor};

/// A stream of values that is fixed by its seed and its label.
#[derive(Debug, Clone)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// The stream with this seed and label.
    pub fn new(seed: u64, label: &str) -> Self {
        Self(ChaCha8Rng::from_seed(seed_bytes(seed, label)))
    }

    /// A value in [0, 1), a multiple of 2^-24 and thus exact in f32.
    pub fn unit(&mut self) -> f64 {
        f64::from(self.0.next_u32() >> 8) / f64::from(1 << 24)
    }

    /// An integer in `low..high`.
    pub fn integer(&mut self, low: i64, high: i64) -> i64 {
        let span = high.saturating_sub(low).max(1) as u64;
        low + (self.0.next_u64() % span) as i64
    }

    /// An approximately standard normal value (the sum of twelve uniform ones), a multiple of 1/256.
    pub fn normal_value(&mut self) -> f64 {
        let sum: f64 = (0..12).map(|_| self.unit()).sum::<f64>() - 6.0;
        (sum * 256.0).round() / 256.0
    }

    /// A float tensor of values from `draw`, stored as f32.
    pub fn fill(&mut self, shape: &[usize], mut draw: impl FnMut(&mut Self) -> f64) -> Tensor {
        let values: Vec<f32> = (0..shape.iter().product()).map(|_| draw(self) as f32).collect();
        floats(shape, values)
    }

    /// Standard normal values.
    pub fn normal(&mut self, shape: &[usize]) -> Tensor {
        self.fill(shape, Self::normal_value)
    }

    /// Normal values of the given standard deviation.
    pub fn scaled(&mut self, shape: &[usize], deviation: f64) -> Tensor {
        self.fill(shape, |random| random.normal_value() * deviation)
    }

    /// Values in [low, high).
    pub fn uniform(&mut self, shape: &[usize], low: f64, high: f64) -> Tensor {
        self.fill(shape, |random| low + (high - low) * random.unit())
    }

    /// A random order of `0..count`.
    pub fn permutation(&mut self, count: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..count).collect();
        for last in (1..count).rev() {
            order.swap(last, self.integer(0, last as i64 + 1) as usize);
        }
        order
    }

    /// A directed graph without duplicate edges or self loops whose **last** node is isolated; `[2, E]` int64.
    ///
    /// Each ordered pair of the other nodes is an edge with probability `density`; with at least two other nodes there
    /// is at least one edge, and in-degrees differ from out-degrees as they fall.
    pub fn graph(&mut self, nodes: usize, density: f64) -> Vec<(i64, i64)> {
        let inner = nodes.saturating_sub(1) as i64;
        let mut edges: Vec<(i64, i64)> = (0..inner)
            .flat_map(|source| (0..inner).map(move |destination| (source, destination)))
            .filter(|(source, destination)| source != destination)
            .filter(|_| self.unit() < density)
            .collect();
        if edges.is_empty() && inner >= 2 {
            edges.push((0, 1));
        }
        let order = self.permutation(edges.len());
        order.into_iter().map(|position| edges[position]).collect()
    }
}

/// A seed for a generator from a number and a label.
pub fn seed_bytes(seed: u64, label: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(seed.to_le_bytes());
    hash.update(label.as_bytes());
    hash.finalize().into()
}

/// An f32 tensor of these values.
///
/// # Panics
/// Where the number of values does not fit the shape: a slip in a task's definition.
pub fn floats(shape: &[usize], values: Vec<f32>) -> Tensor {
    Tensor::new(shape.to_vec(), Data::F32(values)).expect("as many values as the shape says")
}

/// An edge list as `[2, E]` int64, row 0 = source, row 1 = destination.
pub fn edge_index(edges: &[(i64, i64)]) -> Tensor {
    let sources = edges.iter().map(|edge| edge.0);
    let destinations = edges.iter().map(|edge| edge.1);
    integers(&[2, edges.len()], sources.chain(destinations).collect())
}

/// A bool tensor of these values.
///
/// # Panics
/// Where the number of values does not fit the shape: a slip in a task's definition.
pub fn booleans(shape: &[usize], values: Vec<bool>) -> Tensor {
    Tensor::new(shape.to_vec(), Data::Bool(values)).expect("as many values as the shape says")
}

/// An int64 tensor of these values.
///
/// # Panics
/// Where the number of values does not fit the shape: a slip in a task's definition.
pub fn integers(shape: &[usize], values: Vec<i64>) -> Tensor {
    Tensor::new(shape.to_vec(), Data::I64(values)).expect("as many values as the shape says")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_numbers_for_ever() {
        let values = Random::new(1, "x").normal(&[4]).to_f64();
        insta::assert_snapshot!(format!("{values:?}"), @"[1.14453125, -0.26171875, 0.78125, -0.17578125]");
    }

    #[test]
    fn labels_and_seeds_make_different_streams() {
        let first = Random::new(1, "x").normal(&[8]);
        assert_ne!(first, Random::new(2, "x").normal(&[8]));
        assert_ne!(first, Random::new(1, "y").normal(&[8]));
    }

    #[test]
    fn the_last_node_of_a_random_graph_is_isolated() {
        let edges = Random::new(3, "graph").graph(6, 0.5);
        assert!(!edges.is_empty());
        assert!(
            edges
                .iter()
                .all(|&(source, destination)| source < 5 && destination < 5 && source != destination)
        );
    }
}
