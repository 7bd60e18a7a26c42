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
    todo!("give weights and a bias that compute AND")
}

/// A neuron that computes OR: 0 on the row 00, 1 on 01, 10 and 11.
///
/// - Returns weights and bias, finite numbers.
///
/// Source: Problem Set 3, question 1.
pub fn or_neuron() -> Neuron {
    todo!("give weights and a bias that compute OR")
}

/// A neuron that computes XOR (0 on the rows 00 and 11, 1 on 01 and 10), or `None` where there is none.
///
/// - Its points need `xor_certificate` as well.
///
/// Source: Problem Set 3, question 2.
pub fn xor_neuron() -> Option<Neuron> {
    todo!("give a neuron that computes XOR, or `None` where there is none")
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
    todo!("give the multipliers of the rows 00, 01, 10 and 11")
}

/// A network of two layers that computes XOR: 0 on the rows 00 and 11, 1 on 01 and 10.
///
/// - Returns two hidden neurons and one output neuron; all three have the threshold of `Neuron`, which is not strict.
///
/// Source: Problem Set 3, question 2.
pub fn xor_network() -> ThresholdNetwork {
    todo!("give two hidden neurons and an output neuron that compute XOR")
}
