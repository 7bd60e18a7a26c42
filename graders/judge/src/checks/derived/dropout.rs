//! Dropout: in training every rate drops something, for sequences of one token as for long ones, whatever the other settings
//! are.
//!
//! With the same generator seed, raising a rate from zero has to change the output: what is kept is scaled. How much is
//! dropped, where, and that draws are independent is for the properties of each task.

use wire::Tensor;

use super::domain;
use super::model::{Derived, Failure, Material, Run, answered};
use crate::checks::probe::{Probe, returned};
use crate::contract::subject::{Call, Subject};
use crate::findings::fault::Fault;
use crate::findings::{Counterexample, Finding, Violation};

/// The check.
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
    if let Some(domain) = task.contract.domain.first() {
        for point in domain::small_corners(domain.sizes) {
            let given = domain::arguments(domain, &point);
            for rate in task.contract.rates {
                let [without, raised] = [0.0, RAISED].map(|value| {
                    let mut arguments = given.clone();
                    arguments.insert("train".to_owned(), Tensor::flag(true));
                    for other in task.contract.rates {
                        let value = if other == rate { value } else { OTHERS };
                        arguments.insert((*other).to_owned(), Tensor::real(value));
                    }
                    Call::new(task.id, arguments)
                });
                // Where the reference's output does not change either, or there is none, nothing has to.
                let mut outputs = Vec::new();
                for call in [&without, &raised] {
                    let Some(observed) = subject.trusted(call)? else {
                        return Ok(Run::NoReference);
                    };
                    outputs.extend(returned(observed, task.canonical).map(|returned| returned.outputs));
                }
                if outputs.len() < 2 || outputs[0] == outputs[1] {
                    continue;
                }
                let mut probe = Probe::new(subject, task.canonical);
                let mut changed = Vec::new();
                for call in [&without, &raised] {
                    match answered(probe.call(call))? {
                        Ok(returned) => changed.push(returned.outputs),
                        Err(finding) => {
                            return Ok(failure(
                                &probe,
                                finding,
                                domain::named(domain, &point.sizes),
                                point.seed,
                            ));
                        }
                    }
                }
                if changed[0] == changed[1] {
                    let finding = Finding::LawBroken(Violation::Value {
                        what: format!(
                            "the largest change of the output when `{rate}` is raised from 0 to {RAISED} in training"
                        ),
                        index: Vec::new(),
                        value: "0".to_owned(),
                        rule: "above 0: what is kept is scaled, and what is dropped is 0".to_owned(),
                    });
                    return Ok(failure(
                        &probe,
                        finding,
                        domain::named(domain, &point.sizes),
                        point.seed,
                    ));
                }
            }
        }
    }
    Ok(Run::Holds)
}

fn failure(probe: &Probe<'_>, finding: Finding, sizes: Vec<(String, i64)>, seed: u64) -> Run {
    Run::Fails(Box::new(Failure {
        finding,
        counterexample: Counterexample {
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
