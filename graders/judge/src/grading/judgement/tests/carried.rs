//! Judgements on what broke other submissions: it is tried beside what is drawn, where it was asked for and nowhere else.

use wire::{Data, Tensor, Tensors};

use super::testing::{Answer, Pupil, judged_by, observed, panicked};
use crate::checks::differential::{NAME, fresh_inputs};
use crate::contract::arguments::arguments;
use crate::contract::random::Random;
use crate::contract::scenario::{Scenario, Sizes};
use crate::contract::subject::Call;
use crate::contract::{Case, Expect, Property, Task};
use crate::fixtures::case::{INPUT_SEED, StoredCase};
use crate::grading::judgement::{Carried, CarriedInput, Ending, TaskJudgement, Training};

const SIZES: Sizes = &[("N", 1, 3)];
/// A case that no property draws by itself here, and a seed of fresh inputs that is nobody's own.
const RARE: (i64, u64) = (2, 40_007);
const OTHERS: u64 = 77;

static HALF: Task = Task {
    id: "half",
    cases: &[Case {
        name: "drawn",
        portion: "drawn",
        arguments: |random| arguments([("x", random.uniform(&[2], 1.0, 2.0))]),
        expect: Expect::Outputs,
    }],
    properties: &[Property::new(
        "halves",
        "half of x is x / 2",
        SIZES,
        |scenario, probe| {
            let shape = [scenario.size("N")];
            let x = crate::contract::arguments::array(&scenario.uniform("x", &shape, 1.0, 2.0));
            let y = probe.array(
                "half",
                &arguments([("x", crate::contract::arguments::tensor(&x))]),
                "y",
                &shape,
            )?;
            crate::checks::assertions::equal("half of x", "x / 2", &(x / 2.0), &y, 1e-12)
        },
    )],
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

/// The two inputs on which the pupil is wrong, and on no other.
fn hard() -> [Vec<f64>; 2] {
    let case = Scenario::new(SIZES, &[RARE.0], RARE.1, wire::DType::F64).uniform("x", &[2], 1.0, 2.0);
    let stored = StoredCase {
        inputs: (HALF.cases[0].arguments)(&mut Random::new(INPUT_SEED, "half/drawn")),
        expected: Tensors::new(),
    };
    let fresh = fresh_inputs(&HALF, &HALF.cases[0], &stored, OTHERS).map(|inputs| inputs["x"].to_f64());
    [case.to_f64(), fresh.unwrap_or_default()]
}

fn judgement(carried: &[Carried]) -> TaskJudgement {
    let nearly = |call: &Call| {
        times(
            call,
            if hard().contains(&call.arguments["x"].to_f64()) {
                0.4
            } else {
                0.5
            },
        )
    };
    let mut pupil = Pupil::new(nearly, |_, _| unreachable!("nothing is trained here"));
    pupil.reference = Some(|call| observed(call, half(call)));
    judged_by(None, carried, &[&HALF], half, Training::All, &mut pupil).remove(0)
}

fn passes(judgement: &TaskJudgement, name: &str) -> bool {
    let found = judgement.checks.iter().find(|check| check.name == name);
    found.unwrap_or_else(|| panic!("there is no check {name}")).ending == Ending::Passed
}

fn carried(check: &str, input: CarriedInput) -> Carried {
    Carried {
        task: "half".to_owned(),
        check: check.to_owned(),
        input,
    }
}

fn case(name: &str, size: i64) -> CarriedInput {
    CarriedInput::Case {
        sizes: vec![(name.to_owned(), size)],
        seed: RARE.1,
    }
}

#[test]
fn a_case_and_a_seed_that_broke_others_are_tried_where_they_are_carried_along() {
    let alone = judgement(&[]);
    assert!(passes(&alone, "halves") && passes(&alone, NAME));
    let by_case = judgement(&[carried("halves", case("N", RARE.0))]);
    assert!(!passes(&by_case, "halves") && passes(&by_case, NAME));
    let by_seed = judgement(&[carried(NAME, CarriedInput::Fresh(OTHERS))]);
    assert!(passes(&by_seed, "halves") && !passes(&by_seed, NAME));
}

#[test]
fn what_belongs_to_another_task_or_to_a_property_of_other_sizes_is_left_out() {
    let elsewhere = Carried {
        task: "third".to_owned(),
        ..carried("halves", case("N", RARE.0))
    };
    for strange in [
        elsewhere,
        carried("halves", case("M", RARE.0)),
        carried("halves", case("N", 9)),
    ] {
        assert!(passes(&judgement(&[strange]), "halves"));
    }
}
