//! Training a graph network to classify nodes of which only some have a known class.
//!
//! Letters in shapes: N nodes, E edges, M nodes of a batch.

use tch::Tensor;

use crate::types::{GraphNetworkWeights, InvalidInput, NodeBatch};

/// Trains a graph network of two layers to tell the class of each node, and returns its weights.
///
/// The network is `layer_2(relu(layer_1(x)))`, its result `[N, classes]` the class scores; no softmax belongs to it.
/// Both layers are `matrix_graph_convolution` or both `graph_attention`, as the kind of weights says.
///
/// - `initial`: where to start, f32. They are yours: have them require gradients and change them in place (unrecorded,
///   in `tch::no_grad`), or return new ones of the same kind and shapes. `initial.tensors()` lists them for an
///   optimiser.
/// - `features`: `[N, in]`, of all nodes. `edge_index`: `[2, E]` int64, row 0 = source, row 1 = destination.
/// - `next_batch`: gives nodes whose classes are known, and `None` after the last batch. Each batch is for one step:
///   the network sees the whole graph, the loss is the mean cross-entropy of the scores of **those** nodes.
/// - Returns the trained weights, or an error where no optimiser can be made of them.
///
/// What you return is judged by the share of right answers on the nodes that are in no batch. There are 60 batches of
/// 50 nodes; the graph has 240 nodes of 4 classes with 8 features, the hidden layer has 16. Adam with a step size of
/// 0.01 is as good as it gets by then.
///
/// Source: Deep Learning 1, Assignment 2, question 3.4(e), on a generated graph.
pub fn train_graph(
    initial: GraphNetworkWeights,
    features: &Tensor,
    edge_index: &Tensor,
    next_batch: &mut dyn FnMut() -> Option<NodeBatch>,
) -> Result<GraphNetworkWeights, InvalidInput> {
    todo!("for each batch: scores of its nodes, cross-entropy, one step of an optimiser")
}
