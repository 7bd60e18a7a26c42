//! `hidden_state`: a linear recurrence, step by step.

use judge::checks::assertions::{equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, scalar, tensor};
use judge::contract::domain::{Contract, Domain};
use judge::contract::random::Random;
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::subject::Call;
use judge::contract::{Case, Expect, Property, Task};
use judge::findings::stop::{Broken, Holds};
use wire::{DType, Tensor, Tensors};

use super::spectral::{Block, blocks, radius, sheared};
use crate::graphs::inputs::product;

const ID: &str = "hidden_state";
/// Bound on what agrees but for rounding, wide enough for a step in f32: that costs the check of precision only.
const CLOSELY: f64 = 1e-4;
const SIZES: Sizes = &[("d", 1, 5)];

pub(crate) static TASK: Task = Task {
    id: ID,
    file: "hidden_states.rs",
    signature: "fn hidden_state(weights: &Tensor, initial: &Tensor, steps: i64) -> Tensor",
    functions: &["hidden_state"],
    definition: "The hidden state of a linear recurrent network without inputs after a number of steps.",
    formula: "h_t = W^T h_{t-1}, so that h_t = (W^T)^t h_0",
    source: "Georgia Tech, CS 4644/7643, Problem Set 3, question 5",
    conventions: &[
        "the weights are transposed: h_t[i] = sum over j of W[j, i] h_{t-1}[j]",
        "after 0 steps the state is the initial one",
    ],
    misreadings: &[
        "W h instead of W^T h",
        "powers of the single entries of W are no power of the matrix",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["state"],
        domain: DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "one_step",
        portion: "one_step",
        arguments: |random| drawn(random, 4, 1),
        expect: Expect::Outputs,
    },
    Case {
        name: "no_step",
        portion: "one_step",
        arguments: |random| drawn(random, 3, 0),
        expect: Expect::Outputs,
    },
    Case {
        name: "two_steps",
        portion: "many_steps",
        arguments: |random| drawn(random, 5, 2),
        expect: Expect::Outputs,
    },
    Case {
        name: "seven_steps",
        portion: "many_steps",
        arguments: |random| drawn(random, 4, 7),
        expect: Expect::Outputs,
    },
    Case {
        name: "turning",
        portion: "many_steps",
        arguments: |random| {
            let turning = blocks(&[Block::Pair(1.02, 0.9), Block::Real(-0.8)]);
            let weights = tensor(&sheared(random, turning)).to_float(DType::F32);
            case(weights, random.normal(&[3]), 40)
        },
        expect: Expect::Outputs,
    },
];

const DOMAIN: &[Domain] = &[
    Domain {
        name: "states of any width after any number of steps",
        sizes: &[("d", 1, 12), ("steps", 0, 60)],
        arguments: |scenario| {
            let width = scenario.size("d");
            // About as large after each step as before it.
            let deviation = 1.0 / (width as f64).sqrt();
            let mut random = scenario.random("values");
            let weights = random.scaled(&[width, width], deviation);
            case(weights, random.normal(&[width]), scenario.integer("steps"))
        },
    },
    Domain {
        name: "a part that is gone after a few steps",
        sizes: &[("gone", 0, 6), ("steps", 0, 12)],
        arguments: |scenario| {
            let gone = scenario.size("gone");
            let mut weights = Array::from_shape_fn(vec![gone + 1, gone + 1], |at| {
                f64::from(u8::from(at[1] == at[0] + 1 && at[1] < gone))
            });
            weights[[gone, gone]] = -0.9;
            let initial = scenario.random("values").normal(&[gone + 1]);
            case(tensor(&weights), initial, scenario.integer("steps"))
        },
    },
    Domain {
        name: "a state that turns for very many steps",
        sizes: &[("steps", 0, 1000)],
        arguments: |scenario| {
            let weights = tensor(&blocks(&[Block::Pair(1.0, 0.9), Block::Real(-1.0)]));
            case(
                weights,
                scenario.random("values").normal(&[3]),
                scenario.integer("steps"),
            )
        },
    },
];

const PROPERTIES: &[Property] = &[
    Property::new(
        "one-step",
        "one step multiplies by the transposed weights, no step changes nothing",
        SIZES,
        one_step,
    ),
    Property::new(
        "steps-add",
        "m steps and then n steps are m + n steps",
        &[("d", 1, 5), ("m", 0, 3), ("n", 0, 3)],
        steps_add,
    ),
    Property::new(
        "linear",
        "the state is linear in the initial one",
        &[("d", 1, 5), ("t", 0, 4)],
        linear,
    ),
    Property::new(
        "growth-rate",
        "the logarithm of the state's norm grows by ln rho per step: with a basis of eigenvectors, without one, turning",
        &[("kind", 0, 2)],
        growth_rate,
    ),
    Property::new(
        "gradient",
        "the gradient by the initial state goes back through the weights once for each step",
        &[("d", 1, 5), ("t", 0, 4)],
        gradient,
    )
    .differentiating(),
];

fn case(weights: Tensor, initial: Tensor, steps: i64) -> Tensors {
    arguments([
        ("weights", weights),
        ("initial", initial),
        ("steps", Tensor::integer(steps)),
    ])
}

fn drawn(random: &mut Random, width: usize, steps: i64) -> Tensors {
    case(random.scaled(&[width, width], 0.6), random.normal(&[width]), steps)
}

/// The state after some steps.
fn state(probe: &mut Probe<'_>, weights: &Array, initial: &Array, steps: i64) -> Result<Array, Broken> {
    let call = Call::new(ID, case(tensor(weights), tensor(initial), steps));
    probe.typed(&call, "state", DType::F64, initial.shape())
}

fn matrix_and_state(scenario: &Scenario) -> (Array, Array) {
    let width = scenario.size("d");
    let weights = array(&scenario.normal("weights", &[width, width])) * 0.7;
    (weights, array(&scenario.normal("initial", &[width])))
}

fn one_step(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (weights, initial) = matrix_and_state(scenario);
    let none = state(probe, &weights, &initial, 0)?;
    unchanged("taking no step", "the state", &initial, &none, CLOSELY)?;
    let one = state(probe, &weights, &initial, 1)?;
    let wanted = product(&weights.t().to_owned(), &initial);
    equal("the state after one step", "W^T h", &wanted, &one, CLOSELY)
}

fn steps_add(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (weights, initial) = matrix_and_state(scenario);
    let (m, n) = (scenario.integer("m"), scenario.integer("n"));
    let between = state(probe, &weights, &initial, m)?;
    let in_two = state(probe, &weights, &between, n)?;
    let at_once = state(probe, &weights, &initial, m + n)?;
    equal(
        "the state after m + n steps",
        "that after m and then n",
        &in_two,
        &at_once,
        CLOSELY,
    )
}

fn linear(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (weights, initial) = matrix_and_state(scenario);
    let (other, steps) = (array(&scenario.normal("other", initial.shape())), scenario.integer("t"));
    let (one, two) = (
        state(probe, &weights, &initial, steps)?,
        state(probe, &weights, &other, steps)?,
    );
    let sum = state(probe, &weights, &(&initial * 2.0 - &other), steps)?;
    equal(
        "the state from 2 g - h",
        "2 times that from g minus that from h",
        &(one * 2.0 - two),
        &sum,
        CLOSELY,
    )
}

fn growth_rate(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let random = &mut scenario.random("kind");
    let rate = 0.8 + 0.4 * random.unit();
    let set = match scenario.integer("kind") {
        0 => [Block::Real(rate), Block::Real(-0.4)],
        1 => [Block::Jordan(rate), Block::Real(0.3)],
        _ => [Block::Pair(rate, 1.0), Block::Real(0.5)],
    };
    let weights = sheared(random, blocks(&set));
    let initial = Array::from_elem(vec![weights.shape()[0]], 1.0);
    let steps = 600;
    let after = state(probe, &weights, &initial, steps)?;
    let norm = after.iter().map(|value| value * value).sum::<f64>().sqrt();
    let found = scalar(norm.ln() / steps as f64);
    let wanted = scalar(radius(&set).ln());
    // Beside the power of rho there is a factor t at most, and a constant: ln(600) / 600 and a little.
    equal("(1/t) ln |h_t| at t = 600", "ln rho", &wanted, &found, 0.03)
}

fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (weights, initial) = matrix_and_state(scenario);
    let (direction, steps) = (
        array(&scenario.normal("direction", initial.shape())),
        scenario.integer("t"),
    );
    let given = case(tensor(&weights), tensor(&initial), steps);
    let found = probe.gradient(ID, &given, "initial", arguments([("state", tensor(&direction))]))?;
    let wanted = (0..steps).fold(direction, |back, _| product(&weights, &back));
    equal(
        "the gradient by the initial state",
        "W applied t times to the cotangent",
        &wanted,
        &found,
        CLOSELY,
    )
}
