//! Matrices of a directed graph.
//!
//! Letters in shapes: N nodes, E edges. An edge list `edge_index` is `[2, E]` int64: row 0 holds the sources, row 1
//! the destinations.

use tch::{Device, Kind, Tensor};

// helper:begin
/// The number of edges that enter each node, `[N]`.
fn in_degrees(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor {
    edge_index
        .select(0, 1)
        .bincount(None::<&Tensor>, num_nodes)
        .to_kind(kind)
        .to_device(device)
}
// helper:end

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
    // solution:begin build the [N, N] matrix with a 1 for every edge
    let edges = edge_index.to_device(device);
    let (source, destination) = (edges.select(0, 0), edges.select(0, 1));
    let one = Tensor::ones([1], (kind, device));
    Tensor::zeros([num_nodes, num_nodes], (kind, device)).index_put(&[Some(destination), Some(source)], &one, false)
    // solution:end
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
    // solution:begin put the in-degree of every node on the diagonal
    in_degrees(edge_index, num_nodes, kind, device).diag(0)
    // solution:end
}

/// The inverse of the degree matrix, with 1 for isolated nodes.
///
/// - `edge_index`, `num_nodes`: as in `adjacency_matrix`. `kind`: `Kind::Float` or `Kind::Double`.
/// - Returns `[N, N]` with dtype `kind`, on `device`: at `[i, i]` one divided by the in-degree of i, or **1** where no
///   edge enters i (there the inverse does not exist); zeros elsewhere, never infinity or NaN.
///
/// Source: Deep Learning 1, Assignment 2, question 3.3(b).
pub fn inverted_degree_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor {
    // solution:begin put one over the in-degree on the diagonal, and 1 where no edge enters
    in_degrees(edge_index, num_nodes, kind, device)
        .clamp_min(1)
        .reciprocal()
        .diag(0)
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::{adjacency_matrix, degree_matrix, inverted_degree_matrix};

    /// 0 -> 1, 0 -> 2, 1 -> 2, 2 -> 2; node 3 is isolated.
    fn edges() -> Tensor {
        Tensor::from_slice2(&[[0_i64, 0, 1, 2], [1, 2, 2, 2]])
    }

    #[test]
    fn a_row_lists_the_sources_of_its_node() {
        let expected = Tensor::from_slice2(&[
            [0.0, 0.0, 0.0, 0.0],
            [1.0, 0.0, 0.0, 0.0],
            [1.0, 1.0, 1.0, 0.0],
            [0.0, 0.0, 0.0, 0.0],
        ]);
        let adjacency = adjacency_matrix(&edges(), 4, Kind::Double, Device::Cpu);
        assert_eq!(adjacency.kind(), Kind::Double);
        assert_eq!(adjacency, expected);
    }

    #[test]
    fn degrees_count_the_edges_that_enter() {
        let degrees = degree_matrix(&edges(), 4, Kind::Float, Device::Cpu);
        assert_eq!(degrees.kind(), Kind::Float);
        assert_eq!(degrees, Tensor::from_slice(&[0.0_f32, 1.0, 3.0, 0.0]).diag(0));
    }

    #[test]
    fn the_inverse_is_one_where_no_edge_enters() {
        let inverse = inverted_degree_matrix(&edges(), 4, Kind::Double, Device::Cpu);
        assert_eq!(inverse, Tensor::from_slice(&[1.0, 1.0, 1.0 / 3.0, 1.0]).diag(0));
    }

    #[test]
    fn a_graph_without_edges_has_matrices_too() {
        let none = Tensor::zeros([2, 0], (Kind::Int64, Device::Cpu));
        let zeros = Tensor::zeros([3, 3], (Kind::Double, Device::Cpu));
        let identity = Tensor::eye(3, (Kind::Double, Device::Cpu));
        assert_eq!(adjacency_matrix(&none, 3, Kind::Double, Device::Cpu), zeros);
        assert_eq!(degree_matrix(&none, 3, Kind::Double, Device::Cpu), zeros);
        assert_eq!(inverted_degree_matrix(&none, 3, Kind::Double, Device::Cpu), identity);
    }
}
// helper:end
