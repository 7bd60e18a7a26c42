//! Mistakes of form that cost themselves and nothing else: a step in f32 alone, axes of size 1 in front.

use wire::{DType, Data, Outcome, Tensor, Tensors};

use super::testing::{Answer, Pupil, judged, panicked};
use crate::checks::assertions::equal;
use crate::contract::arguments::{arguments, array, tensor};
use crate::contract::random::floats;
use crate::contract::scenario::Sizes;
use crate::contract::subject::Call;
use crate::contract::{Case, Expect, Property, Task};
use crate::findings::verdict::Verdict;
use crate::findings::{Finding, OnlyInF32, WrongOutput};
use crate::grading::judgement::{Check, EXTRA_AXES, Ending, TaskJudgement, Training};

const SIZES: Sizes = &[("N", 1, 3)];

/// Halves numbers, of vectors and of tables.
static HALF: Task = Task {
    id: "half",
    cases: &[
        Case {
            name: "vector",
            portion: "all",
            arguments: |_| arguments([("x", floats(&[2], vec![1.0, 3.0]))]),
            expect: Expect::Outputs,
        },
        Case {
            name: "table",
            portion: "all",
            arguments: |_| arguments([("x", floats(&[2, 2], vec![-1.0, -3.0, 5.0, 9.0]))]),
            expect: Expect::Outputs,
        },
    ],
    properties: &[Property::new(
        "half",
        "half of a number is half of it",
        SIZES,
        |scenario, probe| {
            let shape = [scenario.size("N")];
            let x = array(&scenario.uniform("x", &shape, 1.0, 2.0));
            let y = probe.array("half", &arguments([("x", tensor(&x))]), "y", &shape)?;
            equal("half of x", "x / 2", &(x / 2.0), &y, 1e-5)
        },
    )],
    ..Task::BLANK
};

fn halved(x: &Tensor, shape: Vec<usize>, dtype: DType, divisor: f64) -> Answer {
    let halves = Data::F64(x.to_f64().into_iter().map(|value| value / divisor).collect());
    let y = Tensor::new(shape, halves).ok_or_else(panicked)?.to_float(dtype);
    Ok(Tensors::from([("y".to_owned(), y)]))
}

fn half(x: &Tensor) -> Answer {
    halved(x, x.shape().to_vec(), x.dtype(), 2.0)
}

fn mixed(x: &Tensor) -> Outcome {
    assert_eq!(x.dtype(), DType::F64);
    Outcome::Panicked {
        message: "expected m1 and m2 to have the same dtype, but got: float != double".to_owned(),
        location: Some("half.rs:3".to_owned()),
    }
}

fn x(call: &Call) -> &Tensor {
    &call.arguments["x"]
}

fn judgement(function: fn(&Call) -> Answer) -> TaskJudgement {
    let mut pupil = Pupil::new(function, |_, _| unreachable!("nothing is trained"));
    let mut judged = judged(&[&HALF], |call| half(x(call)), Training::NotAsked, &mut pupil);
    judged.pop().expect("one task was judged")
}

fn failed(judgement: &TaskJudgement) -> Vec<&str> {
    let is_failed = |check: &&Check| matches!(check.ending, Ending::Failed { .. });
    judgement
        .checks
        .iter()
        .filter(is_failed)
        .map(|check| check.name.as_str())
        .collect()
}

fn finding<'a>(judgement: &'a TaskJudgement, name: &str) -> &'a Finding {
    let check = judgement.checks.iter().find(|check| check.name == name);
    check.and_then(Check::finding).expect("the check has failed")
}

#[test]
fn a_step_in_f32_that_makes_f64_panic_costs_what_precision_costs() {
    let judgement = judgement(|call| match x(call).dtype() {
        DType::F64 => Err(mixed(x(call))),
        _ => half(x(call)),
    });
    assert_eq!(failed(&judgement), ["precision"]);
    assert_eq!((judgement.points, judgement.verdict), (1.8, Verdict::Wrong));
    let expected = OnlyInF32::Panic {
        message: "expected m1 and m2 to have the same dtype, but got: float != double".to_owned(),
        location: Some("half.rs:3".to_owned()),
    };
    let found = finding(&judgement, "precision");
    assert!(
        matches!(found, Finding::WrongOutput(WrongOutput::SingleOnly { how, .. }) if *how == expected),
        "{found:?}"
    );
}

#[test]
fn an_output_in_f32_whatever_the_input_costs_what_precision_costs() {
    let judgement = judgement(|call| halved(x(call), x(call).shape().to_vec(), DType::F32, 2.0));
    assert_eq!(failed(&judgement), ["precision"]);
    let found = finding(&judgement, "precision");
    let expected = OnlyInF32::Output("y".to_owned());
    assert!(
        matches!(found, Finding::WrongOutput(WrongOutput::SingleOnly { how, .. }) if *how == expected),
        "{found:?}"
    );
}

#[test]
fn what_is_wrong_in_f32_as_well_is_not_excused_by_its_dtype() {
    let judgement = judgement(|call| halved(x(call), x(call).shape().to_vec(), DType::F32, 3.0));
    assert_eq!(judgement.points, 0.0);
    assert!(failed(&judgement).contains(&"golden-f64/all"));
}

/// Knows the golden cases by heart, in f32 only.
fn learnt(x: &Tensor) -> Answer {
    match (x.dtype(), x.to_f64().as_slice()) {
        (DType::F64, _) => Err(mixed(x)),
        (_, [1.0, 3.0] | [-1.0, ..]) => half(x),
        _ => halved(x, x.shape().to_vec(), x.dtype(), 3.0),
    }
}

#[test]
fn properties_are_tried_in_f32_where_f64_fails() {
    assert_eq!(failed(&judgement(|call| learnt(x(call)))), ["precision", "half"]);
}

#[test]
fn axes_of_size_one_in_front_of_right_values_cost_a_small_share() {
    let judgement = judgement(|call| {
        let shape = [&[1, 1][..], x(call).shape()].concat();
        // Two axes at least.
        let first = shape.len() - x(call).shape().len().max(2);
        halved(x(call), shape[first..].to_vec(), x(call).dtype(), 2.0)
    });
    assert_eq!(failed(&judgement), [EXTRA_AXES]);
    assert_eq!(judgement.points, 1.8);
    let found = finding(&judgement, EXTRA_AXES);
    let is_told = matches!(found, Finding::WrongOutput(WrongOutput::ExtraAxes { expected, actual, .. }) if expected == &[2] && actual == &[1, 2]);
    assert!(is_told, "{found:?}");
}

#[test]
fn axes_of_size_one_do_not_hide_wrong_values() {
    let judgement = judgement(|call| halved(x(call), [&[1][..], x(call).shape()].concat(), x(call).dtype(), 3.0));
    assert_eq!(judgement.points, 0.0);
}
