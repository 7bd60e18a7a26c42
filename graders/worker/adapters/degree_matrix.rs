//! `edge_index`, `num_nodes` and `like` to `matrix`. Only dtype and device of `like` count.

use student::graph::degree_matrix;
use tch::{Device, Kind, Tensor};
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, i64, Kind, Device) -> Tensor = degree_matrix;

/// The adapter of `degree_matrix`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "degree_matrix",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let edge_index = arguments.tensor("edge_index")?;
    let num_nodes = arguments.integer("num_nodes")?;
    let like = arguments.tensor("like")?;
    let matrix = degree_matrix(edge_index, num_nodes, like.kind(), like.device());
    Ok(Returned::one("matrix", matrix))
}
