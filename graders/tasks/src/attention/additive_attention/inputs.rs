//! Inputs of `additive_attention`.

use judge::contract::arguments::{Array, arguments, array, tensor_like, with};
use judge::contract::random::Random;
use ndarray::Axis;
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

/// The first unit is saturated at every position, so that its weight is added to all energies.
pub(super) fn far_from_zero(random: &mut Random, far: i64) -> Tensors {
    let mut given = case(random, [3, 5, 2, 4, 3], 1.0);
    let mut put = |name: &str, value: f64, change: fn(&mut Array, f64)| {
        let mut values = array(&given[name]);
        change(&mut values, value);
        given = with(&given, name, tensor_like(&given[name], &values));
    };
    put("state", 1.0, |states, one| states.index_axis_mut(Axis(1), 0).fill(one));
    put("state_weight", 30.0, |weights, large| weights[[0, 0]] = large);
    put("energy_weight", far as f64, |weights, far| weights[[0]] = far);
    given
}
