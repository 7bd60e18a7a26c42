//! Gradients: by every argument that an output is smooth in, they are those of the reference.

use std::collections::BTreeSet;

use wire::{DType, Observed, Tensor, Tensors};

use super::model::{Derived, Failure, Known, Material, Run, answered, has_outputs};
use crate::checks::probe::{Probe, returned};
use crate::compare::{compare_scaled, largest};
use crate::contract::Task;
use crate::contract::call::arguments_in;
use crate::contract::random::Random;
use crate::contract::subject::{Call, Gradient, Subject};
use crate::findings::fault::Fault;
use crate::findings::{CallFailed, Finding, Violation};
use crate::fixtures::case::StoredCase;

/// The check.
pub const CHECK: Derived = Derived {
    name: "all-gradients",
    statement: "gradients reach every argument that the result depends on smoothly, and are the reference's",
    applies: |task| !task.contract.smooth.is_empty(),
    run,
};

/// The error that is allowed, as a share of the largest value of the gradient: a step in f32 is for the check of precision.
const TOLERANCE: f64 = 1e-4;
/// A gradient below this share of another is none.
const NONE: f64 = 1e-12;
/// Below this share of the largest gradient, errors are measured against that share.
const SMALL: f64 = 1e-3;
/// Gradients smaller than this say little of a function of values of order one: a difference of large numbers may be left.
const LEAST: f64 = 1e-4;

/// Compares the gradients of a random combination of an output's values with the reference's, on each of these cases.
fn run(material: &Material<'_>, subject: &mut dyn Subject) -> Result<Run, Fault> {
    let Material { task, seed, .. } = *material;
    let mut tried = false;
    for (case, known) in material.known.iter().filter(|(case, _)| has_outputs(case)) {
        for output in task.contract.smooth {
            let Some(call) = call(task, case.name, output, known) else {
                continue;
            };
            let Some(observed) = trusted(task, &call, output, subject)? else {
                return Ok(Run::NoReference);
            };
            // Where the reference has no gradient for these settings, nobody needs one.
            let Ok(expected) = returned(observed, None) else {
                continue;
            };
            tried = true;
            let mut probe = Probe::new(subject, None);
            let asked = match task.canonical {
                None => Ok(call.clone()),
                Some(_) => answered(probe.call(&plain(&call)))?.map(|value| by_itself(&call, output, &value.outputs)),
            };
            probe.forget();
            let found = match asked.map_or_else(|finding| Ok(Err(finding)), |call| answered(probe.call(&call)))? {
                Err(finding) => Some(finding),
                Ok(actual) => {
                    let all = expected.gradients.values().map(|gradient| largest(&gradient.to_f64()));
                    let scale = all.fold(0.0, f64::max);
                    expected
                        .gradients
                        .iter()
                        .find_map(|(name, expected)| difference(name, expected, actual.gradients.get(name), scale))
                }
            };
            if let Some(finding) = found {
                return Ok(Failure::of(&probe, finding, seed));
            }
        }
    }
    Ok(if tried { Run::Holds } else { Run::Nothing })
}

/// Differentiates a combination of the output's values, another one for every case, by all arguments of floats with axes.
fn call(task: &Task, case: &str, output: &str, known: &StoredCase) -> Option<Call> {
    let arguments = arguments_in(DType::F64, &known.inputs);
    let is_smooth = |tensor: &Tensor| tensor.dtype().is_float() && !tensor.shape().is_empty() && !tensor.is_empty();
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
    let mut random = Random::new(0, &format!("{}/{}/{case}/{output}", CHECK.name, task.id));
    let cotangent = random.normal(shape).to_float(DType::F64);
    // What nobody reads has no weight.
    let cotangents = task.read(&known.inputs, &[(output.to_owned(), cotangent)].into());
    Some(Call {
        seed: 1,
        gradient: Some(Gradient { by, cotangents }),
        ..Call::new(task.id, arguments)
    })
}

/// What the reference gives for a call.
fn trusted(task: &Task, call: &Call, output: &str, subject: &mut dyn Subject) -> Result<Option<Observed>, Fault> {
    if task.canonical.is_none() {
        return subject.trusted(call);
    }
    let Some(observed) = subject.trusted(&plain(call))? else {
        return Ok(None);
    };
    match returned(observed.clone(), None) {
        Ok(value) => subject.trusted(&by_itself(call, output, &value.outputs)),
        Err(_) => Ok(Some(observed)),
    }
}

fn plain(call: &Call) -> Call {
    Call {
        gradient: None,
        ..call.clone()
    }
}

/// The same for an output whose order is free: each value counts as much as it is, wherever it stands.
fn by_itself(call: &Call, output: &str, values: &Tensors) -> Call {
    let mut call = call.clone();
    if let Some((gradient, value)) = call.gradient.as_mut().zip(values.get(output)) {
        gradient.cotangents.insert(output.to_owned(), value.clone());
    }
    call
}

/// How the gradient by an argument differs; `scale` is the largest value of the gradients by all arguments. What is far below
/// that is what rounding has left of zero.
fn difference(name: &str, expected: &Tensor, actual: Option<&Tensor>, scale: f64) -> Option<Finding> {
    let Some(actual) = actual else {
        return Some(missing(name));
    };
    let own = largest(&expected.to_f64());
    if own > NONE * scale && largest(&actual.to_f64()) <= NONE * own {
        return Some(missing(name));
    }
    let mismatch = compare_scaled(expected, actual, DType::F64, TOLERANCE, f64::max(SMALL * scale, LEAST))?;
    Some(Finding::LawBroken(Violation::Unequal {
        what: format!("the gradient by `{name}`"),
        equals: "the reference's gradient".to_owned(),
        mismatch,
    }))
}

fn missing(name: &str) -> Finding {
    Finding::CallFailed(CallFailed::NoGradient {
        reason: format!("no gradient reaches `{name}`"),
    })
}

/// The outputs of the reference that have a gradient in a golden case. `None` where no reference is at hand.
pub fn measured(task: &Task, cases: &[Known], subject: &mut dyn Subject) -> Result<Option<BTreeSet<String>>, Fault> {
    let mut found = BTreeSet::new();
    for (case, known) in cases.iter().filter(|(case, _)| has_outputs(case)) {
        for output in known.expected.keys() {
            let Some(call) = call(task, case.name, output, known) else {
                continue;
            };
            let Some(observed) = trusted(task, &call, output, subject)? else {
                return Ok(None);
            };
            let is_smooth = returned(observed, None).is_ok_and(|returned| {
                let mut values = returned.gradients.values().flat_map(Tensor::to_f64);
                values.any(|value| value != 0.0)
            });
            if is_smooth {
                found.insert(output.clone());
            }
        }
    }
    Ok(Some(found))
}
