//! What is missing in a list of edges that a function returns.

use std::collections::BTreeSet;

use wire::{Data, Tensor, Tensors};

use super::Pattern;
use crate::compare::Mismatch;

/// The output that holds edges, sources above destinations.
const EDGES: &str = "edge_index";

/// The nodes whose self loops are expected and did not come, where some others did not get lost as well.
pub fn missing_self_loops(expected: &Tensors, actual: &Tensors) -> Option<Pattern> {
    let (expected, actual) = (edges(expected.get(EDGES)?)?, edges(actual.get(EDGES)?)?);
    let missing: Vec<(i64, i64)> = expected.difference(&actual).copied().collect();
    let are_loops = !missing.is_empty() && missing.iter().all(|(source, destination)| source == destination);
    are_loops.then(|| Pattern::NoSelfLoop {
        nodes: missing.into_iter().map(|(node, _)| node).collect(),
    })
}

/// The edge to which the worst of the values of edges belongs.
pub fn edge_of(expected: &Tensors, output: &str, mismatch: &Mismatch) -> Option<Pattern> {
    let (Mismatch::Values(difference) | Mismatch::NotFinite(difference)) = mismatch else {
        return None;
    };
    let (list, [place]) = (expected.get(EDGES)?, difference.worst.index.as_slice()) else {
        return None;
    };
    let &[2, count] = list.shape() else { return None };
    let Data::I64(ends) = list.data() else { return None };
    let is_of_edges = output != EDGES && difference.shape == [count];
    is_of_edges.then_some(Pattern::OfEdge {
        from: *ends.get(*place)?,
        to: *ends.get(count + place)?,
    })
}

fn edges(list: &Tensor) -> Option<BTreeSet<(i64, i64)>> {
    let &[2, count] = list.shape() else { return None };
    let Data::I64(ends) = list.data() else { return None };
    let (sources, destinations) = ends.split_at(count);
    Some(sources.iter().copied().zip(destinations.iter().copied()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Difference, Worst};
    use crate::contract::random::integers;

    fn outputs(sources: &[i64], destinations: &[i64]) -> Tensors {
        let list = integers(&[2, sources.len()], [sources, destinations].concat());
        Tensors::from([(EDGES.to_owned(), list)])
    }

    #[test]
    fn the_nodes_without_their_self_loops_are_told() {
        let expected = outputs(&[0, 0, 1, 2, 3], &[1, 0, 1, 2, 3]);
        let found = missing_self_loops(&expected, &outputs(&[0, 1, 0], &[0, 1, 1]));
        assert_eq!(found, Some(Pattern::NoSelfLoop { nodes: vec![2, 3] }));
    }

    #[test]
    fn a_value_of_an_edge_names_the_edge() {
        let expected = outputs(&[0, 2, 1], &[0, 0, 1]);
        let worst = Mismatch::Values(Difference {
            shape: vec![3],
            differing: 1,
            worst: Worst {
                index: vec![1],
                expected: String::new(),
                actual: String::new(),
            },
            error: 1.0,
            tolerance: 0.0,
            window: None,
        });
        let edge = Some(Pattern::OfEdge { from: 2, to: 0 });
        assert_eq!(edge_of(&expected, "attention", &worst), edge);
        assert_eq!(edge_of(&expected, EDGES, &worst), None);
        assert_eq!(edge_of(&Tensors::new(), "attention", &worst), None);
    }

    #[test]
    fn nothing_is_told_where_other_edges_are_lost_or_none_is() {
        let expected = outputs(&[0, 0, 1], &[1, 0, 1]);
        assert_eq!(missing_self_loops(&expected, &expected), None);
        assert_eq!(missing_self_loops(&expected, &outputs(&[0], &[0])), None);
        assert_eq!(missing_self_loops(&expected, &Tensors::new()), None);
        let flat = Tensors::from([(EDGES.to_owned(), integers(&[1], vec![0]))]);
        assert_eq!(missing_self_loops(&expected, &flat), None);
    }
}
