//! Answers without understanding: zeros, constants, a copy of the input, noise, the right values in the wrong places.
//!
//! None of them may earn a point in any task; the self-test and the making of fixtures prove it. Of a training they return
//! weights without understanding: the reference trains in their place, and what it has trained is then replaced.

use std::fmt;

use wire::message::Group;
use wire::{DType, Data, Observed, Outcome, Tensor, Tensors};

use crate::contract::call::{self, case_call};
use crate::contract::random::Random;
use crate::contract::subject::{Call, Subject};
use crate::contract::{Case, Expect, Task};
use crate::findings::fault::Fault;
use crate::fixtures::Fixtures;
use crate::fixtures::case::StoredCase;

/// A way of answering without understanding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// All zeros.
    Zeros,
    /// All ones (the expected mean for floats).
    Constant,
    /// The values of the largest argument, cut or repeated to the expected shape.
    Copy,
    /// Random values of the expected spread.
    Noise,
    /// The expected values, each moved on by one place.
    Permuted,
}

/// All kinds.
pub const KINDS: &[Kind] = &[Kind::Zeros, Kind::Constant, Kind::Copy, Kind::Noise, Kind::Permuted];

impl Kind {
    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Zeros => "zeros",
            Self::Constant => "constant",
            Self::Copy => "copy of the input",
            Self::Noise => "noise",
            Self::Permuted => "permuted golden",
        }
    }
}

/// Answers a golden case: right shapes and dtypes, values without understanding.
pub fn answer(kind: Kind, case: &Case, stored: &StoredCase, dtype: DType) -> Tensors {
    if let Expect::Draws { output, .. } = case.expect {
        let vocabulary = stored.expected.values().map(Tensor::len).max().unwrap_or(1);
        return Tensors::from([(output.to_owned(), draws(kind, vocabulary, call::draws(dtype)))]);
    }
    let source = stored.inputs.values().max_by_key(|tensor| tensor.len());
    let fill = |(name, expected): (&String, &Tensor)| {
        let values = values(kind, expected, source);
        (name.clone(), cast(expected, &values, dtype))
    };
    stored.expected.iter().map(fill).collect()
}

fn values(kind: Kind, expected: &Tensor, source: Option<&Tensor>) -> Vec<f64> {
    let wanted = expected.to_f64();
    let count = wanted.len();
    let mean = wanted.iter().sum::<f64>() / count.max(1) as f64;
    let mut random = Random::new(count as u64, "impostor");
    match kind {
        Kind::Zeros => vec![0.0; count],
        Kind::Constant if expected.dtype().is_float() => vec![mean; count],
        Kind::Constant => vec![1.0; count],
        Kind::Copy => {
            let given = source.map(Tensor::to_f64).unwrap_or_default();
            (0..count)
                .map(|place| given.get(place % given.len().max(1)).copied().unwrap_or(0.0))
                .collect()
        }
        Kind::Noise => (0..count).map(|_| mean + random.normal_value()).collect(),
        Kind::Permuted => {
            let mut moved = wanted;
            moved.rotate_right(usize::from(count > 0));
            moved
        }
    }
}

/// Tokens without understanding: always the first, always the last, or any with equal probability.
fn draws(kind: Kind, vocabulary: usize, count: usize) -> Tensor {
    let mut random = Random::new(0, "impostor");
    let token = |random: &mut Random| match kind {
        Kind::Zeros => 0,
        Kind::Constant => vocabulary as i64 - 1,
        Kind::Copy | Kind::Noise | Kind::Permuted => random.integer(0, vocabulary as i64),
    };
    let tokens = (0..count).map(|_| token(&mut random)).collect();
    crate::contract::random::integers(&[count], tokens)
}

fn cast(expected: &Tensor, values: &[f64], dtype: DType) -> Tensor {
    let data = match expected.dtype() {
        DType::F32 | DType::F64 => Data::F64(values.to_vec()),
        DType::I64 => Data::I64(values.iter().map(|&value| value as i64).collect()),
        DType::Bool => Data::Bool(values.iter().map(|&value| value != 0.0).collect()),
    };
    let tensor = Tensor::new(expected.shape().to_vec(), data).expect("as many values as expected");
    tensor.to_float(dtype)
}

/// Weights without understanding in place of trained ones; the copy is what the training began with.
fn replaced(kind: Kind, call: &Call, trained: &Tensors) -> Tensors {
    let largest = call.arguments.values().max_by_key(|tensor| tensor.len());
    let replace = |(name, weight): (&String, &Tensor)| {
        let given = call.arguments.get(name).filter(|given| given.shape() == weight.shape());
        let values = values(kind, weight, given.or(largest));
        (name.clone(), cast(weight, &values, weight.dtype()))
    };
    trained.iter().map(replace).collect()
}

fn returned(outputs: Tensors) -> Observed {
    let mut tensors = Tensors::new();
    Group::Output.insert(&mut tensors, outputs);
    Observed::Answered {
        outcome: Outcome::Returned,
        tensors,
    }
}

/// A subject that answers every call without understanding.
pub struct TrivialBaseline<'a> {
    kind: Kind,
    tasks: &'a [&'static Task],
    fixtures: &'a Fixtures,
    reference: Option<&'a mut dyn Subject>,
}

impl fmt::Debug for TrivialBaseline<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("TrivialBaseline").field(&self.kind).finish()
    }
}

impl<'a> TrivialBaseline<'a> {
    /// A trivial baseline of this kind, which has seen the shapes of all golden cases of these tasks.
    pub fn new(kind: Kind, tasks: &'a [&'static Task], fixtures: &'a Fixtures) -> Self {
        Self {
            kind,
            tasks,
            fixtures,
            reference: None,
        }
    }

    /// The same trivial baseline with a reference that trains in its place, and measures.
    #[must_use]
    pub fn with_reference(self, reference: &'a mut dyn Subject) -> Self {
        Self {
            reference: Some(reference),
            ..self
        }
    }

    fn outputs(&self, call: &Call) -> Option<Tensors> {
        let task = self.tasks.iter().find(|task| task.id == call.task)?;
        let cases = || {
            task.cases
                .iter()
                .filter_map(|case| Some((case, self.fixtures.case(task.id, case.name).ok()?)))
        };
        let float = |tensors: &Tensors| tensors.values().any(|tensor| tensor.dtype() == DType::F32);
        let dtype = if float(&call.arguments) { DType::F32 } else { DType::F64 };
        let golden =
            cases().find(|(case, stored)| case_call(task, case, &stored.inputs, dtype).arguments == call.arguments);
        let (case, stored) = golden.or_else(|| cases().next())?;
        Some(answer(self.kind, case, stored, dtype))
    }
}

impl Subject for TrivialBaseline<'_> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        let outputs = self
            .outputs(call)
            .ok_or_else(|| Fault(format!("no golden case of `{}`", call.task)))?;
        let mut tensors = Tensors::new();
        Group::Output.insert(&mut tensors, outputs);
        if call.echo {
            Group::Argument.insert(&mut tensors, call.arguments.clone());
        }
        Ok(Observed::Answered {
            outcome: Outcome::Returned,
            tensors,
        })
    }

    fn train(&mut self, call: &Call, batches: &mut dyn FnMut() -> Option<Tensors>) -> Result<Observed, Fault> {
        let reference = self.reference.as_mut();
        let reference = reference.ok_or_else(|| Fault("no reference trains in the baseline's place".to_owned()))?;
        match reference.train(call, batches)? {
            Observed::Answered {
                outcome: Outcome::Returned,
                tensors,
            } => Ok(returned(replaced(self.kind, call, &Group::Output.extract(&tensors)))),
            // What cannot be trained on is refused, by whoever trains.
            refused @ Observed::Answered {
                outcome: Outcome::Refused { .. },
                ..
            } => Ok(refused),
            other => Err(Fault(format!(
                "the reference does not train for `{}`: {other:?}",
                call.task
            ))),
        }
    }

    fn reference_call(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        match self.reference.as_mut() {
            Some(reference) => reference.reference_call(call),
            None => Ok(None),
        }
    }

    fn respawn(&mut self) {}

    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn substituted(&self) -> u64 {
        0
    }
}
