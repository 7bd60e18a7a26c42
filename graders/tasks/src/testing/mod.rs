//! An imitation of a submission in plain Rust, to see that properties accept what is right and reject what is wrong.

pub(crate) mod attention;
pub(crate) mod sequence;
pub(crate) mod transformer;

use judge::checks::probe::Probe;
use judge::checks::property::{Effort, property_seed, try_property};
use judge::compare::compare;
use judge::contract::call::arguments_in;
use judge::contract::random::Random;
use judge::contract::subject::{Call, Gradient, Subject};
use judge::contract::tolerance::Tolerances;
use judge::contract::{Expect, Task};
use judge::findings::fault::Fault;
use judge::fixtures::INPUT_SEED;
use judge::goldens::generate::{make_case, trivial};
use wire::message::Group;
use wire::{DType, Data, Observed, Outcome, Tensor, Tensors};

/// As many cases as in the assignment, and small counterexamples.
pub(super) const EFFORT: Effort = Effort {
    cases: 32,
    shrinks: true,
};
/// Step of the central differences.
const STEP: f64 = 1e-6;

/// A function that answers calls within this process. Gradients are central differences.
struct Imitation<F>(F);

impl<F: FnMut(&Call) -> Result<Tensors, Outcome>> Subject for Imitation<F> {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        let mut tensors = Tensors::new();
        let outcome = match (self.0)(call) {
            Err(outcome) => outcome,
            Ok(outputs) => {
                Group::Output.insert(&mut tensors, outputs);
                if let Some(gradient) = &call.gradient {
                    Group::Gradient.insert(&mut tensors, self.gradients(call, gradient));
                }
                Outcome::Returned
            }
        };
        Ok(Observed::Answered { outcome, tensors })
    }

    fn respawn(&mut self) {}

    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn substituted(&self) -> u64 {
        0
    }
}

impl<F: FnMut(&Call) -> Result<Tensors, Outcome>> Imitation<F> {
    fn gradients(&mut self, call: &Call, gradient: &Gradient) -> Tensors {
        let by = |name: &String| (name.clone(), self.gradient_by(call, name, &gradient.cotangents));
        gradient.by.iter().map(by).collect()
    }

    fn gradient_by(&mut self, call: &Call, name: &str, cotangents: &Tensors) -> Tensor {
        let argument = &call.arguments[name];
        let mut at = |position: usize, step: f64| {
            let mut values = argument.to_f64();
            values[position] += step;
            let mut moved = Call::new(call.task, call.arguments.clone());
            let value = Tensor::new(argument.shape().to_vec(), Data::F64(values)).expect("as many values as before");
            moved.arguments.insert(name.to_owned(), value);
            dot(cotangents, &(self.0)(&moved).expect("what works once works close by"))
        };
        let values = (0..argument.len()).map(|position| (at(position, STEP) - at(position, -STEP)) / (2.0 * STEP));
        let values = values.collect();
        Tensor::new(argument.shape().to_vec(), Data::F64(values)).expect("a derivative per value")
    }
}

/// The sum over outputs of output times cotangent.
fn dot(cotangents: &Tensors, outputs: &Tensors) -> f64 {
    let term = |(name, cotangent): (&String, &Tensor)| -> f64 {
        let pairs = cotangent.to_f64().into_iter().zip(outputs[name].to_f64());
        pairs.map(|(cotangent, output)| cotangent * output).sum()
    };
    cotangents.iter().map(term).sum()
}

/// The names of the task's properties that do not hold for `function`.
pub(super) fn failed_properties(
    task: &Task,
    function: impl FnMut(&Call) -> Result<Tensors, Outcome>,
) -> Vec<&'static str> {
    let mut imitation = Imitation(function);
    let mut broken = Vec::new();
    for property in task.properties {
        let mut probe = Probe::new(&mut imitation, task.canonical);
        let found = try_property(property, &mut probe, EFFORT, property_seed(1, task.id, property.name))
            .expect("an imitation has no faults");
        if found.is_some() {
            broken.push(property.name);
        }
    }
    broken
}

/// The names of the golden cases on which `wrong` gives clearly other outputs than `right`, or none.
pub(super) fn telling_cases(
    task: &Task,
    mut right: impl FnMut(&Call) -> Result<Tensors, Outcome>,
    mut wrong: impl FnMut(&Call) -> Result<Tensors, Outcome>,
) -> Vec<&'static str> {
    let canonical = |outputs: Tensors| task.canonical.map_or(outputs.clone(), |canonical| canonical(outputs));
    let mut telling = Vec::new();
    for case in task.cases.iter().filter(|case| matches!(case.expect, Expect::Outputs)) {
        let stored = (case.arguments)(&mut Random::new(INPUT_SEED, &format!("{}/{}", task.id, case.name)));
        let call = Call::new(task.id, arguments_in(DType::F64, &stored));
        let expected = canonical(right(&call).expect("the right function answers"));
        let same = wrong(&call).is_ok_and(|actual| agree(&expected, &canonical(actual)));
        if !same {
            telling.push(case.name);
        }
    }
    telling
}

/// Whether outputs agree within what f32 allows, ten times over.
fn agree(expected: &Tensors, actual: &Tensors) -> bool {
    expected.iter().all(|(name, expected)| {
        let actual = actual.get(name);
        actual.is_some_and(|actual| compare(expected, actual, expected.dtype(), 1e-5).is_none())
    })
}

/// The sizes of the smallest case in which `function` fails a property, and the finding in Rust's own words.
pub(super) fn smallest_case(
    task: &Task,
    property: &str,
    function: impl FnMut(&Call) -> Result<Tensors, Outcome>,
) -> Option<(Vec<i64>, String)> {
    let property = task.properties.iter().find(|other| other.name == property)?;
    let mut imitation = Imitation(function);
    let mut probe = Probe::new(&mut imitation, task.canonical);
    let found = try_property(property, &mut probe, EFFORT, property_seed(1, task.id, property.name))
        .expect("an imitation has no faults");
    let broken = found?;
    let sizes = broken.counterexample.sizes.iter().map(|size| size.1).collect();
    Some((sizes, format!("{:?}", broken.finding)))
}

/// The golden cases, made by `right`, that an answer without understanding would meet.
pub(super) fn trivial_cases(task: &Task, right: impl FnMut(&Call) -> Result<Tensors, Outcome>) -> Vec<&'static str> {
    let mut reference = Imitation(right);
    let mut found = Vec::new();
    for case in task.cases {
        let stored = make_case(task, case, &mut reference).expect("the right function answers every case");
        if !trivial(task, case, &stored, &Tolerances::default()).is_empty() {
            found.push(case.name);
        }
    }
    found
}
