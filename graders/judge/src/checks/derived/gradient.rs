//! Gradients: by every argument that an output is smooth in, they are those of the reference.

use std::collections::BTreeSet;

use wire::{DType, Data, Observed, Tensor, Tensors};

use super::differentiated::{self, NONE, SMALL, TOLERANCE, call, is_smooth, missing, plain, together};
use super::model::{Derived, Failure, Known, Material, Run, answered, has_outputs};
use super::{derivative, points};
use crate::checks::probe::{Probe, returned};
use crate::compare::{compare_scaled, largest};
use crate::contract::Task;
use crate::contract::domain::Domain;
use crate::contract::exchange::Exchange;
use crate::contract::random::Random;
use crate::contract::subject::{Call, Subject};
use crate::findings::fault::Fault;
use crate::findings::{CallFailed, Counterexample, Finding, Measure, RecordedCall, Violation};
use crate::fixtures::case::StoredCase;

pub const CHECK: Derived = Derived {
    name: "all-gradients",
    statement: "gradients reach every argument that the result depends on smoothly, and are the reference's",
    applies: |task| !task.contract.smooth.is_empty(),
    run,
};

/// Gradients smaller than this say little of a function of values of order one: a difference of large numbers may be left.
const LEAST: f64 = 1e-4;
/// Where all gradients are smaller than this, what rounding leaves of zero is no smaller share of them.
const ROUNDED: f64 = 0.1;
/// How far arguments are moved, as a share of each, to see whether a gradient is steady; what is zero by this share of this.
const NEAR: f64 = 1e-7;
/// How often they are.
const BESIDE: u64 = 2;

/// Compares the gradients of a random combination of an output's values with the reference's: on inputs of the kind of the
/// golden cases, and wherever the domain is small.
fn run(material: &Material<'_>, subject: &mut dyn Subject) -> Result<Run, Fault> {
    let Material { task, seed, .. } = *material;
    let mut tried = 0;
    for (case, known) in material.known.iter().filter(|(case, _)| has_outputs(case)) {
        match compared(task, case.name, known, subject)? {
            None => return without_reference(material, subject),
            Some(Compared::Nothing) => {}
            Some(Compared::Agrees) => {
                if let Some(differs) = by_one_alone(task, case.name, known, tried, subject)? {
                    return Ok(differs.failure("", Vec::new(), seed));
                }
                tried += 1;
            }
            Some(Compared::Differs(differs)) => return Ok(differs.failure("", Vec::new(), seed)),
        }
    }
    let small = |(_, domain): &(usize, &Domain)| !points::is_large(domain.sizes);
    for (number, domain) in task.contract.domain.iter().enumerate().filter(small) {
        let others = points::simple(task, domain)
            .into_iter()
            .chain(points::enlarged(task, domain));
        let beside = if number == 0 {
            points::beside_the_smallest(domain.sizes)
        } else {
            Vec::new()
        };
        let corners = points::cheap_corners(domain).into_iter();
        for point in corners.chain(beside).chain(others) {
            let plain = Call::new(task.id, points::arguments(domain, &point));
            let Some(observed) = subject.reference_call(&plain)? else {
                return without_reference(material, subject);
            };
            // What is refused has no gradient.
            let Ok(expected) = returned(observed, task.canonical) else {
                continue;
            };
            let known = StoredCase {
                inputs: plain.arguments,
                expected: expected.outputs,
            };
            if let Some(Compared::Differs(differs)) = compared(task, domain.name, &known, subject)?
                && is_steady(task, &differs, subject)?
            {
                return Ok(differs.failure(domain.name, points::named(domain, &point.sizes), point.seed));
            }
        }
    }
    match in_training(material, subject)? {
        derivative::Compared::Differs(failure) => Ok(Run::Fails(failure)),
        derivative::Compared::Agrees => Ok(Run::Holds),
        derivative::Compared::Nothing if tried > 0 => Ok(Run::Holds),
        derivative::Compared::Nothing => Ok(Run::Nothing),
    }
}

/// While dropout draws: on a golden case that holds, and beside every other setting.
fn in_training(material: &Material<'_>, subject: &mut dyn Subject) -> Result<derivative::Compared, Fault> {
    let mut held = material.held.iter().filter(|(case, _)| has_outputs(case));
    let Some((case, stored)) = held.next() else {
        return Ok(derivative::Compared::Nothing);
    };
    match derivative::in_training(material.task, case.name, stored, subject)? {
        derivative::Compared::Agrees => derivative::in_training_at_corners(material.task, subject),
        other => Ok(other),
    }
}

/// Where no reference is at hand, gradients on the golden cases are held against derivatives.
fn without_reference(material: &Material<'_>, subject: &mut dyn Subject) -> Result<Run, Fault> {
    let task = material.task;
    let mut tried = 0;
    for (case, stored) in material.held.iter().filter(|(case, _)| has_outputs(case)) {
        match derivative::of_case(task, case.name, stored, "", subject)? {
            derivative::Compared::Differs(failure) => return Ok(Run::Fails(failure)),
            derivative::Compared::Agrees => {
                if let derivative::Compared::Differs(failure) =
                    derivative::of_one_alone(task, case.name, stored, tried, subject)?
                {
                    return Ok(Run::Fails(failure));
                }
                tried += 1;
            }
            derivative::Compared::Nothing => {}
        }
    }
    if let derivative::Compared::Differs(failure) = in_training(material, subject)? {
        return Ok(Run::Fails(failure));
    }
    Ok(if tried > 0 { Run::Holds } else { Run::NoReference })
}

/// What came of the gradients of one case.
enum Compared {
    /// The reference has none there.
    Nothing,
    Agrees,
    Differs(Box<Differs>),
}

/// The reference's gradients, and what is wrong with those of the submission.
struct Differs {
    call: Call,
    output: &'static str,
    expected: Tensors,
    scale: f64,
    finding: Finding,
    calls: Vec<RecordedCall>,
    exchanges: Vec<Exchange>,
}

impl Differs {
    fn failure(self, kind: &str, sizes: Vec<(String, i64)>, seed: u64) -> Run {
        Run::Fails(Box::new(Failure {
            finding: self.finding,
            counterexample: Counterexample {
                kind: kind.to_owned(),
                found_at: sizes.clone(),
                sizes,
                seed,
                calls: self.calls,
            },
            exchanges: self.exchanges,
            is_seen_on_copies: true,
        }))
    }
}

/// Compares the gradients of every smooth output on one case. `None` where no reference is at hand.
fn compared(task: &Task, case: &str, known: &StoredCase, subject: &mut dyn Subject) -> Result<Option<Compared>, Fault> {
    let mut tried = false;
    for output in task.contract.smooth {
        let Some(call) = call(task, case, output, known) else {
            continue;
        };
        let Some(observed) = reference_call(task, &call, output, subject)? else {
            return Ok(None);
        };
        // Where the reference has no gradient for these settings, nobody needs one.
        let Ok(expected) = returned(observed, None) else {
            continue;
        };
        tried = true;
        let scale = scale(&expected.gradients);
        if let Some(differs) = asked(task, &call, output, (expected.gradients, scale), subject)? {
            return Ok(Some(Compared::Differs(differs)));
        }
    }
    Ok(Some(if tried { Compared::Agrees } else { Compared::Nothing }))
}

/// Compares gradients by one argument alone with those by all together: nothing else requires gradients then, and the
/// result must not be cut off for that.
fn by_one_alone(
    task: &Task,
    case: &str,
    known: &StoredCase,
    turn: usize,
    subject: &mut dyn Subject,
) -> Result<Option<Box<Differs>>, Fault> {
    for output in task.contract.smooth {
        let Some(call) = call(task, case, output, known) else {
            continue;
        };
        let observed = reference_call(task, &call, output, subject)?;
        let Some(Ok(expected)) = observed.map(|observed| returned(observed, None)) else {
            continue;
        };
        let scale = scale(&expected.gradients);
        for (name, call) in differentiated::by_one_alone(&call, turn) {
            let mut own = expected.gradients.clone();
            own.retain(|argument, _| *argument == name);
            if let Some(mut differs) = asked(task, &call, output, (own, scale), subject)? {
                differs.finding = differentiated::alone(&name, differs.finding);
                return Ok(Some(differs));
            }
        }
    }
    Ok(None)
}

/// Asks the submission for gradients that have to be these; `scale` is the largest value of those by all arguments.
fn asked(
    task: &Task,
    call: &Call,
    output: &'static str,
    (expected, scale): (Tensors, f64),
    subject: &mut dyn Subject,
) -> Result<Option<Box<Differs>>, Fault> {
    let mut probe = Probe::new(subject, None);
    let asked = match task.canonical {
        None => Ok(call.clone()),
        Some(_) => answered(probe.call(&plain(call)))?.map(|value| by_itself(call, output, &value.outputs)),
    };
    probe.start_case();
    let found = match asked.map_or_else(|finding| Ok(Err(finding)), |call| answered(probe.call(&call)))? {
        // What does not depend on any argument needs no graph.
        Err(Finding::CallFailed(CallFailed::NoGradient { .. })) if are_zero(&expected) => None,
        Err(finding) => Some(finding),
        Ok(actual) => differences(&expected, &actual.gradients, scale),
    };
    Ok(found.map(|finding| {
        Box::new(Differs {
            call: call.clone(),
            output,
            expected,
            scale,
            finding,
            calls: probe.calls(),
            exchanges: probe.exchanges().to_vec(),
        })
    }))
}

fn are_zero(gradients: &Tensors) -> bool {
    gradients.values().all(|gradient| largest(&gradient.to_f64()) == 0.0)
}

/// The largest value of the gradients by all arguments. What is far below that is what rounding has left of zero.
fn scale(gradients: &Tensors) -> f64 {
    let all = gradients.values().map(|gradient| largest(&gradient.to_f64()));
    all.fold(0.0, f64::max)
}

/// What is wrong with the gradients, those by all arguments together.
fn differences(expected: &Tensors, actual: &Tensors, scale: f64) -> Option<Finding> {
    let differs = |(name, expected): (&String, &Tensor)| {
        let found = difference(name, expected, actual.get(name), scale)?;
        Some((name.clone(), found))
    };
    together(expected.iter().filter_map(differs).collect())
}

/// Whether the reference's own gradient is about the same beside these arguments. Where it is not (a kink, equal values, a
/// cancellation), correct functions have other gradients, and nothing is said.
fn is_steady(task: &Task, differs: &Differs, subject: &mut dyn Subject) -> Result<bool, Fault> {
    if differs
        .expected
        .values()
        .flat_map(Tensor::to_f64)
        .any(|value| !value.is_finite())
    {
        return Ok(false);
    }
    for turn in 0..BESIDE {
        let mut beside = differs.call.clone();
        let mut random = Random::new(turn, &format!("{}/{}/beside", CHECK.name, task.id));
        for argument in beside.arguments.values_mut().filter(|argument| is_smooth(argument)) {
            *argument = moved(argument, &mut random);
        }
        let Some(observed) = reference_call(task, &beside, differs.output, subject)? else {
            return Ok(false);
        };
        let is_equal = |gradients: &Tensors| differences(&differs.expected, gradients, differs.scale).is_none();
        if !returned(observed, None).is_ok_and(|near| is_equal(&near.gradients)) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Every finite value by a little more or less, in proportion to it; zero by much less.
fn moved(tensor: &Tensor, random: &mut Random) -> Tensor {
    let steps = random.normal(tensor.shape()).to_float(DType::F64).to_f64();
    let moved = tensor.to_f64().into_iter().zip(steps).map(|(value, step)| {
        let size = value.abs().max(NEAR);
        if size.is_finite() {
            value + NEAR * step * size
        } else {
            value
        }
    });
    Tensor::new(tensor.shape().to_vec(), Data::F64(moved.collect())).unwrap_or_else(|| tensor.clone())
}

/// What the reference gives for a call.
fn reference_call(
    task: &Task,
    call: &Call,
    output: &str,
    subject: &mut dyn Subject,
) -> Result<Option<Observed>, Fault> {
    if task.canonical.is_none() {
        return subject.reference_call(call);
    }
    let Some(observed) = subject.reference_call(&plain(call))? else {
        return Ok(None);
    };
    match returned(observed.clone(), None) {
        Ok(value) => subject.reference_call(&by_itself(call, output, &value.outputs)),
        Err(_) => Ok(Some(observed)),
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

/// How the gradient by an argument differs.
fn difference(name: &str, expected: &Tensor, actual: Option<&Tensor>, scale: f64) -> Option<Finding> {
    let Some(actual) = actual else {
        return Some(missing(&[name]));
    };
    let own = largest(&expected.to_f64());
    if own > NONE * scale.max(ROUNDED) && largest(&actual.to_f64()) <= NONE * own {
        return Some(missing(&[name]));
    }
    let mismatch = compare_scaled(expected, actual, DType::F64, TOLERANCE, f64::max(SMALL * scale, LEAST))?;
    Some(Finding::PropertyFailed(Violation::Gradient {
        argument: name.to_owned(),
        others: Vec::new(),
        measure: Measure::Reference,
        alone: false,
        mismatch,
    }))
}

/// The outputs of the reference that have a gradient in a golden case. `None` where no reference is at hand.
pub fn measured(task: &Task, cases: &[Known], subject: &mut dyn Subject) -> Result<Option<BTreeSet<String>>, Fault> {
    let mut found = BTreeSet::new();
    for (case, known) in cases.iter().filter(|(case, _)| has_outputs(case)) {
        for output in known.expected.keys() {
            let Some(call) = call(task, case.name, output, known) else {
                continue;
            };
            let Some(observed) = reference_call(task, &call, output, subject)? else {
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
