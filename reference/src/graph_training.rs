//! Training a graph network to classify nodes of which only some have a known class.
//!
//! Letters in shapes: N nodes, E edges, M nodes of a batch.

use tch::Tensor;

use crate::types::{GraphNetworkWeights, InvalidInput, NodeBatch};

// helper:begin
use tch::nn::{self, OptimizerConfig};

use crate::graph_attention::graph_attention;
use crate::graph_convolution::matrix_graph_convolution;

/// Step size of Adam.
const LEARNING_RATE: f64 = 1e-2;

/// The class scores of all nodes, `[N, classes]`.
fn scores(features: &Tensor, edge_index: &Tensor, weights: &GraphNetworkWeights) -> Tensor {
    match weights {
        GraphNetworkWeights::Convolution([first, second]) => {
            let hidden = matrix_graph_convolution(features, edge_index, first).relu();
            matrix_graph_convolution(&hidden, edge_index, second)
        }
        GraphNetworkWeights::Attention([first, second]) => {
            let hidden = graph_attention(features, edge_index, first).output.relu();
            graph_attention(&hidden, edge_index, second).output
        }
    }
}
// helper:end

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
    // solution:begin for each batch: scores of its nodes, cross-entropy, one step of an optimiser
    let store = nn::VarStore::new(features.device());
    for (place, tensor) in initial.tensors().into_iter().enumerate() {
        let _ = store.root().add(&place.to_string(), tensor, true);
    }
    let adam = nn::Adam::default().build(&store, LEARNING_RATE);
    let mut adam = adam.map_err(|error| InvalidInput::new(error.to_string()))?;

    while let Some(batch) = next_batch() {
        let scores = scores(features, edge_index, &initial).index_select(0, &batch.nodes);
        adam.backward_step(&scores.cross_entropy_for_logits(&batch.classes));
    }
    Ok(initial)
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use tch::{Device, Kind, Tensor};

    use super::{scores, train_graph};
    use crate::types::{GraphAttentionWeights, GraphConvolutionWeights, GraphNetworkWeights, NodeBatch};

    fn drawn(shape: [i64; 2]) -> Tensor {
        Tensor::randn(shape, (Kind::Float, Device::Cpu))
    }

    fn convolution(inputs: i64, outputs: i64) -> GraphConvolutionWeights {
        GraphConvolutionWeights {
            neighbour_weight: drawn([outputs, inputs]),
            self_weight: drawn([outputs, inputs]),
        }
    }

    fn attention(inputs: i64, outputs: i64) -> GraphAttentionWeights {
        GraphAttentionWeights {
            weight: drawn([inputs, outputs]),
            attention: drawn([1, 2 * outputs]).squeeze_dim(0),
        }
    }

    /// Trains on nodes 3 and 0 of two pairs that send to each other, and answers for all.
    fn classes_after(initial: GraphNetworkWeights) -> Tensor {
        // Each node has a feature of its own, so that only the edges lead from one to the other of a pair.
        let features = Tensor::eye(4, (Kind::Float, Device::Cpu));
        let edges = Tensor::from_slice2(&[[0_i64, 1, 2, 3], [1, 0, 3, 2]]);
        let mut steps = 0;
        let trained = train_graph(initial, &features, &edges, &mut || {
            steps += 1;
            (steps <= 200).then(|| NodeBatch {
                nodes: Tensor::from_slice(&[3_i64, 0]),
                classes: Tensor::from_slice(&[1_i64, 0]),
            })
        });
        scores(&features, &edges, &trained.unwrap()).argmax(-1, false)
    }

    #[test]
    fn classes_belong_to_the_nodes_of_the_batch() {
        tch::manual_seed(1);
        let networks = [
            GraphNetworkWeights::Convolution([convolution(4, 8), convolution(8, 2)]),
            GraphNetworkWeights::Attention([attention(4, 8), attention(8, 2)]),
        ];
        for network in networks {
            let classes = classes_after(network);
            assert_eq!((classes.int64_value(&[0]), classes.int64_value(&[3])), (0, 1));
        }
    }
}
// helper:end
