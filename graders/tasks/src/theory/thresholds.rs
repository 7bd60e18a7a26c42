//! Sums that are compared with 0, and the neurons made of them: what `and_neuron`, `or_neuron`, `xor_neuron`,
//! `xor_network` and `lstm_parity` share.

use judge::compare::number;
use judge::contract::answer::Answer;
use judge::findings::{Behaviour, Finding, Steps};

/// A sum this much smaller than its largest term is 0: weights that cancel on paper do not always cancel in f64.
const ROUNDING: f64 = 1e-12;

/// The rows of a truth table in reading order.
pub(super) const ROWS: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];

/// Two weights and a bias.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Linear {
    pub(super) weights: [f64; 2],
    pub(super) bias: f64,
}

impl Linear {
    /// From weights and bias in a row.
    pub(super) fn new(numbers: &[f64]) -> Self {
        let at = |place: usize| numbers.get(place).copied().unwrap_or(f64::NAN);
        Self {
            weights: [at(0), at(1)],
            bias: at(2),
        }
    }

    /// The sum for two inputs.
    pub(super) fn sum(self, inputs: [f64; 2]) -> f64 {
        rounded_sum(&[self.weights[0] * inputs[0], self.weights[1] * inputs[1], self.bias])
    }

    /// The output of a neuron: its threshold is not strict.
    pub(super) fn fires(self, inputs: [f64; 2]) -> bool {
        self.sum(inputs) >= 0.0
    }
}

/// A sum in which rounding has no say.
pub(super) fn rounded_sum(terms: &[f64]) -> f64 {
    let sum: f64 = terms.iter().sum();
    let largest = terms.iter().fold(0.0, |largest: f64, term| largest.max(term.abs()));
    if sum.abs() <= ROUNDING * largest { 0.0 } else { sum }
}

/// A row of the truth table, such as `01`.
pub(super) fn named(row: [f64; 2]) -> String {
    row.map(|bit| bit.to_string()).concat()
}

/// `0` or `1`.
pub(super) fn bit(fires: bool) -> String {
    u8::from(fires).to_string()
}

/// Fails where one of the numbers of an answer is not finite.
pub(super) fn finite(answer: &Answer<'_>, names: &[&str], numbers: &[f64]) -> Result<(), Finding> {
    let Some(place) = numbers.iter().position(|number| !number.is_finite()) else {
        return Ok(());
    };
    let row = |(name, value): (&&str, &f64)| vec![(*name).to_owned(), number(*value)];
    Err(answer.misbehaves(Behaviour {
        input: "every input".to_owned(),
        what: names
            .get(place)
            .map_or_else(|| format!("number {place}"), ToString::to_string),
        expected: "a finite number".to_owned(),
        actual: number(numbers[place]),
        said: None,
        steps: Steps {
            columns: ["number", "value"].map(str::to_owned).to_vec(),
            rows: names.iter().zip(numbers).map(row).collect(),
        },
    }))
}

/// Fails at the first row of the truth table on which a neuron does not give what it has to.
pub(super) fn computes(answer: &Answer<'_>, neuron: Linear, wanted: [bool; 4]) -> Result<(), Finding> {
    let numbers = [neuron.weights[0], neuron.weights[1], neuron.bias];
    finite(answer, &["w1", "w2", "b"], &numbers)?;
    let Some(wrong) = (0..4).find(|&row| neuron.fires(ROWS[row]) != wanted[row]) else {
        return Ok(());
    };
    let row = |(row, wanted): (&[f64; 2], &bool)| {
        let sum = number(neuron.sum(*row));
        let output = bit(neuron.fires(*row));
        vec![row[0].to_string(), row[1].to_string(), sum, output, bit(*wanted)]
    };
    Err(answer.misbehaves(Behaviour {
        input: format!("the row {}", named(ROWS[wrong])),
        what: "the output".to_owned(),
        expected: bit(wanted[wrong]),
        actual: bit(!wanted[wrong]),
        said: None,
        steps: Steps {
            columns: ["x1", "x2", "w.x + b", "output", "wanted"].map(str::to_owned).to_vec(),
            rows: ROWS.iter().zip(&wanted).map(row).collect(),
        },
    }))
}
