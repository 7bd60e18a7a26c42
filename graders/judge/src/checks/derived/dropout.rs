//! Dropout: in training every rate drops something, for sequences of one token as for long ones, whatever the other settings
//! are.
//!
//! With the same generator seed, raising a rate from zero has to change the output: what is kept is scaled. How much is
//! dropped, where, and that draws are independent is for the properties of each task.

use wire::{Tensor, Tensors};

use super::model::{Derived, Failure, Material, Run, answered};
use super::points;
use crate::checks::probe::{Probe, returned};
use crate::contract::Task;
use crate::contract::arguments::with;
use crate::contract::subject::{Call, Subject};
use crate::findings::fault::Fault;
use crate::findings::{Counterexample, Finding, Violation};

pub const CHECK: Derived = Derived {
    name: "dropout-everywhere",
    statement: "in training every rate above zero drops something, whatever the sizes and the other settings are",
    applies: |task| !task.contract.rates.is_empty(),
    run,
};

/// The rate that is raised to.
const RAISED: f64 = 0.5;
/// What the other rates are: above zero, and so small that they hide nothing.
const OTHERS: f64 = 1e-6;

fn run(material: &Material<'_>, subject: &mut dyn Subject) -> Result<Run, Fault> {
    let task = material.task;
    let Some(domain) = task.contract.domain.first() else {
        return Ok(Run::Nothing);
    };
    for point in points::small_corners(domain.sizes) {
        let given = points::arguments(domain, &point);
        for rate in task.contract.rates {
            let calls = [0.0, RAISED].map(|value| trained(task, &given, rate, value));
            // Where the reference's output does not change either, nothing has to.
            let mut trusted = Vec::new();
            for call in &calls {
                let Some(observed) = subject.reference_call(call)? else {
                    return Ok(Run::NoReference);
                };
                trusted.extend(returned(observed, task.canonical).map(|returned| returned.outputs));
            }
            if trusted.len() < calls.len() || trusted[0] == trusted[1] {
                continue;
            }
            let mut probe = Probe::new(subject, task.canonical);
            if let Some(finding) = unchanged(&mut probe, &calls, rate)? {
                return Ok(failure(
                    &probe,
                    finding,
                    points::named(domain, &point.sizes),
                    point.seed,
                ));
            }
        }
    }
    Ok(Run::Holds)
}

/// A call in training, with one of the rates at this value.
fn trained(task: &Task, given: &Tensors, rate: &str, value: f64) -> Call {
    let mut arguments = with(given, "train", Tensor::flag(true));
    for other in task.contract.rates {
        let value = if *other == rate { value } else { OTHERS };
        arguments.insert((*other).to_owned(), Tensor::real(value));
    }
    Call::new(task.id, arguments)
}

/// What is wrong where both calls give the same, or one of them nothing.
fn unchanged(probe: &mut Probe<'_>, calls: &[Call; 2], rate: &str) -> Result<Option<Finding>, Fault> {
    let mut outputs = Vec::new();
    for call in calls {
        match answered(probe.call(call))? {
            Ok(returned) => outputs.push(returned.outputs),
            Err(finding) => return Ok(Some(finding)),
        }
    }
    Ok((outputs[0] == outputs[1]).then(|| {
        Finding::PropertyFailed(Violation::Value {
            what: format!("the largest change of the output when `{rate}` is raised from 0 to {RAISED} in training"),
            index: Vec::new(),
            value: "0".to_owned(),
            rule: "above 0: what is kept is scaled, and what is dropped is 0".to_owned(),
        })
    }))
}

fn failure(probe: &Probe<'_>, finding: Finding, sizes: Vec<(String, i64)>, seed: u64) -> Run {
    Run::Fails(Box::new(Failure {
        finding,
        counterexample: Counterexample {
            kind: String::new(),
            found_at: sizes.clone(),
            sizes,
            seed,
            calls: probe.calls(),
        },
        // Whoever draws in another order has other values: there is nothing to compare these calls with.
        exchanges: Vec::new(),
        is_seen_on_copies: true,
    }))
}
