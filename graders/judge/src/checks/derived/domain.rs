//! The whole domain: whatever is valid is answered as the reference answers it, and what it refuses is refused.
//!
//! Corners come first: every size at its smallest and at its largest, alone and together. Then sizes are drawn. An input
//! on which the outputs differ is made as small as it can be.

use wire::{Tensor, Tensors};

use super::model::{Derived, Failure, Material, Run, answered};
use super::points::{
    Point, arguments, beside_the_smallest, corners, drawn, is_large, named, scale_in_words, scaled, simple,
};
use crate::checks::golden::judge_by_reference;
use crate::checks::probe::{Probe, returned};
use crate::compare::largest;
use crate::contract::domain::Domain;
use crate::contract::exchange::Exchange;
use crate::contract::random::Random;
use crate::contract::subject::{Call, Subject};
use crate::findings::fault::Fault;
use crate::findings::{CallFailed, Counterexample, Finding, Violation, WrongOutput};
use crate::fixtures::case::StoredCase;

pub const CHECK: Derived = Derived {
    name: "whole-domain",
    statement: "whatever arguments are valid, the outputs are the reference's, and what is invalid is refused",
    applies: |task| !task.contract.domain.is_empty(),
    run,
};

/// Drawn cases for each of the ways in which arguments are valid.
const DRAWN: u64 = 4;
/// What rounding may leave of one of the arguments' values, as a share.
const ROUNDING: f64 = 1e-13;
/// Smaller cases that are tried at most.
const SHRINKS: usize = 60;

/// Compares a submission with the reference on the whole domain.
fn run(material: &Material<'_>, subject: &mut dyn Subject) -> Result<Run, Fault> {
    let Material {
        task, seed, shrinks, ..
    } = *material;
    for domain in task.contract.domain {
        let mut random = Random::new(seed, &format!("{}/{}/{}", CHECK.name, task.id, domain.name));
        // Where no size is free, another case has other values only.
        let is_fixed = domain.sizes.iter().all(|&(_, low, high)| low == high);
        let count = match (is_large(domain.sizes), is_fixed) {
            (true, true) => 0,
            (false, true) => 1,
            (_, false) => DRAWN,
        };
        let drawn = (0..count).map(|number| Point::new(drawn(domain.sizes, &mut random), number + 1000));
        let beside = beside_the_smallest(domain.sizes);
        let points = corners(domain.sizes).into_iter().chain(beside).chain(drawn);
        let points: Vec<Point> = points.chain(simple(task, domain)).chain(scaled(task, domain)).collect();
        for point in points {
            match differs(material, domain, &point, subject)? {
                Outcome::Agrees => {}
                Outcome::NoReference => return Ok(Run::NoReference),
                Outcome::Differs(found) => {
                    let shrinks = shrinks && !found.finding.is_exhaustion();
                    let (point, smallest) = if shrinks {
                        smallest(material, domain, (point.clone(), found), subject)?
                    } else {
                        (point.clone(), found)
                    };
                    return Ok(failure(domain, &point, smallest));
                }
            }
        }
    }
    Ok(Run::Holds)
}

enum Outcome {
    Agrees,
    NoReference,
    Differs(Box<Found>),
}

struct Found {
    at: Point,
    finding: Finding,
    counterexample: Counterexample,
    exchanges: Vec<Exchange>,
}

fn differs(
    material: &Material<'_>,
    domain: &Domain,
    point: &Point,
    subject: &mut dyn Subject,
) -> Result<Outcome, Fault> {
    let task = material.task;
    let call = Call::new(task.id, arguments(domain, point));
    let Some(observed) = subject.reference_call(&call)? else {
        return Ok(Outcome::NoReference);
    };
    let expected = match returned(observed, task.canonical) {
        Ok(expected) => Some(expected),
        Err(Finding::CallFailed(CallFailed::RefusedValid { .. })) => None,
        Err(finding) => {
            return Err(Fault(format!(
                "the reference does not answer `{}` of `{}` at {:?}: {finding:?}",
                domain.name,
                task.id,
                named(domain, &point.sizes)
            )));
        }
    };
    let mut probe = Probe::new(subject, task.canonical);
    let found = match (answered(probe.call(&call))?, expected) {
        (Err(Finding::CallFailed(CallFailed::RefusedValid { .. })), None) => None,
        (Err(finding), _) => Some(finding),
        (Ok(_), None) => Some(Finding::CallFailed(CallFailed::AcceptedInvalid {
            input: invalid(domain, point, &call.arguments),
        })),
        (Ok(actual), Some(expected)) => {
            let known = StoredCase {
                inputs: call.arguments.clone(),
                expected: expected.outputs,
            };
            judge_by_reference(task, &known, material.tolerances, &actual.outputs)
                .filter(|_| !is_rounding(&known, &actual.outputs))
                .and_then(|finding| charged(finding, domain, point, material.is_exact))
        }
    };
    Ok(found.map_or(Outcome::Agrees, |finding| {
        Outcome::Differs(Box::new(Found {
            at: point.clone(),
            finding,
            counterexample: Counterexample {
                kind: domain.name.to_owned(),
                sizes: Vec::new(),
                found_at: Vec::new(),
                seed: point.seed,
                calls: probe.calls(),
            },
            exchanges: probe.exchanges().to_vec(),
        }))
    }))
}

/// Whether outputs of one number each differ by what rounding leaves of arguments as large as these: such a number has no
/// others beside it that say how large it could be.
fn is_rounding(known: &StoredCase, actual: &Tensors) -> bool {
    let floats = known.inputs.values().filter(|argument| argument.dtype().is_float());
    let size = floats.map(|argument| largest(&argument.to_f64())).fold(0.0, f64::max);
    known.expected.iter().all(|(name, expected)| {
        let value = |tensor: &Tensor| tensor.item().filter(|_| tensor.dtype().is_float());
        let pair = value(expected).zip(actual.get(name).and_then(value));
        pair.is_some_and(|(expected, actual)| (expected - actual).abs() <= ROUNDING * size)
    })
}

/// What the reference refuses, in words: the arguments of one number that are not those of the smallest case, or else its
/// sizes.
fn invalid(domain: &Domain, point: &Point, given: &Tensors) -> String {
    let smallest = domain.sizes.iter().map(|&(_, low, _)| low).collect();
    let usual = arguments(domain, &Point::new(smallest, point.seed));
    let differs = |(name, argument): &(&String, &Tensor)| usual.get(*name) != Some(argument);
    let number = |(name, argument): (&String, &Tensor)| Some(format!("`{name}` = {}", argument.item()?));
    let numbers: Vec<String> = given.iter().filter(differs).filter_map(number).collect();
    let sizes = named(domain, &point.sizes).into_iter();
    let told = if numbers.is_empty() {
        sizes.map(|(name, value)| format!("{name} = {value}")).collect()
    } else {
        numbers
    };
    format!("{} ({})", domain.name, told.join(", "))
}

/// What a difference means here: a task that is right to f32 alone has paid for that in the check of precision.
fn charged(finding: Finding, domain: &Domain, point: &Point, is_exact: bool) -> Option<Finding> {
    match finding {
        Finding::WrongOutput(WrongOutput::Imprecise { .. }) if !is_exact => None,
        Finding::WrongOutput(WrongOutput::Imprecise { output, difference, .. }) => {
            Some(Finding::WrongOutput(WrongOutput::Imprecise {
                case: domain.name.to_owned(),
                output,
                difference,
            }))
        }
        Finding::WrongOutput(WrongOutput::ExtraAxes { .. }) => None,
        Finding::WrongOutput(WrongOutput::Wrong { output, mismatch, .. }) => {
            Some(Finding::PropertyFailed(Violation::Unequal {
                what: format!("`{output}`{}", scale_in_words(point)),
                equals: "what the reference gives".to_owned(),
                mismatch,
            }))
        }
        other => Some(other),
    }
}

/// The smallest case around one that differs which differs as well.
fn smallest(
    material: &Material<'_>,
    domain: &Domain,
    (mut point, mut found): (Point, Box<Found>),
    subject: &mut dyn Subject,
) -> Result<(Point, Box<Found>), Fault> {
    let mut left = SHRINKS;
    let mut shrunk = true;
    while shrunk {
        shrunk = false;
        for position in 0..domain.sizes.len() {
            for value in smaller(point.sizes[position], domain.sizes[position].1) {
                let Some(fewer) = left.checked_sub(1) else {
                    return Ok((point, found));
                };
                left = fewer;
                let mut candidate = point.clone();
                candidate.sizes[position] = value;
                if let Outcome::Differs(smaller) = differs(material, domain, &candidate, subject)? {
                    let at = found.at.clone();
                    (point, found) = (candidate, smaller);
                    found.at = at;
                    shrunk = true;
                    break;
                }
            }
        }
    }
    Ok((point, found))
}

/// Smaller values than this one, the smallest first.
fn smaller(value: i64, low: i64) -> Vec<i64> {
    let mut values = vec![low, low + (value - low) / 2, value - 1];
    values.dedup();
    values.retain(|&smaller| low <= smaller && smaller < value);
    values
}

fn failure(domain: &Domain, point: &Point, found: Box<Found>) -> Run {
    Run::Fails(Box::new(Failure {
        finding: found.finding,
        counterexample: Counterexample {
            sizes: named(domain, &point.sizes),
            found_at: named(domain, &found.at.sizes),
            ..found.counterexample
        },
        exchanges: found.exchanges,
        is_seen_on_copies: true,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::random::floats;

    #[test]
    fn of_one_number_what_rounding_leaves_of_large_arguments_is_nothing() {
        let known = StoredCase {
            inputs: [("x".to_owned(), floats(&[2], vec![100.0, -200.0]))].into(),
            expected: [("y".to_owned(), Tensor::real(1e-16))].into(),
        };
        let differs = |value: f64| !is_rounding(&known, &[("y".to_owned(), Tensor::real(value))].into());
        assert!(!differs(0.0) && !differs(1e-11));
        assert!(differs(1e-10) && differs(f64::NAN));
    }

    #[test]
    fn a_value_is_made_smaller_in_large_steps_first() {
        assert_eq!(smaller(9, 1), [1, 5, 8]);
        assert_eq!(smaller(2, 1), [1]);
        assert!(smaller(1, 1).is_empty());
    }
}
