//! Inputs of `additive_attention`.

use judge::contract::arguments::arguments;
use judge::contract::random::Random;
use wire::Tensors;

/// Sizes are B, S, D, H, A; `size` is the spread of the projections.
pub(super) fn case(random: &mut Random, [batch, positions, state, hidden, units]: [usize; 5], size: f64) -> Tensors {
    arguments([
        ("state", random.normal(&[batch, state])),
        ("hidden", random.normal(&[batch, positions, hidden])),
        (
            "state_weight",
            random.scaled(&[units, state], size / (state as f64).sqrt()),
        ),
        (
            "hidden_weight",
            random.scaled(&[units, hidden], size / (hidden as f64).sqrt()),
        ),
        ("energy_weight", random.uniform(&[units], 0.5, 1.5)),
    ])
}
