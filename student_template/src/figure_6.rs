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
    todo!("write the adjacency matrix of the left graph")
}

/// The adjacency matrix of the right graph, four rows of four.
///
/// Source: Deep Learning 1, Assignment 2, question 3.1, Figure 6.
pub fn right_adjacency() -> Vec<Vec<i64>> {
    todo!("write the adjacency matrix of the right graph")
}

/// The square, as a product of matrices, of the left graph's adjacency matrix.
///
/// Source: Deep Learning 1, Assignment 2, question 3.1(b), Figure 6.
pub fn left_adjacency_squared() -> Vec<Vec<i64>> {
    todo!("write the square of the left graph's adjacency matrix")
}

/// The Laplacian (degree matrix minus adjacency matrix) of the right graph.
///
/// Source: Deep Learning 1, Assignment 2, question 3.1(c), Figure 6.
pub fn right_laplacian() -> Vec<Vec<i64>> {
    todo!("write the Laplacian of the right graph")
}
