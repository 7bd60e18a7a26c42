//! Parity with an LSTM: weights that make one recurrent unit tell whether it has seen an odd number of ones.

use crate::sequence_types::ParityLstm;

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
    todo!("give weights that make C the parity of the bits read so far")
}
