//! `edge_index`, `num_nodes` and `like` to `matrix`. Only dtype and device of `like` count.

use student::graph_algebra::laplacian;
use tch::{Device, Kind, Tensor};
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, i64, Kind, Device) -> Tensor = laplacian;

/// The adapter of `laplacian`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "laplacian",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let edge_index = arguments.tensor("edge_index")?;
    let num_nodes = arguments.integer("num_nodes")?;
    let like = arguments.tensor("like")?;
    let matrix = laplacian(edge_index, num_nodes, like.kind(), like.device());
    Ok(Returned::one("matrix", matrix))
}
