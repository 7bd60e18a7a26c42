//! Planted-partition graphs: nodes of a few classes, edges mostly within a class, features that say little by
//! themselves.
//!
//! A node's own features are too noisy to tell its class; the mean over its neighbours, most of which share the class,
//! is not. So what is learned without the edges stays clearly below what is learned with them. Which feature speaks for
//! which class follows from the seed, so that weights which were trained for another graph are wrong.

use judge::contract::random::{Random, edge_index, floats, integers};
use wire::Tensor;

/// Classes, of equally many nodes.
pub(crate) const CLASSES: usize = 4;
/// Nodes of a graph.
pub(crate) const NODES: usize = 240;
/// Features of a node.
pub(crate) const FEATURES: usize = 8;
/// Nodes with a known class; the other ones are to be predicted.
pub(crate) const LABELLED: usize = 100;
/// How far the mean of a class lies from the origin; the noise has standard deviation 1 in each direction.
const SEPARATION: f64 = 1.1;
/// Expected edges into a node, from its own class and from all other ones together.
const INNER_DEGREE: f64 = 9.0;
const OUTER_DEGREE: f64 = 1.5;
/// What its numbers are drawn for.
const LABEL: &str = "planted-partition";

/// A graph and the classes of its nodes.
#[derive(Debug, Clone)]
pub(crate) struct Partition {
    seed: u64,
    /// `[NODES, FEATURES]`.
    pub(crate) features: Tensor,
    /// `[2, E]`, each edge in one direction only.
    pub(crate) edge_index: Tensor,
    classes: Vec<i64>,
    labelled: Vec<usize>,
    unlabelled: Vec<usize>,
}

impl Partition {
    /// The graph of this seed.
    pub(crate) fn new(seed: u64) -> Self {
        let mut random = Random::new(seed, LABEL);
        let order = random.permutation(NODES);
        let classes: Vec<i64> = order.iter().map(|place| (place % CLASSES) as i64).collect();
        let means = means(&mut random);
        // Every class has as many labelled nodes as any other.
        let (labelled, unlabelled) = (0..NODES).partition(|&node| order[node] < LABELLED);
        Self {
            seed,
            features: features(&mut random, &classes, &means),
            edge_index: edge_index(&edges(&mut random, &classes)),
            classes,
            labelled,
            unlabelled,
        }
    }

    /// The batch of this number: labelled nodes `[rows]` and their classes `[rows]`, no node twice.
    pub(crate) fn batch(&self, number: u64, rows: usize) -> (Tensor, Tensor) {
        let mut random = Random::new(self.seed, &format!("planted-partition/batch/{number}"));
        let drawn = random.permutation(LABELLED).into_iter().take(rows);
        let nodes: Vec<usize> = drawn.map(|place| self.labelled[place]).collect();
        let classes = nodes.iter().map(|&node| self.classes[node]).collect();
        let numbers = nodes.iter().map(|&node| node as i64).collect();
        (integers(&[nodes.len()], numbers), integers(&[nodes.len()], classes))
    }

    /// The share of the unlabelled nodes for which `scores`, a row of `CLASSES` for each node, is largest at the class.
    pub(crate) fn accuracy(&self, scores: &[f64]) -> f64 {
        let rows: Vec<&[f64]> = scores.chunks(CLASSES).collect();
        let right = self.unlabelled.iter().filter(|&&node| {
            let class = self.classes[node] as usize;
            rows.get(node).is_some_and(|row| {
                row.len() == CLASSES && (0..CLASSES).all(|other| other == class || row[other] < row[class])
            })
        });
        right.count() as f64 / self.unlabelled.len() as f64
    }
}

/// For each class the feature along which its mean lies, and the sign.
fn means(random: &mut Random) -> Vec<(usize, f64)> {
    let directions = random.permutation(FEATURES).into_iter().take(CLASSES);
    let sign = |random: &mut Random| if random.unit() < 0.5 { -1.0 } else { 1.0 };
    directions.map(|feature| (feature, sign(random))).collect()
}

/// Each class has its mean along a feature of its own.
fn features(random: &mut Random, classes: &[i64], means: &[(usize, f64)]) -> Tensor {
    let values = classes.iter().flat_map(|&class| {
        let mut row: Vec<f32> = (0..FEATURES).map(|_| random.normal_value() as f32).collect();
        let (feature, sign) = means[class as usize];
        row[feature] += (sign * SEPARATION) as f32;
        row
    });
    let values = values.collect();
    floats(&[NODES, FEATURES], values)
}

fn edges(random: &mut Random, classes: &[i64]) -> Vec<(i64, i64)> {
    let inner = INNER_DEGREE / (NODES / CLASSES - 1) as f64;
    let outer = OUTER_DEGREE / (NODES - NODES / CLASSES) as f64;
    let pairs = (0..NODES).flat_map(|source| (0..NODES).map(move |destination| (source, destination)));
    pairs
        .filter(|(source, destination)| source != destination)
        .filter(|&(source, destination)| {
            let same = classes[source] == classes[destination];
            random.unit() < if same { inner } else { outer }
        })
        .map(|(source, destination)| (source as i64, destination as i64))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The best that features give when the means are known: how far each lies along the mean of each class.
    fn along_means(partition: &Partition, rows: &[f64]) -> Vec<f64> {
        let mut random = Random::new(partition.seed, LABEL);
        random.permutation(NODES);
        let means = means(&mut random);
        let along = |row: &[f64]| -> Vec<f64> { means.iter().map(|&(feature, sign)| sign * row[feature]).collect() };
        rows.chunks(FEATURES).flat_map(along).collect()
    }

    /// Features summed over in-neighbours and the node itself.
    fn gathered(partition: &Partition, rows: &[f64]) -> Vec<f64> {
        let edges = partition.edge_index.to_f64();
        let (sources, destinations) = edges.split_at(edges.len() / 2);
        let mut sums = rows.to_vec();
        for (&source, &destination) in sources.iter().zip(destinations) {
            for feature in 0..FEATURES {
                sums[destination as usize * FEATURES + feature] += rows[source as usize * FEATURES + feature];
            }
        }
        sums
    }

    #[test]
    fn features_alone_are_not_enough_and_neighbours_help() {
        let accuracies = (0..10).map(|seed| {
            let partition = Partition::new(seed);
            let alone = partition.features.to_f64();
            let once = gathered(&partition, &alone);
            let twice = gathered(&partition, &once);
            [alone, once, twice].map(|rows| partition.accuracy(&along_means(&partition, &rows)))
        });
        for [alone, once, twice] in accuracies {
            assert!(
                alone < 0.75 && once > alone + 0.1 && twice > 0.9,
                "{alone} {once} {twice}"
            );
        }
    }

    #[test]
    fn classes_are_even_among_labelled_and_unlabelled_nodes_and_these_are_apart() {
        let partition = Partition::new(3);
        let count = |nodes: &[usize], class| nodes.iter().filter(|&&node| partition.classes[node] == class).count();
        for class in 0..CLASSES as i64 {
            assert_eq!(count(&partition.labelled, class), LABELLED / CLASSES);
            assert_eq!(count(&partition.unlabelled, class), (NODES - LABELLED) / CLASSES);
        }
        let (nodes, _) = partition.batch(0, LABELLED);
        let served: Vec<usize> = nodes.to_f64().iter().map(|&node| node as usize).collect();
        assert!(partition.unlabelled.iter().all(|node| !served.contains(node)));
    }

    #[test]
    fn a_graph_is_fixed_by_its_seed() {
        let [first, again, other] = [7, 7, 8].map(Partition::new);
        assert_eq!(
            (&first.features, &first.edge_index),
            (&again.features, &again.edge_index)
        );
        assert_eq!(first.batch(2, 10), again.batch(2, 10));
        assert_ne!(first.batch(2, 10), first.batch(3, 10));
        assert_ne!(first.edge_index, other.edge_index);
    }
}
