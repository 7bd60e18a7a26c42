//! `xor_neuron`: that no single neuron computes XOR, and a certificate for it.
//!
//! That there is none is soon said. The points are for the certificate, which is verified by arithmetic; both functions
//! are one task, so that neither gives anything alone.

use judge::compare::number;
use judge::contract::answer::Answer;
use judge::contract::{Case, Expect, Task};
use judge::findings::{Behaviour, Finding, Steps};
use wire::Tensors;

use super::thresholds::{Linear, ROWS, computes, finite, named, rounded_sum};

/// What XOR gives on the rows of the table.
pub(super) const XOR: [bool; 4] = [false, true, true, false];

pub(crate) static TASK: Task = Task {
    id: "xor_neuron",
    file: "neurons.rs",
    signature: "fn xor_neuron() -> Option<Neuron>, and fn xor_certificate() -> [f64; 4]",
    functions: &["xor_neuron", "xor_certificate"],
    definition: "That no single threshold neuron computes XOR (the answer is None), with a certificate: four multipliers that add the conditions of the rows to a contradiction.",
    formula: "sum over rows of m_r s_r (w . x_r + b) = 0 for all w and b, with s = -1 on the rows 00 and 11, +1 on 01 and 10",
    source: "Georgia Tech, CS 4644/7643, Problem Set 3, question 2",
    conventions: &[
        "the multipliers belong to the rows 00, 01, 10, 11, in this order",
        "the rows 00 and 11 ask for -(w . x + b) > 0, the rows 01 and 10 for w . x + b >= 0",
        "no multiplier is negative, one of the rows 00 and 11 is positive, and any scale is right",
        "both functions are one task: the points need None and the certificate",
        "a sum that is smaller than 1e-12 of its largest term counts as 0",
    ],
    misreadings: &[
        "the sign of a condition stands in the condition: the multipliers themselves are not negative",
        "all multipliers 0 prove nothing: they say 0 >= 0",
        "the bias has to cancel as well, not only the weights",
    ],
    cases: &[Case {
        name: "certificate",
        portion: "all",
        arguments: |_| Tensors::new(),
        expect: Expect::Verified(is_proof),
    }],
    ..Task::BLANK
};

/// The answer is whether there is a neuron, its three numbers, and the four multipliers.
fn is_proof(answer: &Answer<'_>) -> Result<(), Finding> {
    let numbers = answer.numbers("answer", 8)?;
    let (neuron, multipliers) = numbers[1..].split_at(3);
    if numbers[0] != 0.0 {
        // Fails for every neuron, and shows for which row.
        computes(answer, Linear::new(neuron), XOR)?;
    }
    finite(answer, &["row 00", "row 01", "row 10", "row 11"], multipliers)?;
    let proof = Proof(multipliers);
    match proof.flaw() {
        None => Ok(()),
        Some((what, expected, actual)) => Err(answer.misbehaves(Behaviour {
            input: "the certificate".to_owned(),
            what,
            expected,
            actual,
            said: None,
            steps: proof.steps(),
        })),
    }
}

/// Four multipliers.
struct Proof<'a>(&'a [f64]);

impl Proof<'_> {
    /// The multiplied condition of a row, as coefficients of w1, w2 and b.
    fn condition(&self, row: usize) -> [f64; 3] {
        let factor = if XOR[row] { self.0[row] } else { -self.0[row] };
        [factor * ROWS[row][0], factor * ROWS[row][1], factor]
    }

    /// The coefficients of w1, w2 and b in the sum of all conditions.
    fn sum(&self) -> [f64; 3] {
        let conditions = [0, 1, 2, 3].map(|row| self.condition(row));
        [0, 1, 2].map(|place| rounded_sum(&conditions.map(|condition| condition[place])))
    }

    /// What keeps it from being a proof: what, what it has to be, what it is.
    fn flaw(&self) -> Option<(String, String, String)> {
        if let Some(row) = (0..4).find(|&row| self.0[row] < 0.0) {
            let what = format!("the multiplier of the row {}", named(ROWS[row]));
            return Some((what, "at least 0".to_owned(), number(self.0[row])));
        }
        if self.0[0] <= 0.0 && self.0[3] <= 0.0 {
            let what = "the larger multiplier of the strict conditions, 00 and 11,".to_owned();
            return Some((what, "above 0".to_owned(), "0".to_owned()));
        }
        let sum = self.sum();
        let place = sum.iter().position(|coefficient| *coefficient != 0.0)?;
        let what = format!("what is left of {} in the sum", ["w1", "w2", "b"][place]);
        Some((what, "0".to_owned(), number(sum[place])))
    }

    fn steps(&self) -> Steps {
        let coefficients = |row: [f64; 3]| row.map(|coefficient| number(coefficient + 0.0));
        let line = |row: usize| {
            let sign = if XOR[row] { "w.x + b >= 0" } else { "-(w.x + b) > 0" };
            let head = vec![named(ROWS[row]), sign.to_owned(), number(self.0[row])];
            [head, coefficients(self.condition(row)).to_vec()].concat()
        };
        let mut rows: Vec<Vec<String>> = (0..4).map(line).collect();
        let head = ["sum", "0 > 0", ""].map(str::to_owned).to_vec();
        rows.push([head, coefficients(self.sum()).to_vec()].concat());
        Steps {
            columns: ["row", "condition", "times", "w1", "w2", "b"]
                .map(str::to_owned)
                .to_vec(),
            rows,
        }
    }
}
