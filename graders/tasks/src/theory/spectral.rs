//! Matrices with known eigenvalues, for `spectral_radius`, `hidden_state` and `long_run`.

use judge::contract::arguments::{Array, tensor};
use judge::contract::random::Random;
use wire::{DType, Tensor};

/// A square matrix from its entries, row by row.
pub(super) fn square(entries: &[f64]) -> Array {
    let width = entries.len().isqrt();
    Array::from_shape_vec(vec![width, width], entries.to_vec()).expect("a square number of entries")
}

/// Eigenvalues that a real matrix can have.
#[derive(Debug, Clone, Copy)]
pub(super) enum Block {
    /// A real one.
    Real(f64),
    /// `radius * exp(i angle)` and its conjugate.
    Pair(f64, f64),
    /// The same real one twice, with one eigenvector only.
    Jordan(f64),
}

/// The matrix with these blocks along its diagonal.
pub(super) fn blocks(blocks: &[Block]) -> Array {
    let widths = blocks
        .iter()
        .map(|block| if matches!(block, Block::Real(_)) { 1 } else { 2 });
    let width = widths.clone().sum();
    let mut matrix = Array::zeros(vec![width, width]);
    let mut at = 0;
    for (block, width) in blocks.iter().zip(widths) {
        let entries = match *block {
            Block::Real(value) => vec![value],
            Block::Jordan(value) => vec![value, 1.0, 0.0, value],
            Block::Pair(radius, angle) => {
                let (sine, cosine) = angle.sin_cos();
                vec![radius * cosine, -radius * sine, radius * sine, radius * cosine]
            }
        };
        for (place, entry) in entries.into_iter().enumerate() {
            matrix[[at + place / width, at + place % width]] = entry;
        }
        at += width;
    }
    matrix
}

/// The largest absolute value among the eigenvalues of blocks.
pub(super) fn radius(blocks: &[Block]) -> f64 {
    let size = |block: &Block| match *block {
        Block::Real(value) | Block::Pair(value, _) | Block::Jordan(value) => value.abs(),
    };
    blocks.iter().map(size).fold(0.0, f64::max)
}

/// The same eigenvalues in another basis: far from symmetric, so that norms say little.
pub(super) fn sheared(random: &mut Random, mut matrix: Array) -> Array {
    let width = matrix.shape()[0];
    for (target, source) in (0..width).flat_map(|target| (0..width).map(move |source| (target, source))) {
        if target == source {
            continue;
        }
        // The row is added, and the column taken away again: `S M S^-1`.
        let amount = 0.25 * random.normal_value();
        for column in 0..width {
            matrix[[target, column]] += amount * matrix[[source, column]];
        }
        for row in 0..width {
            matrix[[row, source]] -= amount * matrix[[row, target]];
        }
    }
    matrix
}

/// Matrices of one size as `[N, d, d]`, in f32.
pub(super) fn stack(matrices: &[Array]) -> Tensor {
    stack_in(matrices, DType::F32)
}

/// Matrices of one size as `[N, d, d]`.
pub(super) fn stack_in(matrices: &[Array], dtype: DType) -> Tensor {
    let width = matrices.first().map_or(0, |matrix| matrix.shape()[0]);
    let values = matrices.iter().flatten().copied().collect();
    let stacked = Array::from_shape_vec(vec![matrices.len(), width, width], values).expect("matrices of one size");
    tensor(&stacked).to_float(dtype)
}
