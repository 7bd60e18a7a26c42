//! Matrices of a directed graph.
//!
//! Letters in shapes: N nodes, E edges. An edge list `edge_index` is `[2, E]` int64: row 0 holds the sources, row 1
//! the destinations.

use tch::{Device, Kind, Tensor};

/// The adjacency matrix of an edge list: `A[destination, source] = 1`.
///
/// - `edge_index`: `[2, E]` int64, row 0 = source, row 1 = destination, all in `0..num_nodes`, no edge twice; E may
///   be 0, and the order of the edges does not matter.
/// - `num_nodes`: N; nodes without edges count, so it is never inferred from the edges.
/// - `kind`: `Kind::Int64`, `Kind::Float` or `Kind::Double`.
/// - Returns `[N, N]` with dtype `kind`, on `device`: 1 in row i, column j where an edge goes from j to i, else 0. It
///   is as directed as the edge list, and a diagonal entry is 1 only where the list holds that self loop.
///
/// Source: Deep Learning 1, Assignment 2, questions 3.1(a) and 3.3(b).
pub fn adjacency_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor {
    todo!("build the [N, N] matrix with a 1 for every edge")
}

/// The degree matrix of an edge list: in-degrees on the diagonal.
///
/// - `edge_index`, `num_nodes`, `kind`: as in `adjacency_matrix`.
/// - Returns `[N, N]` with dtype `kind`, on `device`: at `[i, i]` the number of edges whose **destination** is i (0 for
///   a node that none enters), zeros elsewhere. A self loop counts once. The diagonal equals the row sums of the
///   adjacency matrix.
///
/// Source: Deep Learning 1, Assignment 2, questions 3.1(c) and 3.3(b).
pub fn degree_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor {
    todo!("put the in-degree of every node on the diagonal")
}

/// The inverse of the degree matrix, with 1 for isolated nodes.
///
/// - `edge_index`, `num_nodes`: as in `adjacency_matrix`. `kind`: `Kind::Float` or `Kind::Double`.
/// - Returns `[N, N]` with dtype `kind`, on `device`: at `[i, i]` one divided by the in-degree of i, or **1** where no
///   edge enters i (there the inverse does not exist); zeros elsewhere, never infinity or NaN.
///
/// Source: Deep Learning 1, Assignment 2, question 3.3(b).
pub fn inverted_degree_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor {
    todo!("put one over the in-degree on the diagonal, and 1 where no edge enters")
}
