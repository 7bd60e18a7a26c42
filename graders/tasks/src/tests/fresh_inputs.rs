//! Inputs drawn again for the golden cases of all tasks.

use judge::checks::differential::{fresh_inputs, has_fresh};
use judge::contract::random::Random;
use judge::contract::{Case, Task};
use judge::fixtures::StoredCase;
use wire::Tensors;

use crate::ALL;

/// A generator may not rest upon what the stored seed happens to give.
#[test]
fn every_golden_case_can_be_drawn_with_any_seed() {
    for task in ALL {
        for case in task.cases {
            let stored = StoredCase {
                inputs: (case.arguments)(&mut Random::new(0, "stored")),
                expected: Tensors::new(),
            };
            let names = |inputs: &Tensors| inputs.keys().cloned().collect::<Vec<_>>();
            for seed in 0..20 {
                if let Some(fresh) = fresh_inputs(task, case, &stored, seed) {
                    assert_eq!(names(&fresh), names(&stored.inputs), "{}/{}", task.id, case.name);
                }
            }
        }
    }
}

/// Where nothing is drawn again, nothing is compared: a task that has lost its last such case should be noticed.
#[test]
fn the_tasks_without_any_fresh_inputs_are_known() {
    let is_fresh = |task: &Task, case: &Case| {
        let stored = StoredCase {
            inputs: (case.arguments)(&mut Random::new(1, "stored")),
            expected: Tensors::new(),
        };
        has_fresh(task, case, &stored)
    };
    let golden = ALL.iter().filter(|task| !task.cases.is_empty());
    let without: Vec<&str> = golden
        .filter(|task| !task.cases.iter().any(|case| is_fresh(task, case)))
        .map(|task| task.id)
        .collect();
    insta::assert_snapshot!(without.join(" "), @"causal_mask figure_6 and_neuron or_neuron xor_neuron xor_network lstm_parity beam_search complete_graph");
}
