//! `and_neuron`: a neuron that computes AND, whatever its weights.

use judge::contract::answer::Answer;
use judge::contract::{Case, Expect, Task};
use judge::findings::Finding;
use wire::Tensors;

use super::thresholds::{Linear, computes};

pub(crate) static TASK: Task = Task {
    id: "and_neuron",
    file: "neurons.rs",
    signature: "fn and_neuron() -> Neuron",
    functions: &["and_neuron"],
    definition: "Weights and a bias with which one threshold neuron computes AND: 1 on the row 11, 0 on the other rows.",
    formula: "f(x) = 1 where w . x + b >= 0, else 0",
    source: "Georgia Tech, CS 4644/7643, Problem Set 3, question 1",
    conventions: &[
        "the threshold is not strict: a sum of exactly 0 gives 1",
        "any weights that give the four rows of the table are right, as long as they are finite",
        "a sum that is smaller than 1e-12 of its largest term counts as 0",
    ],
    misreadings: &[
        "a sum of 0 is no way to give 0",
        "the bias is added, so that a threshold of t is a bias of -t",
    ],
    cases: &[Case {
        name: "truth_table",
        portion: "all",
        arguments: |_| Tensors::new(),
        expect: Expect::Verified(is_and),
    }],
    ..Task::BLANK
};

fn is_and(answer: &Answer<'_>) -> Result<(), Finding> {
    let neuron = Linear::new(&answer.numbers("neuron", 3)?);
    computes(answer, neuron, [false, false, false, true])
}
