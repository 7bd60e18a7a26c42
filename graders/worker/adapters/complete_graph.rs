//! `nodes` and `self_loops` to `edge_index`.

use student::attention_graph::complete_graph;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(i64, bool) -> Tensor = complete_graph;

/// The adapter of `complete_graph`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "complete_graph",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let edges = complete_graph(arguments.integer("nodes")?, arguments.flag("self_loops")?);
    Ok(Returned::one("edge_index", edges.to_device(arguments.device())))
}
