//! `weights`, a stack of matrices, to `radius`: one number for each, in their dtype.

use student::hidden_states::spectral_radius;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor) -> f64 = spectral_radius;

/// The adapter of `spectral_radius`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "spectral_radius",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weights = arguments.tensor("weights")?;
    let radii: Vec<f64> = (0..weights.size()[0])
        .map(|matrix| spectral_radius(&weights.get(matrix)))
        .collect();
    Ok(Returned::one(
        "radius",
        arguments.values(&radii).to_kind(weights.kind()),
    ))
}
