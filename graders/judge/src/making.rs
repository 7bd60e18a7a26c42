//! Making golden cases from the reference, and seeing whether stored ones have drifted.

use wire::{DType, Tensor, Tensors};

use crate::compare::{compare, error};
use crate::fixtures::{INPUT_SEED, StoredCase};
use crate::golden::{arguments_in, case_call, distribution_name, judge_outputs};
use crate::impostor;
use crate::probe::{Probe, Stop};
use crate::random::Random;
use crate::subject::{Call, Subject};
use crate::task::{Case, Expect, Task};
use crate::tolerance::Tolerances;

/// Stored values move only where the difference exceeds this share of the largest: the last bits of f64 differ between
/// instruction sets, and a file that changes with the machine is of no use in version control.
pub const STILL: f64 = 1e-12;

/// Makes a case: inputs from the fixed seed, expected outputs from `reference` in f64.
pub fn make_case(task: &Task, case: &Case, reference: &mut dyn Subject) -> Result<StoredCase, Stop> {
    let mut random = Random::new(INPUT_SEED, &format!("{}/{}", task.id, case.name));
    let inputs = (case.arguments)(&mut random);
    let expected = match case.expect {
        Expect::Outputs => {
            let mut probe = Probe::new(reference, task.canonical);
            probe.call(&case_call(task, case, &inputs, DType::F64))?.outputs
        }
        Expect::Draws {
            output, probabilities, ..
        } => {
            let (other, arguments, other_output) = probabilities(&arguments_in(DType::F64, &inputs));
            let mut probe = Probe::new(reference, None);
            let mut outputs = probe.call(&Call::new(other, arguments))?.outputs;
            let row = outputs.remove(other_output);
            row.into_iter().map(|row| (distribution_name(output), row)).collect()
        }
    };
    Ok(StoredCase { inputs, expected })
}

/// The answers without any understanding that would be accepted for this case: there must be none.
pub fn indiscriminate(task: &Task, case: &Case, stored: &StoredCase, tolerances: &Tolerances) -> Vec<&'static str> {
    impostor::KINDS
        .iter()
        .filter(|kind| {
            let outputs = impostor::answer(**kind, case, stored, DType::F64);
            judge_outputs(task, case, stored, tolerances, DType::F64, &outputs).is_none()
        })
        .map(|kind| kind.name())
        .collect()
}

/// A stored value that is not what the reference gives today.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// The task.
    pub task: &'static str,
    /// The case.
    pub case: &'static str,
    /// The argument or output.
    pub name: String,
    /// What has changed.
    pub change: Change,
}

/// How a stored value has changed.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// There was none.
    New,
    /// There is none any more.
    Gone,
    /// Another dtype or shape.
    Structure,
    /// Another input.
    Input,
    /// Other values: the largest difference as a share of the largest value, and in units of the f64 tolerance.
    Values {
        /// Share of the largest value.
        error: f64,
        /// The same, in units of the tolerance.
        tolerances: f64,
    },
}

/// All differences between what is stored of a case and what was made anew.
pub fn drift(
    task: &'static Task,
    case: &'static Case,
    stored: Option<&StoredCase>,
    made: &StoredCase,
    tolerances: &Tolerances,
) -> Vec<Drift> {
    let nothing = StoredCase::default();
    let stored = stored.unwrap_or(&nothing);
    let inputs = changes(&stored.inputs, &made.inputs, |_, before, after| {
        compare(before, after, after.dtype(), 0.0).map(|_| Change::Input)
    });
    let expected = changes(&stored.expected, &made.expected, |name, before, after| {
        let error = error(after, before);
        let output = name.split('.').next().unwrap_or(name);
        let tolerance = tolerances.of(task.id, output, after.dtype()).max(f64::MIN_POSITIVE);
        (error > STILL).then_some(Change::Values {
            error,
            tolerances: error / tolerance,
        })
    });
    let named = |(name, change)| Drift {
        task: task.id,
        case: case.name,
        name,
        change,
    };
    inputs.into_iter().chain(expected).map(named).collect()
}

fn changes(
    before: &Tensors,
    after: &Tensors,
    change: impl Fn(&str, &Tensor, &Tensor) -> Option<Change>,
) -> Vec<(String, Change)> {
    let gone = before
        .keys()
        .filter(|name| !after.contains_key(*name))
        .map(|name| (name.clone(), Change::Gone));
    let present = after.iter().filter_map(|(name, after)| {
        let found = match before.get(name) {
            None => Some(Change::New),
            Some(before) if before.dtype() != after.dtype() || before.shape() != after.shape() => {
                Some(Change::Structure)
            }
            Some(before) => change(name, before, after),
        };
        Some((name.clone(), found?))
    });
    gone.chain(present).collect()
}
