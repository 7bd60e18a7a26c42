//! Powers of the adjacency matrix, and the Laplacian.
//!
//! Letters in shapes: N nodes, E edges. An edge list `edge_index` is `[2, E]` int64: row 0 holds the sources, row 1
//! the destinations.

use tch::{Device, Kind, Tensor};

/// The n-th power of an adjacency matrix: how many walks of n edges lead from one node to another.
///
/// - `adjacency`: `[N, N]`, f64 or f32, `A[destination, source]` as `adjacency_matrix` makes it; any other square matrix
///   has a power as well.
/// - `n`: 0 or more.
/// - Returns `[N, N]` in the dtype and on the device of `adjacency`: the matrix product of n factors A, so that row i,
///   column j counts the walks of exactly n edges from j to i; a walk may pass nodes and edges repeatedly. A to the
///   power 0 is the identity.
///
/// Gradients reach the matrix.
///
/// Source: Deep Learning 1, Assignment 2, question 3.1(b).
pub fn adjacency_power(adjacency: &Tensor, n: i64) -> Tensor {
    todo!("multiply n adjacency matrices")
}

/// The Laplacian of an edge list: the degree matrix minus the adjacency matrix.
///
/// - `edge_index`, `num_nodes`, `kind`, `device`: as in `adjacency_matrix`; call it and `degree_matrix` through
///   `crate::parts`.
/// - Returns `[N, N]` with dtype `kind`, on `device`: `L = D - A` with **in-degrees** in D, so that each row sums to 0,
///   of a directed graph too. It is symmetric only where the edge list is. A self loop in the list counts in D and in A
///   and so cancels.
///
/// Source: Deep Learning 1, Assignment 2, question 3.1(c).
pub fn laplacian(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor {
    todo!("subtract the adjacency matrix from the degree matrix")
}
