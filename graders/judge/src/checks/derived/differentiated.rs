//! What is differentiated, and how a gradient is held against what it has to be.

use wire::{DType, Tensor};

use crate::contract::Task;
use crate::contract::call::arguments_in;
use crate::contract::random::Random;
use crate::contract::subject::{Call, Gradient};
use crate::findings::{CallFailed, Finding};
use crate::fixtures::case::StoredCase;

/// The error that is allowed, as a share of the largest value of the gradient: a step in f32 is for the check of precision.
pub(super) const TOLERANCE: f64 = 1e-4;
/// A gradient below this share of another is none.
pub(super) const NONE: f64 = 1e-12;
/// Below this share of the largest gradient, errors are measured against that share.
pub(super) const SMALL: f64 = 1e-3;

/// Differentiates a combination of the output's values, another one for every case, by all arguments of floats with axes.
pub(super) fn call(task: &Task, case: &str, output: &str, known: &StoredCase) -> Option<Call> {
    let arguments = arguments_in(DType::F64, &known.inputs);
    let by: Vec<String> = arguments
        .iter()
        .filter(|(_, argument)| is_smooth(argument))
        .map(|(name, _)| name.clone())
        .collect();
    let shape = known
        .expected
        .get(output)
        .filter(|output| output.dtype().is_float() && !output.is_empty() && !by.is_empty())?
        .shape();
    let mut random = Random::new(0, &format!("all-gradients/{}/{case}/{output}", task.id));
    let cotangent = random.normal(shape).to_float(DType::F64);
    // What nobody reads has no weight.
    let cotangents = task.read(&known.inputs, &[(output.to_owned(), cotangent)].into());
    Some(Call {
        gradient: Some(Gradient { by, cotangents }),
        ..Call::new(task.id, arguments)
    })
}

pub(super) fn is_smooth(tensor: &Tensor) -> bool {
    tensor.dtype().is_float() && !tensor.shape().is_empty() && !tensor.is_empty()
}

/// The same call without a gradient.
pub(super) fn plain(call: &Call) -> Call {
    Call {
        gradient: None,
        ..call.clone()
    }
}

/// That no gradient reaches an argument.
pub(super) fn missing(name: &str) -> Finding {
    Finding::CallFailed(CallFailed::NoGradient {
        reason: format!("none reaches `{name}`"),
    })
}
