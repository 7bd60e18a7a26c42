//! Powers of the adjacency matrix, and the Laplacian.
//!
//! Letters in shapes: N nodes, E edges. An edge list `edge_index` is `[2, E]` int64: row 0 holds the sources, row 1
//! the destinations.

use tch::{Device, Kind, Tensor};

// helper:begin
use crate::parts;
// helper:end

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
    // solution:begin multiply n adjacency matrices
    let identity = Tensor::eye(adjacency.size()[0], (adjacency.kind(), adjacency.device()));
    (0..n).fold(identity, |power, _| power.matmul(adjacency))
    // solution:end
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
    // solution:begin subtract the adjacency matrix from the degree matrix
    let degrees = parts::degree_matrix(edge_index, num_nodes, kind, device);
    degrees - parts::adjacency_matrix(edge_index, num_nodes, kind, device)
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::{adjacency_power, laplacian};

    /// 0 -> 1, 0 -> 2, 1 -> 2, 2 -> 0: two triangles' worth of ways, one of them a short cut.
    fn short_cut() -> Tensor {
        Tensor::from_slice2(&[[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    }

    #[test]
    fn entries_count_walks_from_column_to_row() {
        // Of three edges: 0-1-2-0, 0-2-0-1, 0-2-0-2, 1-2-0-1, 1-2-0-2, 2-0-1-2, 2-0-2-0.
        let expected = Tensor::from_slice2(&[[1.0, 0.0, 1.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]);
        assert_eq!(adjacency_power(&short_cut(), 3), expected);
    }

    #[test]
    fn the_power_zero_is_the_identity_in_the_dtype_of_the_matrix() {
        let single = short_cut().to_kind(Kind::Float);
        let power = adjacency_power(&single, 0);
        assert_eq!(power.kind(), Kind::Float);
        assert_eq!(power, Tensor::eye(3, (Kind::Float, Device::Cpu)));
        assert_eq!(adjacency_power(&single, 1), single);
    }

    #[test]
    fn a_ring_comes_back_to_the_start_after_one_round() {
        let ring = Tensor::eye(4, (Kind::Double, Device::Cpu)).roll([1], [0]);
        let identity = Tensor::eye(4, (Kind::Double, Device::Cpu));
        assert_ne!(adjacency_power(&ring, 3), identity);
        assert_eq!(adjacency_power(&ring, 4), identity);
    }

    #[test]
    fn the_laplacian_of_a_path_has_degrees_and_minus_ones() {
        // 0 - 1 - 2, both ways, and the isolated node 3.
        let edges = Tensor::from_slice2(&[[0_i64, 1, 1, 2], [1, 0, 2, 1]]);
        let expected = Tensor::from_slice2(&[
            [1.0, -1.0, 0.0, 0.0],
            [-1.0, 2.0, -1.0, 0.0],
            [0.0, -1.0, 1.0, 0.0],
            [0.0, 0.0, 0.0, 0.0],
        ]);
        assert_eq!(laplacian(&edges, 4, Kind::Double, Device::Cpu), expected);
    }

    #[test]
    fn rows_of_a_directed_laplacian_sum_to_zero_and_self_loops_cancel() {
        let edges = Tensor::from_slice2(&[[0_i64, 0, 1, 2], [1, 2, 2, 2]]);
        let expected = Tensor::from_slice2(&[[0_i64, 0, 0], [-1, 1, 0], [-1, -1, 2]]);
        assert_eq!(laplacian(&edges, 3, Kind::Int64, Device::Cpu), expected);
    }
}
// helper:end
