//! Answers that are weights: every answer of a small grid gets exactly the verdict that its behaviour deserves.

mod recurrence;

use judge::contract::answer::Answer;
use judge::contract::arguments::{arguments, tensor, vector};
use judge::contract::{Expect, Task};
use judge::findings::{Behaviour, Finding, WrongOutput};
use wire::{Tensor, Tensors};

use super::{and_neuron, lstm_parity, or_neuron, xor_network, xor_neuron};
use crate::testing::trivial_cases;

const ROWS: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];

fn numbers(output: &str, numbers: &[f64]) -> Tensors {
    arguments([(output, tensor(&vector(numbers.to_vec())))])
}

/// What the judge finds in an answer.
fn judged(task: &Task, output: &str, answer: &[f64]) -> Result<(), Finding> {
    let Expect::Verified(verify) = task.cases[0].expect else {
        panic!("the answers of {} are compared", task.id);
    };
    verify(&Answer::new("case", &Tensors::new(), &numbers(output, answer)))
}

fn behaviour(found: Result<(), Finding>) -> Behaviour {
    match found {
        Err(Finding::WrongOutput(WrongOutput::Misbehaves { behaviour, .. })) => behaviour,
        other => panic!("{other:?}"),
    }
}

/// All weights and biases of the grid [-3, 3]^3.
fn grid() -> impl Iterator<Item = [f64; 3]> {
    let axis = || (-3..=3).map(f64::from);
    axis().flat_map(move |w1| axis().flat_map(move |w2| axis().map(move |bias| [w1, w2, bias])))
}

fn fires([w1, w2, bias]: [f64; 3], [x1, x2]: [f64; 2]) -> bool {
    w1 * x1 + w2 * x2 + bias >= 0.0
}

#[test]
fn of_the_whole_grid_just_the_neurons_that_compute_the_table_are_accepted() {
    for (task, wanted, solutions) in [
        (&and_neuron::TASK, [false, false, false, true], 4),
        (&or_neuron::TASK, [false, true, true, true], 14),
    ] {
        let mut accepted = 0;
        for neuron in grid() {
            let is_right = ROWS.map(|row| fires(neuron, row)) == wanted;
            assert_eq!(judged(task, "neuron", &neuron).is_ok(), is_right, "{neuron:?}");
            accepted += usize::from(is_right);
        }
        assert_eq!(accepted, solutions, "{}", task.id);
    }
}

#[test]
fn a_wrong_neuron_is_told_by_its_first_row_and_shown_with_all_of_them() {
    let found = behaviour(judged(&and_neuron::TASK, "neuron", &[1.0, 1.0, -1.0]));
    assert_eq!((found.input.as_str(), found.expected.as_str()), ("the row 01", "0"));
    assert_eq!(found.steps.rows[1], ["0", "1", "0", "1", "0"]);
    let found = behaviour(judged(&or_neuron::TASK, "neuron", &[1.0, f64::NAN, -1.0]));
    assert_eq!((found.what.as_str(), found.actual.as_str()), ("w2", "NaN"));
}

#[test]
fn weights_that_cancel_on_paper_count_as_cancelling() {
    // 0.7 + 0.1 - 0.8 is a little below 0 in f64.
    assert!(judged(&and_neuron::TASK, "neuron", &[0.7, 0.1, -0.8]).is_ok());
    // A tiny bias of its own is no rounding.
    assert!(judged(&or_neuron::TASK, "neuron", &[1.0, 1.0, -1e-13]).is_ok());
}

fn certificate(multipliers: [f64; 4]) -> Result<(), Finding> {
    judged(&xor_neuron::TASK, "answer", &[&[0.0; 4][..], &multipliers].concat())
}

#[test]
fn a_certificate_is_accepted_exactly_where_it_adds_up_to_a_contradiction() {
    let axis = || (-2..=3).map(f64::from);
    let all =
        axis().flat_map(|a| axis().flat_map(move |b| axis().flat_map(move |c| axis().map(move |d| [a, b, c, d]))));
    for multipliers in all {
        let [none, second, first, both] = multipliers;
        let cancels = first == both && second == both && second + first == none + both;
        let is_proof = cancels && multipliers.iter().all(|&times| times >= 0.0) && none + both > 0.0;
        assert_eq!(certificate(multipliers).is_ok(), is_proof, "{multipliers:?}");
    }
    assert!(certificate([0.1; 4]).is_ok(), "any scale");
    assert!(certificate([f64::INFINITY; 4]).is_err());
}

#[test]
fn no_neuron_is_accepted_for_xor_whatever_certificate_comes_with_it() {
    for neuron in grid() {
        let answer = [&[1.0][..], &neuron, &[1.0; 4]].concat();
        assert!(judged(&xor_neuron::TASK, "answer", &answer).is_err(), "{neuron:?}");
    }
}

#[test]
fn a_network_is_judged_by_its_rows() {
    let network = |output: [f64; 3]| [&[1.0, 1.0, -1.0, 1.0, 1.0, -2.0][..], &output].concat();
    assert!(judged(&xor_network::TASK, "network", &network([1.0, -1.0, -1.0])).is_ok());
    let found = behaviour(judged(&xor_network::TASK, "network", &network([1.0, -1.0, 0.0])));
    assert_eq!(found.input, "the row 00");
}

/// Every way in which a linear gate can answer on (h, x) in {0, 1}, with weights that do it.
fn gates<T: PartialEq>(answer: impl Fn(f64) -> T) -> Vec<[f64; 3]> {
    let mut found: Vec<([T; 4], [f64; 3])> = Vec::new();
    let axis = || (-4..=4).map(f64::from);
    let half_steps = || (-8..=8).map(|step| f64::from(step) / 2.0);
    for gate in axis().flat_map(|h| axis().flat_map(move |x| half_steps().map(move |bias| [h, x, bias]))) {
        let pattern = ROWS.map(|[h, x]| answer(gate[0] * h + gate[1] * x + gate[2]));
        if found.iter().all(|(known, _)| *known != pattern) {
            found.push((pattern, gate));
        }
    }
    found.into_iter().map(|(_, gate)| gate).collect()
}

#[test]
fn of_all_gates_135_of_9996_triples_compute_parity() {
    let thresholds = gates(|z| z > 0.0);
    let candidates = gates(|z| (z > 0.0, z < 0.0));
    assert_eq!((thresholds.len(), candidates.len()), (14, 51));
    let mut accepted = 0;
    for forget in &thresholds {
        for input in &thresholds {
            for candidate in &candidates {
                let weights = [forget, input, candidate].map(|gate| gate.to_vec()).concat();
                accepted += usize::from(judged(&lstm_parity::TASK, "weights", &weights).is_ok());
            }
        }
    }
    assert_eq!(accepted, 135);
}

#[test]
fn a_wrong_cell_is_shown_step_by_step_on_the_shortest_string_that_it_fails_on() {
    // A latch: right up to the second one.
    let latch = [0.0, 0.0, 1.0, -1.0, 1.0, -0.5, 0.0, 0.0, 1.0];
    let found = behaviour(judged(&lstm_parity::TASK, "weights", &latch));
    assert_eq!(
        (found.input.as_str(), found.what.as_str()),
        ("the bits 11", "C after step 2")
    );
    assert_eq!((found.expected.as_str(), found.actual.as_str()), ("0", "1"));
    let columns = ["step", "x", "f", "i", "candidate", "C", "h", "parity"];
    assert_eq!(found.steps.columns, columns);
    let rows = [
        ["1", "1", "1", "1", "1", "1", "1", "1"],
        ["2", "1", "1", "0", "1", "1", "1", "0"],
    ];
    assert_eq!(found.steps.rows, rows);
}

#[test]
fn an_answer_without_understanding_is_accepted_nowhere() {
    let gate = [0.0, 0.0, 1.0, 0.0, 1.0, -0.5, -2.0, 0.0, 1.0];
    let proof = [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
    for (task, output, answer) in [
        (&and_neuron::TASK, "neuron", &[1.0, 1.0, -2.0][..]),
        (&or_neuron::TASK, "neuron", &[1.0, 1.0, -1.0]),
        (&xor_neuron::TASK, "answer", &proof),
        (&lstm_parity::TASK, "weights", &gate),
    ] {
        assert!(judged(task, output, answer).is_ok(), "{}", task.id);
        let accepted = trivial_cases(task, |_| Ok(numbers(output, answer)));
        assert_eq!(accepted, Vec::<&str>::new(), "{}", task.id);
    }
}

#[test]
fn an_answer_of_another_form_is_no_answer() {
    let short = judged(&lstm_parity::TASK, "weights", &[1.0]);
    assert!(
        matches!(short, Err(Finding::WrongOutput(WrongOutput::Wrong { .. }))),
        "{short:?}"
    );
    let narrow = arguments([("neuron", Tensor::real(1.0))]);
    let Expect::Verified(verify) = and_neuron::TASK.cases[0].expect else {
        panic!("the answers are compared");
    };
    assert!(verify(&Answer::new("case", &Tensors::new(), &narrow)).is_err());
}
