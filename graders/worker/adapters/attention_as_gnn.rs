//! `features`, `edge_index`, `query`, `key` and `value` to `output`.

use student::attention_graph::attention_as_gnn;
use student::sequence_types::MessageAttentionWeights;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, &MessageAttentionWeights) -> Tensor = attention_as_gnn;

/// The adapter of `attention_as_gnn`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "attention_as_gnn",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = MessageAttentionWeights {
        query: arguments.tensor("query")?.shallow_clone(),
        key: arguments.tensor("key")?.shallow_clone(),
        value: arguments.tensor("value")?.shallow_clone(),
    };
    let output = attention_as_gnn(arguments.tensor("features")?, arguments.tensor("edge_index")?, &weights);
    Ok(Returned::one("output", output))
}
