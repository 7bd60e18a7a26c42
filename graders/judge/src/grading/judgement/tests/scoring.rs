//! Monotone from end to end: a function may answer golden cases, fresh inputs and properties, in f64 and f32, each in
//! another way, and fail in every way in which a call can fail. No way of failing is paid more than failing openly, or
//! than being right.

use proptest::prelude::*;
use proptest::sample::select;
use wire::{DType, Data, Ended, Observed, Outcome, Tensor, Tensors};

use super::testing::{Answer, judged, observed, panicked};
use crate::checks::assertions::equal;
use crate::checks::probe::Probe;
use crate::contract::arguments::{arguments, array, tensor};
use crate::contract::random::Random;
use crate::contract::scenario::{Scenario, Sizes};
use crate::contract::subject::{Call, Subject};
use crate::contract::{Case, Expect, Property, Task};
use crate::findings::fault::Fault;
use crate::findings::stop::Holds;
use crate::fixtures::case::INPUT_SEED;
use crate::grading::judgement::Training;

/// Halves numbers; positive ones and negative ones are portions of their own.
static HALF: Task = Task {
    id: "half",
    cases: &[
        Case {
            name: "plus",
            portion: "plus",
            arguments: |random| arguments([("x", random.uniform(&[2], 1.0, 2.0))]),
            expect: Expect::Outputs,
        },
        Case {
            name: "minus",
            portion: "minus",
            arguments: |random| arguments([("x", random.uniform(&[2], -2.0, -1.0))]),
            expect: Expect::Outputs,
        },
    ],
    properties: &[
        Property::new(
            "of-plus",
            "half of a positive number is half of it",
            SIZES,
            |scenario, probe| is_half(scenario, probe, 1.0),
        ),
        Property::new(
            "of-minus",
            "half of a negative number is half of it",
            SIZES,
            |scenario, probe| is_half(scenario, probe, -1.0),
        ),
    ],
    ..Task::BLANK
};

/// Longer than any golden case.
const SIZES: Sizes = &[("N", 3, 5)];

fn is_half(scenario: &Scenario, probe: &mut Probe<'_>, sign: f64) -> Holds {
    let shape = [scenario.size("N")];
    let x = array(&scenario.uniform("x", &shape, 1.0, 2.0)) * sign;
    let y = probe.array("half", &arguments([("x", tensor(&x))]), "y", &shape)?;
    equal("half of x", "x / 2", &(x / 2.0), &y, 1e-12)
}

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

/// What a function does with a call.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Right,
    Wrong,
    NotWritten,
    Panics,
    Refuses,
    Crashes,
    RunsOutOfTime,
    RunsOutOfMemory,
    AnswersNonsense,
}

const WAYS: [Way; 9] = [
    Way::Right,
    Way::Wrong,
    Way::NotWritten,
    Way::Panics,
    Way::Refuses,
    Way::Crashes,
    Way::RunsOutOfTime,
    Way::RunsOutOfMemory,
    Way::AnswersNonsense,
];

/// A function that tells golden cases in f64 and in f32, fresh inputs and properties apart, positive from negative ones.
#[derive(Debug, Clone, Copy)]
struct Actor {
    ways: [Way; 8],
    has_reference: bool,
}

fn class(call: &Call) -> usize {
    let x = &call.arguments["x"];
    let is_minus = x.to_f64().first().is_some_and(|first| *first < 0.0);
    let (name, low, high) = if is_minus {
        ("half/minus", -2.0, -1.0)
    } else {
        ("half/plus", 1.0, 2.0)
    };
    let kind = if x.len() > 2 {
        3
    } else if x.dtype() == DType::F32 {
        1
    } else if x.to_f64() == Random::new(INPUT_SEED, name).uniform(&[2], low, high).to_f64() {
        0
    } else {
        2
    };
    2 * kind + usize::from(is_minus)
}

impl Subject for Actor {
    fn call(&mut self, call: &Call) -> Result<Observed, Fault> {
        Ok(match self.ways[class(call)] {
            Way::Right => observed(call, half(call)),
            Way::Wrong => observed(call, times(call, 0.4)),
            Way::NotWritten => observed(call, Err(Outcome::NotAttempted)),
            Way::Panics => observed(call, Err(panicked())),
            Way::Refuses => observed(call, Err(Outcome::Refused { reason: String::new() })),
            Way::Crashes => Observed::Ended {
                how: Ended::Signalled(11),
            },
            Way::RunsOutOfTime => Observed::TimedOut {
                cpu: 5.0,
                wall: 5.0,
                by_cpu: true,
            },
            Way::RunsOutOfMemory => Observed::OutOfMemory { limit: 1 },
            Way::AnswersNonsense => Observed::Malformed { reason: String::new() },
        })
    }

    fn reference_call(&mut self, call: &Call) -> Result<Option<Observed>, Fault> {
        Ok(self.has_reference.then(|| observed(call, half(call))))
    }

    fn respawn(&mut self) {}

    fn substitute(&mut self, _: &[&'static str]) -> Result<bool, Fault> {
        Ok(false)
    }

    fn substituted(&self) -> u64 {
        0
    }
}

impl Actor {
    fn points(mut self) -> f64 {
        judged(&[&HALF], half, Training::All, &mut self)[0].points
    }

    fn with(mut self, class: usize, way: Way) -> Self {
        self.ways[class] = way;
        self
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_way_of_failing_is_paid_more_than_failing_openly_or_being_right(
        ways in prop::array::uniform8(prop_oneof![Just(Way::Right), select(&WAYS[..])]),
        has_reference in any::<bool>(),
    ) {
        let actor = Actor { ways, has_reference };
        let points = actor.points();
        for class in (0..ways.len()).filter(|class| ways[*class] != Way::Right) {
            let (open, right) = (actor.with(class, Way::Wrong).points(), actor.with(class, Way::Right).points());
            prop_assert!(points <= open, "class {class}: {points} points, {open} for failing openly");
            prop_assert!(points <= right, "class {class}: {points} points, {right} for being right");
        }
    }

    /// Whoever has the golden cases by heart and nothing else gets nothing, however they fail otherwise.
    #[test]
    fn golden_cases_by_heart_earn_nothing(
        others in prop::array::uniform4(select(&WAYS[1..])),
        single in prop::array::uniform2(select(&WAYS[..])),
        has_reference in any::<bool>(),
    ) {
        let [fresh_plus, fresh_minus, property_plus, property_minus] = others;
        let [single_plus, single_minus] = single;
        let golden = Way::Right;
        let ways = [golden, golden, single_plus, single_minus, fresh_plus, fresh_minus, property_plus, property_minus];
        prop_assert_eq!(Actor { ways, has_reference }.points(), 0.0);
    }
}
