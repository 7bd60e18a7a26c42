//! Parity with an LSTM: weights that make one recurrent unit tell whether it has seen an odd number of ones.

use crate::sequence_types::ParityLstm;
// helper:begin
use crate::sequence_types::Gate;
// helper:end

/// An LSTM whose cell state is the parity of the bits read so far: 1 after an odd number of ones, 0 after an even one.
///
/// - Returns the weights of the forget gate, the input gate and the candidate over `[h, x]`, in that order, and their
///   biases. How they are used stands at `ParityLstm` in `sequence_types.rs`: `sigma` is **strict** (`sigma(0) = 0`,
///   unlike the neurons of this problem set), `tanh` is the sign (`tanh(0) = 0`), `C = h = 0` at the start, and
///   `h = tanh(C)`.
/// - After **every** bit, C has to be exactly 0 or 1, the parity of the bits up to it. Many weights do this, and any of
///   them are right: they are tried on all strings of up to 12 bits.
///
/// Source: Problem Set 3, question 3.
pub fn lstm_parity() -> ParityLstm {
    // solution:begin give weights that make C the parity of the bits read so far
    // C stays; a one adds 1 to a state of 0 and takes 1 from a state of 1.
    ParityLstm {
        forget: Gate {
            weights: [0.0, 0.0],
            bias: 1.0,
        },
        input: Gate {
            weights: [0.0, 1.0],
            bias: -0.5,
        },
        candidate: Gate {
            weights: [-2.0, 0.0],
            bias: 1.0,
        },
    }
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use super::lstm_parity;
    use crate::sequence_types::Gate;

    fn linear(gate: Gate, h: f64, x: f64) -> f64 {
        gate.weights[0] * h + gate.weights[1] * x + gate.bias
    }

    fn sigma(z: f64) -> f64 {
        f64::from(u8::from(z > 0.0))
    }

    fn sign(z: f64) -> f64 {
        if z == 0.0 { 0.0 } else { z.signum() }
    }

    #[test]
    fn the_state_is_the_parity_after_every_bit_of_every_short_string() {
        let lstm = lstm_parity();
        for bits in 0..1_u32 << 10 {
            let (mut c, mut h) = (0.0, 0.0);
            for place in 0..10 {
                let x = f64::from(bits >> place & 1);
                let [f, i] = [lstm.forget, lstm.input].map(|gate| sigma(linear(gate, h, x)));
                c = f * c + i * sign(linear(lstm.candidate, h, x));
                h = sign(c);
                let ones = (bits & ((2 << place) - 1)).count_ones();
                assert_eq!(c, f64::from(ones % 2), "{bits:b} at {place}");
            }
        }
    }
}
// helper:end
