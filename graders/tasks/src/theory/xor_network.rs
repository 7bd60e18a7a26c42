//! `xor_network`: two layers of neurons compute what one neuron cannot.

use judge::contract::answer::Answer;
use judge::contract::{Case, Expect, Task};
use judge::findings::{Behaviour, Finding, Steps};
use wire::Tensors;

use super::thresholds::{Linear, ROWS, bit, finite, named};
use super::xor_neuron::XOR;

const NAMES: [&str; 9] = [
    "hidden 1, w1",
    "hidden 1, w2",
    "hidden 1, b",
    "hidden 2, w1",
    "hidden 2, w2",
    "hidden 2, b",
    "output, w1",
    "output, w2",
    "output, b",
];

pub(crate) static TASK: Task = Task {
    id: "xor_network",
    file: "neurons.rs",
    signature: "fn xor_network() -> ThresholdNetwork",
    functions: &["xor_network"],
    definition: "Two hidden threshold neurons and an output neuron that together compute XOR.",
    formula: "y = f_out(f_1(x), f_2(x)), each f(x) = 1 where w . x + b >= 0, else 0",
    source: "Georgia Tech, CS 4644/7643, Problem Set 3, question 2",
    conventions: &[
        "the output neuron sees the outputs of the hidden ones, each 0 or 1",
        "all three thresholds are not strict: a sum of exactly 0 gives 1",
        "any weights that give the four rows of the table are right, as long as they are finite",
        "a sum that is smaller than 1e-12 of its largest term counts as 0",
    ],
    misreadings: &[
        "without a threshold in the hidden layer the network is a single neuron",
        "a sum of 0 is no way to give 0",
    ],
    cases: &[Case {
        name: "truth_table",
        portion: "all",
        arguments: |_| Tensors::new(),
        expect: Expect::Verified(is_xor),
    }],
    ..Task::BLANK
};

struct Network {
    hidden: [Linear; 2],
    output: Linear,
}

impl Network {
    fn hidden(&self, row: [f64; 2]) -> [bool; 2] {
        self.hidden.map(|neuron| neuron.fires(row))
    }

    fn fires(&self, row: [f64; 2]) -> bool {
        self.output
            .fires(self.hidden(row).map(|fires| f64::from(u8::from(fires))))
    }

    fn line(&self, row: usize) -> Vec<String> {
        let [first, second] = self.hidden(ROWS[row]).map(bit);
        let (x1, x2) = (ROWS[row][0].to_string(), ROWS[row][1].to_string());
        vec![x1, x2, first, second, bit(self.fires(ROWS[row])), bit(XOR[row])]
    }
}

fn is_xor(answer: &Answer<'_>) -> Result<(), Finding> {
    let numbers = answer.numbers("network", 9)?;
    finite(answer, &NAMES, &numbers)?;
    let network = Network {
        hidden: [Linear::new(&numbers[..3]), Linear::new(&numbers[3..6])],
        output: Linear::new(&numbers[6..]),
    };
    let Some(wrong) = (0..4).find(|&row| network.fires(ROWS[row]) != XOR[row]) else {
        return Ok(());
    };
    Err(answer.misbehaves(Behaviour {
        input: format!("the row {}", named(ROWS[wrong])),
        what: "the output".to_owned(),
        expected: bit(XOR[wrong]),
        actual: bit(!XOR[wrong]),
        said: None,
        steps: Steps {
            columns: ["x1", "x2", "hidden 1", "hidden 2", "output", "wanted"]
                .map(str::to_owned)
                .to_vec(),
            rows: (0..4).map(|row| network.line(row)).collect(),
        },
    }))
}
