//! Findings of properties: by the relation that the property asks for, and where it has none that a test could state,
//! by what the reference gives.

use std::collections::BTreeSet;

use wire::{DType, Tensor, Tensors};

use super::model::Relation;
use super::model::{Claim, Quantity, Reproduction, Step};
use super::relation::relation;
use crate::checks::probe::returned;
use crate::checks::property::FailedProperty;
use crate::compare::{Mismatch, compare_scaled};
use crate::contract::Property;
use crate::contract::exchange::{Exchange, Returned};
use crate::contract::subject::Subject;
use crate::contract::tolerance::Tolerances;
use crate::findings::fault::Fault;
use crate::findings::{CallFailed, Finding, Violation};

/// The error that is allowed of a gradient, which has no tolerance of its own.
const GRADIENT: f64 = 1e-6;

/// What shows that a property does not hold, without the reference.
pub(crate) fn of_property(property: &Property, broken: &FailedProperty) -> Option<Reproduction> {
    let Finding::PropertyFailed(violation) = &broken.finding else {
        return None;
    };
    match violation {
        Violation::Call(finding) => of_call(finding, &broken.exchanges),
        Violation::Unequal { what, mismatch, .. } | Violation::Changed { what, mismatch, .. } => {
            of_form(what, mismatch, &broken.exchanges).or_else(|| of_relation(property, broken))
        }
        Violation::Gradient { .. } | Violation::Value { .. } => None,
    }
}

/// What shows that a property does not hold by what the reference gives for the same calls.
pub(crate) fn by_reference(
    exchanges: &[Exchange],
    tolerances: &Tolerances,
    canonical: Option<fn(Tensors) -> Tensors>,
    subject: &mut dyn Subject,
) -> Result<Option<Reproduction>, Fault> {
    for exchange in exchanges {
        let Some(actual) = &exchange.returned else { continue };
        let Some(observed) = subject.reference_call(&exchange.call)? else {
            return Ok(None);
        };
        // The reference may refuse what a wrong function has handed on.
        let Ok(expected) = returned(observed, canonical) else {
            continue;
        };
        if let Some(claim) = difference(exchange.call.task, tolerances, &expected, actual) {
            let calls = vec![Step::new(&exchange.call, Tensors::new())];
            return Ok(Some(Reproduction { calls, claim }));
        }
    }
    Ok(None)
}

fn of_call(finding: &Finding, exchanges: &[Exchange]) -> Option<Reproduction> {
    // A panic is no refusal.
    let invalid = exchanges.last()?.invalid.clone();
    let claim = match finding {
        Finding::CallFailed(CallFailed::Panicked { .. } | CallFailed::Crashed { .. }) if invalid.is_some() => {
            Claim::Refuses { input: invalid? }
        }
        Finding::CallFailed(
            CallFailed::Panicked { .. }
            | CallFailed::Crashed { .. }
            | CallFailed::RefusedValid { .. }
            | CallFailed::NoGradient { .. },
        ) => Claim::Returns,
        Finding::CallFailed(CallFailed::AcceptedInvalid { input }) => Claim::Refuses { input: input.clone() },
        Finding::BeforeRun(_)
        | Finding::CallFailed(_)
        | Finding::WrongOutput(_)
        | Finding::PropertyFailed(_)
        | Finding::FailsAsPart { .. }
        | Finding::Impure(_)
        | Finding::BelowBar { .. } => return None,
    };
    last_call(exchanges, claim)
}

/// An output of the last call whose shape or dtype is wrong.
fn of_form(what: &str, mismatch: &Mismatch, exchanges: &[Exchange]) -> Option<Reproduction> {
    let outputs = &exchanges.last()?.returned.as_ref()?.outputs;
    let named = |form: &str| {
        let mut names = outputs.keys();
        names.find(|name| what == format!("the {form} of `{name}`")).cloned()
    };
    let claim = match mismatch {
        Mismatch::Shape { expected, .. } => Claim::Shape {
            output: named("shape")?,
            expected: expected.clone(),
        },
        Mismatch::DType { expected, .. } => Claim::DType {
            output: named("dtype")?,
            expected: expected.clone(),
        },
        Mismatch::NotFinite(_) | Mismatch::Values(_) => return None,
    };
    last_call(exchanges, claim)
}

fn last_call(exchanges: &[Exchange], claim: Claim) -> Option<Reproduction> {
    let call = &exchanges.last()?.call;
    Some(Reproduction {
        calls: vec![Step::new(call, Tensors::new())],
        claim,
    })
}

fn of_relation(property: &Property, broken: &FailedProperty) -> Option<Reproduction> {
    let related = relation(property, &broken.scenario, &broken.exchanges)?;
    let step = |exchange: &Exchange| {
        let outputs = exchange.returned.as_ref().map(|returned| returned.outputs.clone());
        Step::new(&exchange.call, outputs.unwrap_or_default())
    };
    let steps: Vec<Step> = broken.exchanges.iter().map(step).collect();
    Some(without_idle_calls(&steps, related))
}

/// Only the calls that the relation speaks of, and those whose outputs they take.
fn without_idle_calls(steps: &[Step], mut related: Relation) -> Reproduction {
    let sums = |element: &super::model::Element| [element.actual.clone(), element.expected.clone()];
    let terms = related.elements.iter().flat_map(sums).flat_map(|sum| sum.terms);
    let mut used: BTreeSet<usize> = terms.map(|(place, _)| place.call).collect();
    for call in (0..steps.len()).rev() {
        if used.contains(&call) {
            let sources = steps[call].arguments.values();
            used.extend(sources.filter_map(|argument| Some(Step::handed_on(&steps[..call], argument)?.0)));
        }
    }
    let kept: Vec<usize> = used.into_iter().collect();
    for element in &mut related.elements {
        for (place, _) in element.actual.terms.iter_mut().chain(&mut element.expected.terms) {
            place.call = kept.iter().position(|&call| call == place.call).unwrap_or(0);
        }
    }
    Reproduction {
        calls: kept.iter().map(|&call| steps[call].clone()).collect(),
        claim: Claim::Related(related),
    }
}

/// The first output or gradient that is not the reference's.
fn difference(task: &str, tolerances: &Tolerances, expected: &Returned, actual: &Returned) -> Option<Claim> {
    let of_outputs = |name: &str, dtype: DType| tolerances.of(task, name, dtype);
    let outputs = pairs(&expected.outputs, &actual.outputs)
        .map(|(name, pair)| (Quantity::Output(name.clone()), pair, of_outputs(name, pair.0.dtype())));
    let gradients = pairs(&expected.gradients, &actual.gradients)
        .map(|(name, pair)| (Quantity::Gradient(name.clone()), pair, GRADIENT));
    outputs
        .chain(gradients)
        .find_map(|(quantity, (expected, actual), tolerance)| {
            let mismatch = compare_scaled(expected, actual, expected.dtype(), tolerance, 1e-3)?;
            let worst = match mismatch {
                Mismatch::NotFinite(difference) | Mismatch::Values(difference) => difference.worst.index,
                Mismatch::DType { .. } | Mismatch::Shape { .. } => Vec::new(),
            };
            Some(Claim::Equals {
                quantity,
                expected: expected.clone(),
                tolerance,
                worst,
            })
        })
}

fn pairs<'a>(
    expected: &'a Tensors,
    actual: &'a Tensors,
) -> impl Iterator<Item = (&'a String, (&'a Tensor, &'a Tensor))> {
    expected
        .iter()
        .filter_map(|(name, expected)| Some((name, (expected, actual.get(name)?))))
}
