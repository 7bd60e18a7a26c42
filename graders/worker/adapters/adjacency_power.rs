//! `adjacency`, `n` to `power`.

use student::graph_algebra::adjacency_power;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, i64) -> Tensor = adjacency_power;

/// The adapter of `adjacency_power`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "adjacency_power",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let power = adjacency_power(arguments.tensor("adjacency")?, arguments.integer("n")?);
    Ok(Returned::one("power", power))
}
