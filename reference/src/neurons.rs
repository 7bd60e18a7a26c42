//! Threshold neurons: AND and OR, and why XOR takes two layers.
//!
//! A neuron gives 1 where `w . x + b >= 0` (`Neuron` in `sequence_types.rs`), and sees the rows (x1, x2) of a truth
//! table: 00, 01, 10, 11. Answers are graded by what they do on these rows; any weights that do it are right.

use crate::sequence_types::{Neuron, ThresholdNetwork};

/// A neuron that computes AND: 1 on the row 11, 0 on 00, 01 and 10.
///
/// - Returns weights and bias, finite numbers.
///
/// Source: Problem Set 3, question 1.
pub fn and_neuron() -> Neuron {
    // solution:begin give weights and a bias that compute AND
    Neuron {
        weights: [1.0, 1.0],
        bias: -2.0,
    }
    // solution:end
}

/// A neuron that computes OR: 0 on the row 00, 1 on 01, 10 and 11.
///
/// - Returns weights and bias, finite numbers.
///
/// Source: Problem Set 3, question 1.
pub fn or_neuron() -> Neuron {
    // solution:begin give weights and a bias that compute OR
    Neuron {
        weights: [1.0, 1.0],
        bias: -1.0,
    }
    // solution:end
}

/// A neuron that computes XOR (0 on the rows 00 and 11, 1 on 01 and 10), or `None` where there is none.
///
/// - Its points need `xor_certificate` as well.
///
/// Source: Problem Set 3, question 2.
pub fn xor_neuron() -> Option<Neuron> {
    // solution:begin give a neuron that computes XOR, or `None` where there is none
    None
    // solution:end
}

/// A certificate that no single neuron computes XOR: four multipliers, one for each row 00, 01, 10, 11.
///
/// XOR asks for `w . x + b >= 0` on the rows 01 and 10, and for `-(w . x + b) > 0` on the rows 00 and 11. Each of these
/// four conditions may be multiplied by a number that is not negative, and conditions may be added. A certificate is
/// four such numbers for which the sum has nothing left of w1, w2 and b on its left side, while it still says "> 0":
/// `0 > 0`, a contradiction.
///
/// - Returns finite numbers, none of them negative, at least one of a strict condition (00 or 11) positive; any scale.
///   They are multiplied out in f64, where a sum that is smaller than 1e-12 of its largest term counts as 0.
///
/// Source: Problem Set 3, question 2.
pub fn xor_certificate() -> [f64; 4] {
    // solution:begin give the multipliers of the rows 00, 01, 10 and 11
    [1.0, 1.0, 1.0, 1.0]
    // solution:end
}

/// A network of two layers that computes XOR: 0 on the rows 00 and 11, 1 on 01 and 10.
///
/// - Returns two hidden neurons and one output neuron; all three have the threshold of `Neuron`, which is not strict.
///
/// Source: Problem Set 3, question 2.
pub fn xor_network() -> ThresholdNetwork {
    // solution:begin give two hidden neurons and an output neuron that compute XOR
    // OR, and not AND.
    ThresholdNetwork {
        hidden: [or_neuron(), and_neuron()],
        output: Neuron {
            weights: [1.0, -1.0],
            bias: -1.0,
        },
    }
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use super::{and_neuron, or_neuron, xor_certificate, xor_network, xor_neuron};
    use crate::sequence_types::Neuron;

    const ROWS: [[f64; 2]; 4] = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];

    fn sum(neuron: Neuron, [x1, x2]: [f64; 2]) -> f64 {
        neuron.weights[0] * x1 + neuron.weights[1] * x2 + neuron.bias
    }

    fn fires(neuron: Neuron, row: [f64; 2]) -> bool {
        sum(neuron, row) >= 0.0
    }

    #[test]
    fn the_neurons_compute_their_tables() {
        assert_eq!(ROWS.map(|row| fires(and_neuron(), row)), [false, false, false, true]);
        assert_eq!(ROWS.map(|row| fires(or_neuron(), row)), [false, true, true, true]);
    }

    #[test]
    fn the_network_computes_xor() {
        let network = xor_network();
        let output = ROWS.map(|row| {
            let hidden = network.hidden.map(|neuron| f64::from(u8::from(fires(neuron, row))));
            fires(network.output, hidden)
        });
        assert_eq!(output, [false, true, true, false]);
    }

    #[test]
    fn the_conditions_of_xor_add_up_to_a_contradiction() {
        assert_eq!(xor_neuron(), None);
        let [none, second, first, both] = xor_certificate();
        // The coefficients of w1, w2 and b in the sum of the four conditions.
        assert_eq!([first - both, second - both, second + first - none - both], [0.0; 3]);
        assert!(none + both > 0.0);
    }
}
// helper:end
