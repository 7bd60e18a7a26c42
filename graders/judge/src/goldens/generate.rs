//! Making golden cases from the reference, and seeing whether stored ones have drifted.

use wire::{DType, Tensor, Tensors};

use crate::checks::golden::judge_outputs;
use crate::checks::probe::Probe;
use crate::compare::{Mismatch, Worst, compare, error};
use crate::contract::call::{arguments_in, case_call, distribution_name};
use crate::contract::random::Random;
use crate::contract::subject::{Call, Subject};
use crate::contract::tolerance::{STILL, Tolerances};
use crate::contract::{Case, Expect, Task};
use crate::findings::stop::Stop;
use crate::fixtures::case::{INPUT_SEED, StoredCase};
use crate::goldens::baseline;

/// Makes a case: inputs from the fixed seed, expected outputs from `reference` in f64.
pub fn make_case(task: &Task, case: &Case, reference: &mut dyn Subject) -> Result<StoredCase, Stop> {
    let inputs = (case.arguments)(&mut input_random(task, case));
    let expected = match case.expect {
        Expect::Outputs | Expect::Verified(_) => {
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

/// The task that gives the probabilities of a drawn case: the reference has to be able to answer for it as well.
pub fn asks(task: &Task) -> impl Iterator<Item = &'static str> {
    let other = |case: &Case| match case.expect {
        Expect::Outputs | Expect::Verified(_) => None,
        Expect::Draws { probabilities, .. } => {
            let inputs = (case.arguments)(&mut input_random(task, case));
            Some(probabilities(&arguments_in(DType::F64, &inputs)).0)
        }
    };
    task.cases.iter().filter_map(other)
}

fn input_random(task: &Task, case: &Case) -> Random {
    Random::new(INPUT_SEED, &format!("{}/{}", task.id, case.name))
}

/// The answers without any understanding that would be accepted for this case: there must be none.
pub fn trivial(task: &Task, case: &Case, stored: &StoredCase, tolerances: &Tolerances) -> Vec<&'static str> {
    baseline::KINDS
        .iter()
        .filter(|kind| {
            let outputs = baseline::answer(**kind, case, stored, DType::F64);
            judge_outputs(task, case, stored, tolerances, DType::F64, &outputs).is_none()
        })
        .map(|kind| kind.name())
        .collect()
}

/// A stored value that is not what the reference gives today.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    pub task: &'static str,
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
        /// The same, in units of the tolerance; none where values have to be equal.
        tolerances: Option<f64>,
        /// Where it is: the stored value as what was expected, the new one as what came.
        worst: Option<Worst>,
    },
}

/// All differences between what is stored of a case and what was made again.
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
        let tolerance = tolerances.of(task.id, output_of(name), after.dtype());
        (error > STILL).then(|| Change::Values {
            error,
            tolerances: (tolerance > 0.0).then_some(error / tolerance),
            worst: worst(before, after),
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

fn worst(before: &Tensor, after: &Tensor) -> Option<Worst> {
    match compare(before, after, after.dtype(), 0.0)? {
        Mismatch::Values(difference) | Mismatch::NotFinite(difference) => Some(difference.worst),
        Mismatch::DType { .. } | Mismatch::Shape { .. } => None,
    }
}

/// How far an output of a golden case is from its stored value.
#[derive(Debug, Clone, PartialEq)]
pub struct Distance {
    pub task: &'static str,
    pub case: &'static str,
    pub output: String,
    /// The dtype of the call.
    pub dtype: DType,
    /// The largest difference as a share of the largest stored value; infinite where dtype, shape, integers or booleans
    /// differ.
    pub error: f64,
    /// The error that is allowed in this dtype.
    pub tolerance: f64,
}

impl Distance {
    /// Whether the error is allowed.
    pub fn is_within(&self) -> bool {
        self.error <= self.tolerance
    }

    /// The error in units of the tolerance.
    pub fn tolerances(&self) -> f64 {
        if self.error == 0.0 {
            0.0
        } else {
            self.error / self.tolerance
        }
    }
}

/// How far `subject`, which may compute on another device than the reference did, is from a stored case, in f64 and f32.
/// Of a case that is drawn, the distribution is compared, and in f64 only. An answer that is tried out is right or not.
pub fn distances(
    task: &'static Task,
    case: &'static Case,
    stored: &StoredCase,
    tolerances: &Tolerances,
    subject: &mut dyn Subject,
) -> Result<Vec<Distance>, Stop> {
    let mut all = Vec::new();
    for dtype in [DType::F64, DType::F32] {
        let call = case_call(task, case, &stored.inputs, dtype);
        let made = match (case.expect, dtype) {
            (Expect::Verified(_), _) => {
                let outputs = Probe::new(subject, task.canonical).call(&call)?.outputs;
                let found = judge_outputs(task, case, stored, tolerances, dtype, &outputs);
                all.extend(tried_out(task, case, stored, dtype, found.is_none()));
                continue;
            }
            (Expect::Draws { .. }, DType::F32) => continue,
            (Expect::Draws { .. }, _) => make_case(task, case, subject)?.expected,
            (Expect::Outputs, _) => Probe::new(subject, task.canonical).call(&call)?.outputs,
        };
        let of_output = |(name, expected): (&String, &Tensor)| Distance {
            task: task.id,
            case: case.name,
            output: name.clone(),
            dtype,
            error: made
                .get(name)
                .map_or(f64::INFINITY, |actual| error_in(dtype, expected, actual)),
            tolerance: tolerance_of(task, name, expected, dtype, tolerances),
        };
        all.extend(stored.expected.iter().map(of_output));
    }
    Ok(all)
}

/// The distances of an answer that is tried out: it is right or it is not, whatever the stored one is.
fn tried_out<'a>(
    task: &'static Task,
    case: &'static Case,
    stored: &'a StoredCase,
    dtype: DType,
    holds: bool,
) -> impl Iterator<Item = Distance> + use<'a> {
    stored.expected.keys().map(move |output| Distance {
        task: task.id,
        case: case.name,
        output: output.clone(),
        dtype,
        error: if holds { 0.0 } else { f64::INFINITY },
        tolerance: 0.0,
    })
}

fn tolerance_of(task: &Task, name: &str, expected: &Tensor, dtype: DType, tolerances: &Tolerances) -> f64 {
    let dtype = if expected.dtype().is_float() {
        dtype
    } else {
        expected.dtype()
    };
    tolerances.of(task.id, output_of(name), dtype)
}

/// The error of an output that is to have the dtype of its call, or the stored one where that is no float.
fn error_in(dtype: DType, expected: &Tensor, actual: &Tensor) -> f64 {
    let wanted = if expected.dtype().is_float() {
        dtype
    } else {
        expected.dtype()
    };
    match compare(expected, actual, wanted, 0.0) {
        None => 0.0,
        Some(Mismatch::Values(difference)) if wanted.is_float() => difference.error,
        Some(_) => f64::INFINITY,
    }
}

/// The output that a stored value belongs to: a distribution is named after it.
fn output_of(name: &str) -> &str {
    name.split('.').next().unwrap_or(name)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::random::{floats, integers};

    #[test]
    fn the_distance_of_floats_is_measured_and_anything_else_is_equal_or_not() {
        let stored = floats(&[2], vec![1.0, 4.0]).to_float(DType::F64);
        let near = floats(&[2], vec![1.0, 5.0]);
        assert_eq!(error_in(DType::F32, &stored, &near), 0.25);
        assert_eq!(error_in(DType::F64, &stored, &stored), 0.0);
        assert_eq!(error_in(DType::F64, &stored, &near), f64::INFINITY);
        assert_eq!(error_in(DType::F32, &stored, &floats(&[1], vec![1.0])), f64::INFINITY);
        let tokens = integers(&[1], vec![7]);
        assert_eq!(error_in(DType::F32, &tokens, &tokens), 0.0);
        assert_eq!(error_in(DType::F32, &tokens, &integers(&[1], vec![8])), f64::INFINITY);
    }

    #[test]
    fn what_must_be_exact_is_out_of_tolerance_as_soon_as_it_differs() {
        let distance = |error, tolerance| Distance {
            task: "small",
            case: "batch",
            output: "token".to_owned(),
            dtype: DType::F64,
            error,
            tolerance,
        };
        assert!(distance(0.0, 0.0).is_within());
        assert_eq!(distance(0.0, 0.0).tolerances(), 0.0);
        assert!(!distance(f64::INFINITY, 0.0).is_within());
        assert_eq!(distance(5e-11, 1e-10).tolerances(), 0.5);
    }
}
