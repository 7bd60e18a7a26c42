//! `lstm_parity`: weights of an LSTM whose state is the parity of what it has read, tried on all short strings.

use judge::compare::number;
use judge::contract::answer::Answer;
use judge::contract::{Case, Expect, Task};
use judge::findings::{Behaviour, Finding, Steps};
use wire::Tensors;

use super::thresholds::{Linear, bit, finite};

/// All strings of up to so many bits are tried.
const LONGEST: u32 = 12;
const NAMES: [&str; 9] = [
    "forget, weight of h",
    "forget, weight of x",
    "forget, bias",
    "input, weight of h",
    "input, weight of x",
    "input, bias",
    "candidate, weight of h",
    "candidate, weight of x",
    "candidate, bias",
];

pub(crate) static TASK: Task = Task {
    id: "lstm_parity",
    file: "parity_lstm.rs",
    signature: "fn lstm_parity() -> ParityLstm",
    functions: &["lstm_parity"],
    definition: "Weights of an LSTM with one unit whose cell state is, after every bit, the parity of the bits read so far: 1 after an odd number of ones.",
    formula: "C_t = f C_{t-1} + i c, h_t = tanh(C_t), with f, i = sigma(w . [h_{t-1}, x_t] + b) and c = tanh(w . [h_{t-1}, x_t] + b)",
    source: "Georgia Tech, CS 4644/7643, Problem Set 3, question 3",
    conventions: &[
        "sigma(z) is 1 where z > 0 and 0 elsewhere: strict, unlike the neurons of the same problem set",
        "tanh(z) is the sign of z, and tanh(0) is 0",
        "weights meet [h, x]: the previous output first, the bit second",
        "C_0 = h_0 = 0; the output gate is always open, so that h = tanh(C)",
        "C has to be 0 or 1 exactly, after every bit of every string of up to 12 bits",
        "a sum that is smaller than 1e-12 of its largest term counts as 0",
    ],
    misreadings: &[
        "a gate with all weights and its bias 0 is shut, not open",
        "C is 0 or 1, not -1 or 1",
        "the state has to be right after each bit, and from the first one on",
    ],
    cases: &[Case {
        name: "all_strings",
        portion: "all",
        arguments: |_| Tensors::new(),
        expect: Expect::Verified(is_parity),
    }],
    ..Task::BLANK
};

/// The hard sigmoid.
fn sigma(z: f64) -> f64 {
    f64::from(u8::from(z > 0.0))
}

/// The hard hyperbolic tangent.
fn sign(z: f64) -> f64 {
    if z == 0.0 { 0.0 } else { z.signum() }
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    forget: Linear,
    input: Linear,
    candidate: Linear,
}

/// What the cell has computed at one bit.
#[derive(Debug, Clone, Copy, Default)]
struct Step {
    f: f64,
    i: f64,
    candidate: f64,
    c: f64,
    h: f64,
}

impl Cell {
    fn new(numbers: &[f64]) -> Self {
        Self {
            forget: Linear::new(&numbers[..3]),
            input: Linear::new(&numbers[3..6]),
            candidate: Linear::new(&numbers[6..]),
        }
    }

    fn step(&self, before: Step, x: f64) -> Step {
        let seen = [before.h, x];
        let (f, i) = (sigma(self.forget.sum(seen)), sigma(self.input.sum(seen)));
        let candidate = sign(self.candidate.sum(seen));
        let c = f * before.c + i * candidate;
        Step {
            f,
            i,
            candidate,
            c,
            h: sign(c),
        }
    }

    /// The steps on a string.
    fn read(&self, bits: &[bool]) -> Vec<Step> {
        let mut before = Step::default();
        let step = |&x: &bool| {
            before = self.step(before, f64::from(u8::from(x)));
            before
        };
        bits.iter().map(step).collect()
    }

    /// The first string, short ones first, after which the state is not the parity.
    fn first_failure(&self) -> Option<Vec<bool>> {
        let strings = (1..=LONGEST).flat_map(|length| (0..1_u32 << length).map(move |number| (length, number)));
        let mut bits = strings.map(|(length, number)| {
            let place = |place: u32| number >> (length - 1 - place) & 1 == 1;
            (0..length).map(place).collect::<Vec<bool>>()
        });
        bits.find(|bits| self.read(bits).last().is_some_and(|last| last.c != parity(bits)))
    }
}

fn parity(bits: &[bool]) -> f64 {
    f64::from(u8::from(bits.iter().filter(|bit| **bit).count() % 2 == 1))
}

fn is_parity(answer: &Answer<'_>) -> Result<(), Finding> {
    let numbers = answer.numbers("weights", 9)?;
    finite(answer, &NAMES, &numbers)?;
    let cell = Cell::new(&numbers);
    let Some(bits) = cell.first_failure() else {
        return Ok(());
    };
    let steps = cell.read(&bits);
    let last = steps.last().copied().unwrap_or_default();
    let string: String = bits.iter().map(|one| if *one { '1' } else { '0' }).collect();
    Err(answer.misbehaves(Behaviour {
        input: format!("the bits {string}"),
        what: format!("C after step {}", bits.len()),
        expected: number(parity(&bits)),
        actual: number(last.c),
        said: None,
        steps: table(&bits, &steps),
    }))
}

fn table(bits: &[bool], steps: &[Step]) -> Steps {
    let row = |(place, step): (usize, &Step)| {
        let computed = [step.f, step.i, step.candidate, step.c, step.h].map(number);
        let wanted = number(parity(&bits[..=place]));
        [
            vec![(place + 1).to_string(), bit(bits[place])],
            computed.to_vec(),
            vec![wanted],
        ]
        .concat()
    };
    Steps {
        columns: ["step", "x", "f", "i", "candidate", "C", "h", "parity"]
            .map(str::to_owned)
            .to_vec(),
        rows: steps.iter().enumerate().map(row).collect(),
    }
}
