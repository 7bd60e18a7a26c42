//! Additive attention of a decoder over the states of an encoder.
//!
//! Letters in shapes: B batch, S positions of the encoder, D width of the decoder state, H width of the encoder states,
//! A hidden units of the energy.

use tch::Tensor;

use crate::types::AdditiveAttentionWeights;

/// Additive attention: which encoder states matter for the next decoder state, and their weighted sum.
///
/// The energy of position j is `e_j = v . tanh(W s + U h_j)`, the attention weights are the softmax of the energies over
/// the positions, and the context is the sum of the encoder states, each times its weight.
///
/// - `state`: `[B, D]`, the previous decoder state s. `hidden`: `[B, S, H]`, the encoder states h, S at least 1; every
///   position takes part (there is no padding).
/// - `weights`: W is `state_weight` `[A, D]`, U is `hidden_weight` `[A, H]`, v is `energy_weight` `[A]`. No biases, and
///   the energies are not divided by anything.
/// - Returns the context `[B, H]` (a sum of the encoder states themselves, not of their projections) and the weights
///   `[B, S]`, in the dtype and on the device of `hidden`. The weights of one row are not negative and sum to 1. Energies
///   of 1e3 and more give finite results.
///
/// Gradients reach both states and all weights through the context, and through the attention weights.
///
/// Source: Deep Learning 1, Assignment 2, Eq. 1 to 3; "Neural Machine Translation by Jointly Learning to Align and
/// Translate", section 3.1 and appendix A.1.2.
pub fn additive_attention(state: &Tensor, hidden: &Tensor, weights: &AdditiveAttentionWeights) -> (Tensor, Tensor) {
    todo!("compute the energies, the attention weights and the context")
}
