//! Judgements on fresh inputs: what has been learnt by heart is lost, and nothing is lost twice.

use wire::{Data, Outcome, Tensor, Tensors};

use super::testing::{Answer, Pupil, judged, observed, panicked};
use crate::checks::differential::NAME;
use crate::contract::arguments::arguments;
use crate::contract::random::{Random, floats};
use crate::contract::subject::Call;
use crate::contract::{Case, Expect, Task};
use crate::findings::verdict::Verdict;
use crate::findings::{Finding, WrongOutput};
use crate::fixtures::case::INPUT_SEED;
use crate::grading::judgement::Loss;
use crate::grading::judgement::{Check, Ending, Skip, TaskJudgement, Training};

/// Halves numbers, drawn in one portion and fixed in the other.
static HALF: Task = Task {
    id: "half",
    cases: &[
        Case {
            name: "drawn",
            portion: "drawn",
            arguments: |random| arguments([("x", random.uniform(&[2], 1.0, 2.0))]),
            expect: Expect::Outputs,
        },
        Case {
            name: "fixed",
            portion: "fixed",
            arguments: |_| arguments([("x", floats(&[2], vec![-1.0, -3.0]))]),
            expect: Expect::Outputs,
        },
    ],
    ..Task::BLANK
};

static FIXED: Task = Task {
    id: "half",
    cases: &[Case {
        name: "fixed",
        portion: "fixed",
        arguments: |_| arguments([("x", floats(&[2], vec![-1.0, -3.0]))]),
        expect: Expect::Outputs,
    }],
    ..Task::BLANK
};

fn times(call: &Call, factor: f64) -> Answer {
    let x = &call.arguments["x"];
    let data = match x.data() {
        Data::F32(values) => Data::F32(values.iter().map(|value| value * factor as f32).collect()),
        _ => Data::F64(x.to_f64().into_iter().map(|value| value * factor).collect()),
    };
    let y = Tensor::new(x.shape().to_vec(), data).ok_or_else(panicked)?;
    Ok(Tensors::from([("y".to_owned(), y)]))
}

fn half(call: &Call) -> Answer {
    times(call, 0.5)
}

/// Whether the call is that of a golden case, in either dtype.
fn is_golden(call: &Call) -> bool {
    let drawn = Random::new(INPUT_SEED, "half/drawn").uniform(&[2], 1.0, 2.0);
    [drawn.to_f64(), vec![-1.0, -3.0]].contains(&call.arguments["x"].to_f64())
}

fn judgement(task: &'static Task, function: fn(&Call) -> Answer, has_reference: bool) -> TaskJudgement {
    let mut pupil = Pupil::new(function, |_, _| unreachable!("nothing is trained here"));
    pupil.reference = has_reference.then_some(|call| observed(call, half(call)));
    judged(&[task], half, Training::All, &mut pupil).remove(0)
}

fn differential(judgement: &TaskJudgement) -> &Check {
    let found = judgement.checks.iter().find(|check| check.name == NAME);
    found.unwrap_or_else(|| panic!("there is no such check"))
}

#[test]
fn who_computes_holds_on_fresh_inputs() {
    let judgement = judgement(&HALF, half, true);
    assert_eq!(differential(&judgement).ending, Ending::Passed);
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Passed, 4.0));
    assert!(differential(&judgement).statement.contains("1 of 2 cases"));
}

#[test]
fn who_has_learnt_the_goldens_by_heart_loses_the_portions_with_fresh_inputs() {
    let memory = |call: &Call| times(call, if is_golden(call) { 0.5 } else { 0.0 });
    let judgement = judgement(&HALF, memory, true);
    let Ending::Failed {
        finding: Finding::WrongOutput(WrongOutput::Differs { case, seed, .. }),
        counterexample: Some(counterexample),
    } = &differential(&judgement).ending
    else {
        panic!("{:?}", differential(&judgement).ending)
    };
    assert_eq!((case.as_str(), *seed), ("drawn", 1));
    assert_eq!(counterexample.calls.len(), 1, "the inputs are shown");
    // The other portion has fixed inputs: nobody can tell memory from understanding there.
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Wrong, 2.0));
    let lost: Vec<_> = judgement.portions.iter().map(|portion| portion.lost.clone()).collect();
    assert_eq!(lost, [vec![Loss::Fresh], vec![]]);
}

#[test]
fn without_a_reference_nothing_is_compared_and_nothing_is_lost() {
    let judgement = judgement(&HALF, half, false);
    assert_eq!(differential(&judgement).ending, Ending::Skipped(Skip::NoReference));
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Passed, 4.0));
}

#[test]
fn fixed_inputs_are_not_drawn_anew_and_nothing_is_lost() {
    let judgement = judgement(&FIXED, half, true);
    assert_eq!(differential(&judgement).ending, Ending::Skipped(Skip::FixedInputs));
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Passed, 2.0));
}

#[test]
fn a_wrong_golden_case_is_not_lost_a_second_time() {
    let judgement = judgement(&HALF, |call| times(call, 0.4), true);
    assert_eq!(differential(&judgement).ending, Ending::Skipped(Skip::NothingHolds));
}

#[test]
fn what_is_right_to_f32_only_is_charged_as_imprecise_and_no_more() {
    let judgement = judgement(&HALF, |call| times(call, 0.5 * (1.0 + 1e-8)), true);
    assert_eq!(differential(&judgement).ending, Ending::Passed);
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Wrong, 3.6));
}

#[test]
fn exact_golden_cases_by_heart_and_f32_otherwise_is_charged_as_imprecise() {
    let learnt = |call: &Call| {
        let factor = if is_golden(call) { 0.5 } else { 0.5 * (1.0 + 1e-8) };
        times(call, factor)
    };
    let judgement = judgement(&HALF, learnt, true);
    assert_eq!(differential(&judgement).ending, Ending::Passed);
    assert_eq!((judgement.verdict, judgement.points), (Verdict::Wrong, 3.6));
}

#[test]
fn a_crash_on_fresh_inputs_is_found_and_a_reference_that_fails_is_our_fault() {
    let delicate = |call: &Call| if is_golden(call) { half(call) } else { Err(panicked()) };
    let crashed = judgement(&HALF, delicate, true);
    assert_eq!((crashed.verdict, crashed.points), (Verdict::Crashed, 2.0));
    let mut pupil = Pupil::new(half, |_, _| unreachable!("nothing is trained here"));
    pupil.reference = Some(|call| {
        let reason = "no".to_owned();
        observed(call, Err(Outcome::Refused { reason }))
    });
    let judgement = judged(&[&HALF], half, Training::All, &mut pupil).remove(0);
    assert_eq!(judgement.verdict, Verdict::JudgeFault);
}
