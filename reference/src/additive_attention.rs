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
    // solution:begin compute the energies, the attention weights and the context
    let no_bias = None::<&Tensor>;
    let projected_state = state.linear(&weights.state_weight, no_bias).unsqueeze(1);
    let projected_hidden = hidden.linear(&weights.hidden_weight, no_bias);
    let energies = (projected_state + projected_hidden)
        .tanh()
        .matmul(&weights.energy_weight);
    let attention = energies.softmax(-1, None);
    let context = attention.unsqueeze(1).matmul(hidden).squeeze_dim(1);
    (context, attention)
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::additive_attention;
    use crate::types::AdditiveAttentionWeights;

    #[test]
    fn the_energy_is_the_weighted_tanh_of_the_summed_projections() {
        // W s = 1/2 and U h = -1/2, 1/2: the arguments are 0 and 1, the energies 0 and tanh(1) * ln 3 / tanh(1).
        let weights = AdditiveAttentionWeights {
            state_weight: Tensor::from_slice2(&[[0.25, 0.0, 0.0]]),
            hidden_weight: Tensor::from_slice2(&[[0.5, 0.0]]),
            energy_weight: Tensor::from_slice(&[3.0_f64.ln() / 1.0_f64.tanh()]),
        };
        let state = Tensor::from_slice2(&[[2.0, 9.0, -4.0]]);
        let hidden = Tensor::from_slice(&[-1.0, 8.0, 1.0, 0.0]).view([1, 2, 2]);
        let (context, attention) = additive_attention(&state, &hidden, &weights);
        assert!(attention.allclose(&Tensor::from_slice2(&[[0.25, 0.75]]), 1e-14, 0.0, false));
        assert!(context.allclose(&Tensor::from_slice2(&[[0.5, 2.0]]), 1e-14, 0.0, false));
    }

    #[test]
    fn without_energies_the_context_is_the_mean() {
        let options = (Kind::Float, Device::Cpu);
        let weights = AdditiveAttentionWeights {
            state_weight: Tensor::ones([4, 3], options),
            hidden_weight: Tensor::ones([4, 2], options),
            energy_weight: Tensor::zeros([4], options),
        };
        let hidden = Tensor::from_slice(&[1.0_f32, 2.0, 3.0, 6.0]).view([1, 2, 2]);
        let (context, attention) = additive_attention(&Tensor::ones([1, 3], options), &hidden, &weights);
        assert_eq!(context, Tensor::from_slice2(&[[2.0_f32, 4.0]]));
        assert_eq!(attention, Tensor::from_slice2(&[[0.5_f32, 0.5]]));
    }

    #[test]
    fn energies_of_a_thousand_give_finite_weights() {
        let weights = AdditiveAttentionWeights {
            state_weight: Tensor::from_slice2(&[[0.0_f32]]),
            hidden_weight: Tensor::from_slice2(&[[100.0_f32]]),
            energy_weight: Tensor::from_slice(&[1000.0_f32]),
        };
        let hidden = Tensor::from_slice(&[1.0_f32, -1.0]).view([1, 2, 1]);
        let (context, attention) = additive_attention(&Tensor::from_slice2(&[[1.0_f32]]), &hidden, &weights);
        assert_eq!(attention, Tensor::from_slice2(&[[1.0_f32, 0.0]]));
        assert_eq!(context, Tensor::from_slice2(&[[1.0_f32]]));
    }
}
// helper:end
