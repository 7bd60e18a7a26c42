//! Differential runs: the inputs of golden cases drawn again, answered by the submission and by the reference.
//!
//! Golden cases are always the same, so that they can be learnt by heart. The seed of these inputs follows from
//! assignment, submission and grader: it is another one for every submission, and nobody knows it beforehand.

use wire::{DType, Tensors};

use crate::checks::derived::model::Known;
use crate::checks::golden::judge_outputs;
use crate::checks::probe::{Probe, returned};
use crate::contract::call::{arguments_in, case_call, distribution_name};
use crate::contract::random::Random;
use crate::contract::subject::{Call, Subject};
use crate::contract::tolerance::Tolerances;
use crate::contract::{Case, Expect, Task};
use crate::findings::fault::Fault;
use crate::findings::stop::Stop;
use crate::findings::{Counterexample, Finding, WrongOutput};
use crate::fixtures::case::StoredCase;

/// The name of the check.
pub const NAME: &str = "differential";

/// The error, as a share of the largest value, from which on an output of fresh inputs counts as right to f32 only: an
/// input that happens to be hard costs an f64 method less, and one step in f32 costs more.
const OF_SINGLE: f64 = 5e-9;

/// What came of a differential run.
#[derive(Debug, Clone)]
pub enum Run {
    /// The submission agrees with the reference on all fresh inputs, if only to f32 as this says.
    Agrees {
        /// The first output that is as good as f32 alone.
        imprecise: Option<Finding>,
        /// The inputs of all cases with what the reference gives for them; those of fixed cases as they are stored.
        known: Vec<Known>,
    },
    /// It does not on these.
    Differs(Box<Differs>),
    /// No case has inputs that could be drawn again.
    NothingFresh(Vec<Known>),
    /// No reference is at hand.
    NoReference,
}

/// Fresh inputs on which a submission is not the reference.
#[derive(Debug, Clone)]
pub struct Differs {
    /// How.
    pub finding: Finding,
    /// The call.
    pub counterexample: Counterexample,
    /// The golden case whose kind the inputs are of.
    pub case: &'static Case,
    /// The inputs, and what the reference gives for them.
    pub inputs: StoredCase,
}

/// The seed of a submission's fresh inputs. It has 52 bits: so many every reader of JSON keeps exactly, and so many that
/// nobody finds a comment with which a submission gets a seed whose inputs it has by heart.
pub fn seed(assignment: &str, submission: &str, grader: &str) -> u64 {
    let digest = files::sha256(format!("{assignment}\n{submission}\n{grader}").as_bytes());
    u64::from_str_radix(&digest[..13], 16).unwrap_or(0)
}

/// What has to hold, with how many of the task's cases can be drawn again.
pub fn statement(task: &Task, cases: &[(&Case, StoredCase)]) -> String {
    let (fresh, all) = (
        cases
            .iter()
            .filter(|(case, stored)| has_fresh(task, case, stored))
            .count(),
        cases.len(),
    );
    let number = if fresh == all {
        "all cases".to_owned()
    } else {
        format!("{fresh} of {all} cases; the others have fixed inputs")
    };
    format!("where a golden case holds, fresh inputs of its kind give the reference's outputs as well ({number})")
}

/// Other inputs of the same kind as a golden case has; `None` where its inputs are fixed, or where there are many right
/// answers, which are tried out.
pub fn fresh_inputs(task: &Task, case: &Case, stored: &StoredCase, seed: u64) -> Option<Tensors> {
    let mut random = Random::new(seed, &format!("{NAME}/{}/{}", task.id, case.name));
    let inputs = match case.expect {
        Expect::Outputs | Expect::Draws { .. } => (case.arguments)(&mut random),
        Expect::Verified(_) => return None,
    };
    (inputs != stored.inputs).then_some(inputs)
}

/// Compares a submission with the reference on fresh inputs, one draw for each of these cases.
pub fn run(
    task: &Task,
    cases: &[(&'static Case, &StoredCase)],
    tolerances: &Tolerances,
    seed: u64,
    subject: &mut dyn Subject,
) -> Result<Run, Stop> {
    let (mut compared, mut imprecise, mut known) = (0, None, Vec::new());
    for (case, stored) in cases {
        let Some(inputs) = fresh_inputs(task, case, stored, seed) else {
            known.push((*case, (*stored).clone()));
            continue;
        };
        let call = case_call(task, case, &inputs, DType::F64);
        let Some(expected) = expected(task, case, &inputs, subject)? else {
            return Ok(Run::NoReference);
        };
        compared += 1;
        let fresh = StoredCase { inputs, expected };
        let mut probe = Probe::new(subject, task.canonical);
        let found = match probe.call(&call) {
            Ok(returned) => judge_outputs(task, case, &fresh, tolerances, DType::F64, &returned.outputs),
            Err(Stop::Found(finding)) => Some(finding),
            Err(Stop::Fault(fault)) => return Err(fault.into()),
        };
        let (differs, inexact) = found.map_or((None, None), |found| charged(found, seed));
        imprecise = imprecise.or(inexact);
        if let Some(finding) = differs {
            return Ok(Run::Differs(Box::new(Differs {
                finding,
                counterexample: counterexample(&probe, seed),
                case,
                inputs: fresh,
            })));
        }
        known.push((*case, fresh));
    }
    Ok(if compared == 0 {
        Run::NothingFresh(known)
    } else {
        Run::Agrees { imprecise, known }
    })
}

/// Whether another seed gives a case other inputs than it has.
pub fn has_fresh(task: &Task, case: &Case, stored: &StoredCase) -> bool {
    fresh_inputs(task, case, stored, 0).is_some()
}

/// What the reference gives: outputs, or of a case that draws the probabilities. That it gives none is this grader's
/// fault.
fn expected(task: &Task, case: &Case, inputs: &Tensors, subject: &mut dyn Subject) -> Result<Option<Tensors>, Fault> {
    let call = case_call(task, case, inputs, DType::F64);
    let Some(outputs) = outputs_of_reference(task, case, &compared_call(case, inputs, call), subject)? else {
        return Ok(None);
    };
    Ok(Some(match case.expect {
        Expect::Outputs | Expect::Verified(_) => task.canonical.map_or(outputs.clone(), |canonical| canonical(outputs)),
        Expect::Draws {
            output, probabilities, ..
        } => {
            let (_, _, other_output) = probabilities(&arguments_in(DType::F64, inputs));
            let row = outputs.get(other_output).cloned();
            row.into_iter().map(|row| (distribution_name(output), row)).collect()
        }
    }))
}

/// The call whose answer is compared with: for a case that draws, the one that gives the probabilities.
fn compared_call(case: &Case, inputs: &Tensors, call: Call) -> Call {
    match case.expect {
        Expect::Outputs | Expect::Verified(_) => call,
        Expect::Draws { probabilities, .. } => {
            let (other, arguments, _) = probabilities(&arguments_in(DType::F64, inputs));
            Call::new(other, arguments)
        }
    }
}

fn outputs_of_reference(
    task: &Task,
    case: &Case,
    call: &Call,
    subject: &mut dyn Subject,
) -> Result<Option<Tensors>, Fault> {
    let Some(observed) = subject.reference_call(call)? else {
        return Ok(None);
    };
    match returned(observed, None) {
        Ok(returned) => Ok(Some(returned.outputs)),
        Err(finding) => Err(Fault(format!(
            "the reference does not answer fresh inputs of case `{}` of `{}`: {finding:?}",
            case.name, task.id
        ))),
    }
}

/// What a difference means here: that an output is right to f32 only is for the check of precision, the second of these.
fn charged(finding: Finding, seed: u64) -> (Option<Finding>, Option<Finding>) {
    match finding {
        Finding::WrongOutput(WrongOutput::Imprecise { ref difference, .. }) if difference.error > OF_SINGLE => {
            (None, Some(finding))
        }
        Finding::WrongOutput(WrongOutput::Imprecise { .. } | WrongOutput::ExtraAxes { .. }) => (None, None),
        Finding::WrongOutput(WrongOutput::Wrong {
            case, output, mismatch, ..
        }) => {
            let differs = Finding::WrongOutput(WrongOutput::Differs {
                case,
                output,
                mismatch,
                seed,
            });
            (Some(differs), None)
        }
        other => (Some(other), None),
    }
}

fn counterexample(probe: &Probe<'_>, seed: u64) -> Counterexample {
    Counterexample {
        kind: String::new(),
        sizes: Vec::new(),
        found_at: Vec::new(),
        seed,
        calls: probe.calls(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_seed_follows_from_assignment_submission_and_grader() {
        let known = seed("a", "b", "c");
        assert_eq!(known, seed("a", "b", "c"));
        for other in [seed("x", "b", "c"), seed("a", "x", "c"), seed("a", "b", "x")] {
            assert_ne!(known, other);
        }
        assert!(known < 1 << 53);
    }
}
