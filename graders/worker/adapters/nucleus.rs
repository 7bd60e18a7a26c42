//! `probabilities`, `p` to `output`.

use student::sampling::nucleus;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, f64) -> Tensor = nucleus;

/// The adapter of `nucleus`.
pub(crate) const ADAPTER: Adapter = Adapter { task: "nucleus", call };

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let output = nucleus(arguments.tensor("probabilities")?, arguments.real("p")?);
    Ok(Returned::one("output", output))
}
