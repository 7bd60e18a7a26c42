//! What a function does with the golden cases of its task, as far as it is not what they expect.

use std::collections::BTreeMap;

use wire::{DType, Data, Tensor, Tensors};

use crate::checks::probe::Probe;
use crate::compare::statistics::{ALARM, chi_square_p_value, counts_p_value};
use crate::compare::{compare, without_leading_axes};
use crate::contract::answer::Answer;
use crate::contract::call::{arguments_in, case_call, distribution_name, draws};
use crate::contract::random::integers;
use crate::contract::subject::Subject;
use crate::contract::tolerance::Tolerances;
use crate::contract::{Case, Expect, Task};
use crate::findings::fault::Fault;
use crate::findings::stop::Stop;
use crate::findings::{CallFailed, Finding};
use crate::fixtures::case::StoredCase;

/// A wrong value is further from the golden than this many tolerances: what is nearer may be rounding.
const FAR: f64 = 10.0;
/// An output with more values is known by its shape alone.
const MOST_VALUES: usize = 4096;

/// What a function did with one golden case, and should not have done.
#[derive(Debug, Clone, PartialEq)]
pub enum Behaviour {
    /// It gave these outputs, which are not the expected ones; those that are right are left out.
    Answered(Tensors),
    /// It refused the case.
    Refused,
    /// It panicked, or ended its process.
    BrokeDown,
    /// It gave nothing that could be compared: not written, out of time or memory, no tensor.
    Unknown,
}

impl Behaviour {
    /// Whether nothing can be said of it.
    pub fn is_unknown(&self) -> bool {
        *self == Self::Unknown
    }

    /// Whether it tells one mistake from another: breaking down and giving nothing but NaN do not, since anything can.
    pub fn is_telling(&self) -> bool {
        match self {
            Self::Answered(outputs) => outputs.values().any(|output| !is_all_nan(output)),
            Self::Refused => true,
            Self::BrokeDown | Self::Unknown => false,
        }
    }
}

/// What a function did with every golden case: nothing where it was right, or right to f32.
pub type Behaviours = BTreeMap<String, Option<Behaviour>>;

/// How behaviours of one task are measured.
#[derive(Debug, Clone, Copy)]
pub struct Measure<'a> {
    pub task: &'a Task,
    pub tolerances: &'a Tolerances,
}

impl Measure<'_> {
    /// Calls the function with every golden case in f64, in a process of its own.
    pub fn observe<'b>(
        &self,
        cases: impl IntoIterator<Item = (&'b Case, &'b StoredCase)>,
        subject: &mut dyn Subject,
    ) -> Result<Behaviours, Fault> {
        subject.respawn();
        let mut probe = Probe::new(subject, self.task.canonical);
        let mut behaviours = Behaviours::new();
        let mut given_up = false;
        for (case, stored) in cases {
            let behaviour = if given_up {
                Some(Behaviour::Unknown)
            } else {
                match probe.call(&case_call(self.task, case, &stored.inputs, DType::F64)) {
                    Ok(returned) => self.deviation(case, stored, &returned.outputs),
                    Err(Stop::Fault(fault)) => return Err(fault),
                    Err(Stop::Found(finding)) => {
                        given_up = finding.is_exhaustion();
                        Some(ended(&finding))
                    }
                }
            };
            behaviours.insert(case.name.to_owned(), behaviour);
        }
        Ok(behaviours)
    }

    /// The outputs that are far from what was expected, if any.
    pub fn deviation(&self, case: &Case, stored: &StoredCase, outputs: &Tensors) -> Option<Behaviour> {
        let wrong = match case.expect {
            Expect::Draws { output, .. } => wrong_draws(output, stored, outputs),
            Expect::Outputs => self.wrong_outputs(stored, outputs),
            Expect::Verified(verify) => {
                let inputs = arguments_in(DType::F64, &stored.inputs);
                match verify(&Answer::new(case.name, &inputs, outputs)) {
                    Ok(()) => Tensors::new(),
                    Err(_) => outputs.iter().map(|(name, actual)| short(name, actual)).collect(),
                }
            }
        };
        (!wrong.is_empty()).then_some(Behaviour::Answered(wrong))
    }

    /// Whether two behaviours are the same up to rounding and chance; `known` is the one that is stored.
    pub fn is_same(&self, known: &Behaviour, other: &Behaviour) -> bool {
        match (known, other) {
            (Behaviour::Answered(known), Behaviour::Answered(other)) => {
                let names_agree = known.keys().eq(other.keys());
                names_agree
                    && known
                        .iter()
                        .all(|(name, known)| self.is_same_output(name, known, &other[name]))
            }
            (Behaviour::Refused, Behaviour::Refused) | (Behaviour::BrokeDown, Behaviour::BrokeDown) => true,
            _ => false,
        }
    }

    fn is_same_output(&self, name: &str, known: &Tensor, other: &Tensor) -> bool {
        if name.ends_with(COUNTS) {
            let same_cells = known.shape() == other.shape();
            return same_cells && counts_p_value(&known.to_f64(), &other.to_f64()) >= ALARM;
        }
        let tolerance = self.tolerances.of(self.task.id, name, known.dtype());
        compare(known, other, known.dtype(), tolerance).is_none()
    }

    fn wrong_outputs(&self, stored: &StoredCase, outputs: &Tensors) -> Tensors {
        let expected = stored.expected.iter();
        let wrong = expected.filter_map(|(name, expected)| match outputs.get(name) {
            None => Some((format!("{name}{MISSING}"), Tensor::flag(true))),
            Some(actual) => {
                let bare = without_leading_axes(actual, expected.shape().len());
                let actual = bare.as_ref().unwrap_or(actual);
                self.is_far(name, expected, actual).then(|| short(name, actual))
            }
        });
        wrong.collect()
    }

    /// Whether an output is wrong, and not merely imprecise.
    fn is_far(&self, name: &str, expected: &Tensor, actual: &Tensor) -> bool {
        let dtype = if expected.dtype().is_float() {
            DType::F64
        } else {
            expected.dtype()
        };
        let tolerance = |dtype| self.tolerances.of(self.task.id, name, dtype);
        let far = (FAR * tolerance(dtype)).max(tolerance(DType::F32));
        compare(expected, actual, dtype, far).is_some()
    }
}

/// The endings of the names of what is stored in the place of an output.
const COUNTS: &str = ".counts";
const MISSING: &str = ".missing";
const SHAPE: &str = ".shape";

fn is_all_nan(output: &Tensor) -> bool {
    !output.is_empty() && output.to_f64().iter().all(|value| value.is_nan())
}

fn ended(finding: &Finding) -> Behaviour {
    match finding {
        Finding::CallFailed(CallFailed::RefusedValid { .. }) => Behaviour::Refused,
        Finding::CallFailed(CallFailed::Panicked { .. } | CallFailed::Crashed { .. }) => Behaviour::BrokeDown,
        _ => Behaviour::Unknown,
    }
}

/// An output, or its shape where there is too much of it.
fn short(name: &str, actual: &Tensor) -> (String, Tensor) {
    if actual.len() <= MOST_VALUES {
        return (name.to_owned(), actual.clone());
    }
    let shape = actual.shape().iter().map(|&size| size as i64).collect();
    (format!("{name}{SHAPE}"), integers(&[actual.shape().len()], shape))
}

/// Draws that do not follow the distribution, as counts: one cell a token, and one for whatever is no token.
fn wrong_draws(output: &str, stored: &StoredCase, outputs: &Tensors) -> Tensors {
    let Some(drawn) = outputs.get(output) else {
        return Tensors::from([(format!("{output}{MISSING}"), Tensor::flag(true))]);
    };
    let probabilities = stored.expected.get(&distribution_name(output)).map(Tensor::to_f64);
    let probabilities = probabilities.unwrap_or_default();
    let tokens = match drawn.data() {
        Data::I64(tokens) if drawn.shape() == [draws(DType::F64)] => tokens,
        _ => return Tensors::from([short(output, drawn)]),
    };
    let vocabulary = probabilities.len();
    let mut counts = vec![0; vocabulary + 1];
    for &token in tokens {
        counts[usize::try_from(token).map_or(vocabulary, |token| token.min(vocabulary))] += 1;
    }
    if is_drawn_from(&probabilities, &counts) {
        return Tensors::new();
    }
    Tensors::from([(format!("{output}{COUNTS}"), integers(&[vocabulary + 1], counts))])
}

fn is_drawn_from(probabilities: &[f64], counts: &[i64]) -> bool {
    let cells = probabilities.iter().chain([&0.0]).zip(counts);
    let impossible = cells
        .clone()
        .any(|(&probability, &count)| probability <= 0.0 && count > 0);
    let counts: Vec<f64> = cells.map(|(_, &count)| count as f64).collect();
    !impossible && chi_square_p_value(probabilities, &counts) >= ALARM
}
