//! A subject whose mistakes of form have been seen and are paid for: what else is wrong with it is looked for behind them.
//!
//! A function that computes in f32 only is called in f32, and one that puts axes of size 1 in front of its outputs is
//! freed of them, in properties, purity and on fresh inputs as well. Otherwise one such mistake would fail every check.

use wire::message::Group;
use wire::{DType, Observed, Tensor, Tensors};

use super::model::{Check, Ending, Kind};
use super::task_judge::Cases;
use crate::compare::{Mismatch, without_leading_axes};
use crate::contract::subject::{Call, Subject};
use crate::contract::{Task, golden_portion};
use crate::findings::fault::Fault;
use crate::findings::{CallFailed, Finding, OnlyInF32, WrongOutput};

/// The name of the check that outputs have no axes too many.
pub const EXTRA_AXES: &str = "extra-axes";

/// How many axes an output has.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Axes {
    /// Always as many.
    Count(usize),
    /// As many as this argument.
    Of(String),
}

/// What is made up for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Leniency {
    /// Whether calls are made in f32.
    single: bool,
    /// The outputs that are freed of axes in front, with how many they have to have.
    axes: Vec<(String, Axes)>,
}

impl Leniency {
    /// What has to be made up for, by what the golden cases have shown.
    pub(super) fn new(single: bool, extra_axes: bool, cases: &Cases) -> Self {
        let axes = if extra_axes { axes(cases) } else { Vec::new() };
        Self { single, axes }
    }
}

/// How many axes each output has in the golden cases: always as many, or as many as some argument.
fn axes(cases: &Cases) -> Vec<(String, Axes)> {
    let mut found = Vec::new();
    let Some((_, first)) = cases.first() else { return found };
    for (output, expected) in &first.expected {
        let rank = expected.shape().len();
        let counts = |wanted: &dyn Fn(&Tensors) -> Option<usize>| {
            cases.iter().all(|(_, stored)| {
                let expected = stored.expected.get(output).map(|expected| expected.shape().len());
                expected == wanted(&stored.inputs)
            })
        };
        if counts(&|_| Some(rank)) {
            found.push((output.clone(), Axes::Count(rank)));
            continue;
        }
        let mut arguments = first.inputs.keys();
        let same = |name: &&String| counts(&|inputs| inputs.get(*name).map(|argument| argument.shape().len()));
        found.extend(
            arguments
                .find(same)
                .map(|name| (output.clone(), Axes::Of(name.clone()))),
        );
    }
    found
}

/// A subject behind what is made up for.
pub(super) struct Lenient<'a> {
    task: &'static str,
    leniency: Leniency,
    subject: &'a mut dyn Subject,
}

impl<'a> Lenient<'a> {
    pub(super) fn new(task: &Task, leniency: Leniency, subject: &'a mut dyn Subject) -> Self {
        Self {
            task: task.id,
            leniency,
            subject,
        }
    }

    fn freed(&self, call: &Call, mut tensors: Tensors) -> Tensors {
        let mut outputs = Group::Output.extract(&tensors);
        for (output, axes) in &self.leniency.axes {
            let count = match axes {
                Axes::Count(count) => Some(*count),
                Axes::Of(argument) => call.arguments.get(argument).map(|argument| argument.shape().len()),
            };
            let bare = outputs.get(output).zip(count);
            if let Some(bare) = bare.and_then(|(tensor, count)| without_leading_axes(tensor, count)) {
                outputs.insert(output.clone(), bare);
            }
        }
        Group::Output.insert(&mut tensors, outputs);
        tensors
    }
}

impl Subject for Lenient<'_> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        if call.task != self.task || self.leniency == Leniency::default() {
            return self.subject.call(call);
        }
        let single = if self.leniency.single { in_f32(call) } else { None };
        let observed = self.subject.call(single.as_ref().unwrap_or(call))?;
        let Observed::Answered { outcome, tensors } = observed else {
            return Ok(observed);
        };
        let tensors = if single.is_some() { in_f64(tensors) } else { tensors };
        Ok(Observed::Answered {
            outcome,
            tensors: self.freed(call, tensors),
        })
    }

    fn train(&mut self, call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Result<Observed, Fault> {
        self.subject.train(call, batches)
    }

    fn reference_call(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        self.subject.reference_call(call)
    }

    fn respawn(&mut self) {
        self.subject.respawn();
    }

    fn substitute(&mut self, parts: &[&'static str]) -> Result<bool, Fault> {
        self.subject.substitute(parts)
    }

    fn substituted(&self) -> u64 {
        self.subject.substituted()
    }

    fn unanswered(&self) -> u64 {
        self.subject.unanswered()
    }
}

/// The call with its f64 tensors in f32, settings as they are; `None` where it has none.
fn in_f32(call: &Call) -> Option<Call> {
    let is_double = |tensor: &Tensor| tensor.dtype() == DType::F64 && !tensor.shape().is_empty();
    if !call.arguments.values().any(is_double) {
        return None;
    }
    let mut single = call.clone();
    for tensor in single.arguments.values_mut().filter(|tensor| is_double(tensor)) {
        *tensor = tensor.to_float(DType::F32);
    }
    if let Some(gradient) = &mut single.gradient {
        for cotangent in gradient
            .cotangents
            .values_mut()
            .filter(|tensor| tensor.dtype() == DType::F64)
        {
            *cotangent = cotangent.to_float(DType::F32);
        }
    }
    Some(single)
}

fn in_f64(tensors: Tensors) -> Tensors {
    let double = |tensor: Tensor| {
        if tensor.dtype() == DType::F32 {
            tensor.to_float(DType::F64)
        } else {
            tensor
        }
    };
    tensors
        .into_iter()
        .map(|(name, tensor)| (name, double(tensor)))
        .collect()
}

/// Turns what fails in f64 over a step in f32, and is right in f32, into the finding of the check of precision: that is
/// its price. Says whether there was any.
pub(super) fn charge_single(double: &mut [Check], single: &[Check]) -> bool {
    let holds_in_f32 = |portion: &str| {
        let mut checks = single.iter().filter(|check| check.kind == Kind::Single);
        checks.any(|check| golden_portion(&check.name) == Some(portion) && check.ending == Ending::Passed)
    };
    let mut charged = None;
    if !double.iter().any(|check| check.kind == Kind::Precision) {
        return false;
    }
    for check in double.iter_mut().filter(|check| check.kind == Kind::Golden) {
        let holds = golden_portion(&check.name).is_some_and(holds_in_f32);
        if let Some(finding) = check.finding().and_then(only_single).filter(|_| holds) {
            check.ending = Ending::Passed;
            let reproduction = check.reproduction.take();
            charged.get_or_insert((finding, reproduction));
        }
    }
    let Some((finding, reproduction)) = charged else {
        return false;
    };
    let precision = double.iter_mut().find(|check| check.kind == Kind::Precision);
    if let Some(precision) = precision {
        precision.ending = Ending::Failed {
            finding,
            counterexample: None,
        };
        precision.reproduction = reproduction;
    }
    true
}

/// What a finding in f64 says of a step in f32, if it can come of one.
fn only_single(finding: &Finding) -> Option<Finding> {
    match finding {
        Finding::WrongOutput(WrongOutput::Wrong {
            case,
            output,
            mismatch: Mismatch::DType { expected, actual },
            patterns: _,
        }) if *expected == DType::F64.to_string() && *actual == DType::F32.to_string() => {
            Some(Finding::WrongOutput(WrongOutput::SingleOnly {
                case: Some(case.clone()),
                how: OnlyInF32::Output(output.clone()),
            }))
        }
        Finding::CallFailed(CallFailed::Panicked { message, location }) if mixes_dtypes(message) => {
            Some(Finding::WrongOutput(WrongOutput::SingleOnly {
                case: None,
                how: OnlyInF32::Panic {
                    message: message.clone(),
                    location: location.clone(),
                },
            }))
        }
        _ => None,
    }
}

/// Whether these are libtorch's words on f32 that meets f64.
fn mixes_dtypes(message: &str) -> bool {
    let message = message.to_lowercase();
    let speaks_of = |word: &str| message.contains(word);
    speaks_of("type") && speaks_of("float") && speaks_of("double")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn libtorch_s_words_on_mixed_dtypes_are_known() {
        for message in [
            "expected m1 and m2 to have the same dtype, but got: float != double",
            "expected scalar type Double but found Float",
            "index_add_(): self (Double) and source (Float) must have the same scalar type",
            "scatter(): Expected self.dtype to be equal to src.dtype: Double, Float",
        ] {
            assert!(mixes_dtypes(message), "{message}");
        }
        for message in [
            "The size of tensor a (3) must match the size of tensor b (4)",
            "gather(): Expected dtype int64 for index",
            "explicit panic",
        ] {
            assert!(!mixes_dtypes(message), "{message}");
        }
    }
}
