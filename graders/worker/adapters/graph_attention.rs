//! `features`, `edge_index`, `weight`, `attention` to `output`, `attention` and `edge_index`.

use student::graph_attention::graph_attention;
use student::types::{GraphAttention, GraphAttentionWeights};
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, &GraphAttentionWeights) -> GraphAttention = graph_attention;

/// The adapter of `graph_attention`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "graph_attention",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = GraphAttentionWeights {
        weight: arguments.tensor("weight")?.shallow_clone(),
        attention: arguments.tensor("attention")?.shallow_clone(),
    };
    let (features, edge_index) = (arguments.tensor("features")?, arguments.tensor("edge_index")?);
    let result = graph_attention(features, edge_index, &weights);
    Ok(Returned::many([
        ("output", result.output),
        ("attention", result.attention),
        ("edge_index", result.edge_index),
    ]))
}
