//! The matrices of the two graphs of the document's Figure 6, as answers.
//!
//! Both graphs are undirected and their nodes are numbered from 1: row and column 0 of a matrix belong to node 1.
//!
//! - left: nodes 1 to 5, edges 1-5, 1-2, 1-3, 2-3, 3-4
//! - right: nodes 1 to 4, edges 2-3, 2-1, 3-1, 3-4, 4-1
//!
//! Each function returns its matrix as rows of entries; write the numbers, or compute them.

/// The adjacency matrix of the left graph, five rows of five.
///
/// Source: Deep Learning 1, Assignment 2, question 3.1, Figure 6.
pub fn left_adjacency() -> Vec<Vec<i64>> {
    // solution:begin write the adjacency matrix of the left graph
    vec![
        vec![0, 1, 1, 0, 1],
        vec![1, 0, 1, 0, 0],
        vec![1, 1, 0, 1, 0],
        vec![0, 0, 1, 0, 0],
        vec![1, 0, 0, 0, 0],
    ]
    // solution:end
}

/// The adjacency matrix of the right graph, four rows of four.
///
/// Source: Deep Learning 1, Assignment 2, question 3.1, Figure 6.
pub fn right_adjacency() -> Vec<Vec<i64>> {
    // solution:begin write the adjacency matrix of the right graph
    vec![vec![0, 1, 1, 1], vec![1, 0, 1, 0], vec![1, 1, 0, 1], vec![1, 0, 1, 0]]
    // solution:end
}

/// The square, as a product of matrices, of the left graph's adjacency matrix.
///
/// Source: Deep Learning 1, Assignment 2, question 3.1(b), Figure 6.
pub fn left_adjacency_squared() -> Vec<Vec<i64>> {
    // solution:begin write the square of the left graph's adjacency matrix
    vec![
        vec![3, 1, 1, 1, 0],
        vec![1, 2, 1, 1, 1],
        vec![1, 1, 3, 0, 1],
        vec![1, 1, 0, 1, 0],
        vec![0, 1, 1, 0, 1],
    ]
    // solution:end
}

/// The Laplacian (degree matrix minus adjacency matrix) of the right graph.
///
/// Source: Deep Learning 1, Assignment 2, question 3.1(c), Figure 6.
pub fn right_laplacian() -> Vec<Vec<i64>> {
    // solution:begin write the Laplacian of the right graph
    vec![
        vec![3, -1, -1, -1],
        vec![-1, 2, -1, 0],
        vec![-1, -1, 3, -1],
        vec![-1, 0, -1, 2],
    ]
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::{left_adjacency, left_adjacency_squared, right_adjacency, right_laplacian};
    use crate::graph::adjacency_matrix;
    use crate::graph_algebra::{adjacency_power, laplacian};

    /// Edges between nodes that are numbered from 1, in both directions.
    fn both_ways(edges: [(i64, i64); 5]) -> Tensor {
        let ends = |end: fn((i64, i64)) -> [i64; 2]| -> Vec<i64> { edges.into_iter().flat_map(end).collect() };
        let sources = ends(|(one, other)| [one - 1, other - 1]);
        let destinations = ends(|(one, other)| [other - 1, one - 1]);
        Tensor::from_slice2(&[sources, destinations])
    }

    fn left() -> Tensor {
        both_ways([(1, 5), (1, 2), (1, 3), (2, 3), (3, 4)])
    }

    fn right() -> Tensor {
        both_ways([(2, 3), (2, 1), (3, 1), (3, 4), (4, 1)])
    }

    #[test]
    fn the_matrices_are_those_of_the_edges() {
        let adjacency = |edges: Tensor, nodes| adjacency_matrix(&edges, nodes, Kind::Int64, Device::Cpu);
        assert_eq!(Tensor::from_slice2(&left_adjacency()), adjacency(left(), 5));
        assert_eq!(Tensor::from_slice2(&right_adjacency()), adjacency(right(), 4));
        let squared = adjacency_power(&adjacency(left(), 5), 2);
        assert_eq!(Tensor::from_slice2(&left_adjacency_squared()), squared);
        let laplacian = laplacian(&right(), 4, Kind::Int64, Device::Cpu);
        assert_eq!(Tensor::from_slice2(&right_laplacian()), laplacian);
    }
}
// helper:end
