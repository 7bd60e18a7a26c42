//! Graphs that the graph tasks share, and their matrices as the definitions give them.

use judge::contract::arguments::{Array, arguments};
use judge::contract::random::{Random, edge_index};
use wire::{DType, Data, Tensor, Tensors};

/// Source and destination.
pub(crate) type Edge = (i64, i64);

/// A number that asks for its own dtype and device; its value means nothing.
pub(crate) fn like(dtype: DType) -> Tensor {
    let data = match dtype {
        DType::F32 => Data::F32(vec![0.0]),
        DType::F64 => Data::F64(vec![0.0]),
        DType::I64 => Data::I64(vec![0]),
        DType::Bool => Data::Bool(vec![false]),
    };
    Tensor::new(Vec::new(), data).expect("a single value")
}

/// The arguments of a task that makes a matrix of a graph.
pub(crate) fn matrix_arguments(edges: &[Edge], nodes: usize, dtype: DType) -> Tensors {
    arguments([
        ("edge_index", edge_index(edges)),
        ("num_nodes", Tensor::integer(nodes as i64)),
        ("like", like(dtype)),
    ])
}

/// A directed graph without self loops in which the last node and one in the middle are isolated, some nodes have
/// more edges in than out, and some edges have no reverse. At least five nodes.
pub(crate) fn irregular(random: &mut Random, nodes: usize) -> Vec<Edge> {
    let isolated = [(nodes / 2) as i64, nodes as i64 - 1];
    let candidates = || {
        let all = (0..nodes as i64).flat_map(|source| (0..nodes as i64).map(move |destination| (source, destination)));
        all.filter(|(source, destination)| {
            source != destination && !isolated.contains(source) && !isolated.contains(destination)
        })
    };
    let mut edges: Vec<Edge> = Vec::new();
    for _ in 0..1000 {
        edges = candidates().filter(|_| random.unit() < 0.45).collect();
        if is_irregular(&edges, nodes) {
            break;
        }
    }
    shuffled(random, &edges)
}

/// Whether in-degrees vary above one, differ from out-degrees, and the graph is not symmetric.
fn is_irregular(edges: &[Edge], nodes: usize) -> bool {
    let (into, out) = (in_degrees(edges, nodes), in_degrees(&flipped(edges), nodes));
    let differing = into.iter().zip(&out).filter(|(into, out)| into != out).count();
    let has = |degree: f64| into.contains(&degree);
    differing >= 2 && has(1.0) && has(2.0) && edges.iter().any(|&(one, other)| !edges.contains(&(other, one)))
}

/// The same edges in a random order.
pub(crate) fn shuffled(random: &mut Random, edges: &[Edge]) -> Vec<Edge> {
    random
        .permutation(edges.len())
        .into_iter()
        .map(|place| edges[place])
        .collect()
}

/// Every edge reversed.
pub(crate) fn flipped(edges: &[Edge]) -> Vec<Edge> {
    edges
        .iter()
        .map(|&(source, destination)| (destination, source))
        .collect()
}

/// Node i renamed to `names[i]`.
pub(crate) fn relabelled(edges: &[Edge], names: &[usize]) -> Vec<Edge> {
    let name = |node: i64| names[node as usize] as i64;
    edges
        .iter()
        .map(|&(source, destination)| (name(source), name(destination)))
        .collect()
}

/// The number of edges into each node.
pub(crate) fn in_degrees(edges: &[Edge], nodes: usize) -> Vec<f64> {
    let mut degrees = vec![0.0; nodes];
    for &(_, destination) in edges {
        degrees[destination as usize] += 1.0;
    }
    degrees
}

/// The adjacency matrix: destination by source.
pub(crate) fn adjacency(edges: &[Edge], nodes: usize) -> Array {
    let mut matrix = Array::zeros(vec![nodes, nodes]);
    for &(source, destination) in edges {
        matrix[[destination as usize, source as usize]] = 1.0;
    }
    matrix
}

/// A matrix with these values on its diagonal.
pub(crate) fn diagonal(values: &[f64]) -> Array {
    let mut matrix = Array::zeros(vec![values.len(), values.len()]);
    for (node, &value) in values.iter().enumerate() {
        matrix[[node, node]] = value;
    }
    matrix
}

/// The product of two matrices, or of a matrix and a vector.
pub(crate) fn product(left: &Array, right: &Array) -> Array {
    let columns = right.shape().get(1).copied().unwrap_or(1);
    let matrix = |array: &Array, shape: (usize, usize)| {
        array
            .to_shape(shape)
            .map(|array| array.to_owned())
            .expect("as many values as before")
    };
    let left = matrix(left, (left.shape()[0], left.shape()[1]));
    let product = left.dot(&matrix(right, (right.shape()[0], columns)));
    if right.ndim() == 1 {
        product.column(0).to_owned().into_dyn()
    } else {
        product.into_dyn()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_irregular_graph_isolates_the_last_node_and_one_in_the_middle() {
        for seed in 0..20 {
            let edges = irregular(&mut Random::new(seed, "graph"), 7);
            assert!(is_irregular(&edges, 7));
            let touches = |node: i64| edges.iter().any(|edge| edge.0 == node || edge.1 == node);
            assert!(!touches(3) && !touches(6));
        }
    }

    #[test]
    fn a_matrix_meets_a_vector() {
        let edges = [(0, 1), (2, 1)];
        let ones = Array::ones(vec![3]);
        assert_eq!(
            product(&adjacency(&edges, 3), &ones),
            judge::contract::arguments::vector(in_degrees(&edges, 3))
        );
    }
}
