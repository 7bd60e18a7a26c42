//! `input`, `weight`, `epsilon` to `output`.

use student::normalization::rms_norm;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, f64) -> Tensor = rms_norm;

/// The adapter of `rms_norm`.
pub(crate) const ADAPTER: Adapter = Adapter { task: "rms_norm", call };

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let (input, weight) = (arguments.tensor("input")?, arguments.tensor("weight")?);
    let output = rms_norm(input, weight, arguments.real("epsilon")?);
    Ok(Returned::one("output", output))
}
