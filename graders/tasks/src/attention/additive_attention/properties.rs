//! Properties of `additive_attention`.

use judge::checks::assertions::{broken_rule, equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::compare::number;
use judge::contract::arguments::{Array, array, scalar, tensor_like, with};
use judge::contract::call::arguments_in;
use judge::contract::scenario::Scenario;
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use ndarray::{Axis, IxDyn, s};
use wire::Tensors;

use super::inputs::case;
use crate::attention::inputs::CLOSELY;
use crate::phrase;

const TASK: &str = "additive_attention";

fn given(scenario: &Scenario) -> Tensors {
    let positions = if scenario.sizes().iter().any(|size| size.0 == "S") {
        scenario.size("S")
    } else {
        1
    };
    let [batch, state, hidden, units] = ["B", "D", "H", "A"].map(|name| scenario.size(name));
    let mut random = scenario.random("case");
    let drawn = case(&mut random, [batch, positions, state, hidden, units], 1.0);
    // Signs of both kinds, so that more is not always more.
    let signed = with(&drawn, "energy_weight", random.normal(&[units]));
    arguments_in(scenario.dtype(), &signed)
}

fn with_values(given: &Tensors, name: &str, values: &Array) -> Tensors {
    with(given, name, tensor_like(&given[name], values))
}

/// Context `[B, H]` and weights `[B, S]`.
fn attend(probe: &mut Probe<'_>, given: &Tensors) -> Result<[Array; 2], Broken> {
    let hidden = given["hidden"].shape();
    let call = Call::new(TASK, given.clone());
    probe.arrays(&call, [("context", &[hidden[0], hidden[2]]), ("weights", &hidden[..2])])
}

/// `v . tanh(W s + U h_j)` for every row and position.
pub(super) fn energies(given: &Tensors) -> Array {
    let [state, hidden, w, u, v] =
        ["state", "hidden", "state_weight", "hidden_weight", "energy_weight"].map(|name| array(&given[name]));
    Array::from_shape_fn(IxDyn(&hidden.shape()[..2]), |at| {
        let unit = |unit: usize| {
            let own: f64 = (0..state.shape()[1])
                .map(|channel| w[[unit, channel]] * state[[at[0], channel]])
                .sum();
            let theirs = (0..hidden.shape()[2]).map(|channel| u[[unit, channel]] * hidden[[at[0], at[1], channel]]);
            v[[unit]] * (own + theirs.sum::<f64>()).tanh()
        };
        (0..v.len()).map(unit).sum()
    })
}

pub(super) fn weighted_sum(weights: &Array, hidden: &Array) -> Array {
    Array::from_shape_fn(IxDyn(&[hidden.shape()[0], hidden.shape()[2]]), |at| {
        (0..hidden.shape()[1])
            .map(|position| weights[[at[0], position]] * hidden[[at[0], position, at[1]]])
            .sum()
    })
}

fn judge_distributions(weights: &Array) -> Holds {
    let sums = weights.sum_axis(Axis(1));
    equal(
        "the sum of the weights of each row",
        "1",
        &Array::ones(sums.raw_dim()),
        &sums,
        CLOSELY,
    )
}

pub(super) fn weights_are_distributions(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let [_, weights] = attend(probe, &given(scenario))?;
    every("a weight", "above 0", &weights, |weight| weight > 0.0)?;
    judge_distributions(&weights)
}

pub(super) fn energies_of_weights(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let centred = |values: Array| {
        let mean = values.sum_axis(Axis(1)) / values.shape()[1] as f64;
        values - mean.insert_axis(Axis(1))
    };
    let [_, weights] = attend(probe, &given)?;
    equal(
        "the logarithms of the weights, less their mean over the positions",
        "the energies, less their mean",
        &centred(energies(&given)),
        &centred(weights.mapv(f64::ln)),
        CLOSELY,
    )
}

pub(super) fn context_is_weighted_sum(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let [context, weights] = attend(probe, &given)?;
    equal(
        "the context",
        "the returned weights times the encoder states",
        &weighted_sum(&weights, &array(&given["hidden"])),
        &context,
        CLOSELY,
    )
}

pub(super) fn hull(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let ([context, _], hidden) = (attend(probe, &given)?, array(&given["hidden"]));
    for (at, &found) in context.indexed_iter() {
        let states = hidden.slice(s![at[0], .., at[1]]);
        let least = states.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = states.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if !(least - CLOSELY..=greatest + CLOSELY).contains(&found) {
            let what = format!("channel {} of the context of row {}", at[1], at[0]);
            let rule = phrase::within(least, greatest, "of the states");
            return Err(broken_rule(&what, &[at[0], at[1]], &number(found), &rule));
        }
    }
    Ok(())
}

pub(super) fn no_energies_mean(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let zeros = Array::zeros(array(&given["energy_weight"]).raw_dim());
    let [context, weights] = attend(probe, &with_values(&given, "energy_weight", &zeros))?;
    let hidden = array(&given["hidden"]);
    let uniform = Array::from_elem(weights.raw_dim(), 1.0 / weights.shape()[1] as f64);
    equal("the weights where v is zero", "uniform", &uniform, &weights, CLOSELY)?;
    equal(
        "the context where v is zero",
        "the mean state",
        &weighted_sum(&uniform, &hidden),
        &context,
        CLOSELY,
    )
}

pub(super) fn equal_states(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let mut hidden = array(&given["hidden"]);
    let first = hidden.slice(s![.., 0..1, ..]).to_owned().into_dyn();
    hidden.assign(&first);
    let [context, weights] = attend(probe, &with_values(&given, "hidden", &hidden))?;
    let uniform = Array::from_elem(weights.raw_dim(), 1.0 / weights.shape()[1] as f64);
    equal(
        "the weights where all encoder states are equal",
        "uniform",
        &uniform,
        &weights,
        CLOSELY,
    )?;
    let state = first.index_axis(Axis(1), 0).to_owned();
    equal(
        "the context where all encoder states are equal",
        "that state",
        &state,
        &context,
        CLOSELY,
    )
}

pub(super) fn position_permutation(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let mut order = scenario.random("order").permutation(scenario.size("S"));
    if order.is_sorted() {
        order.rotate_right(1);
    }
    let permuted = array(&given["hidden"]).select(Axis(1), &order);
    let [context, weights] = attend(probe, &given)?;
    let [other_context, other_weights] = attend(probe, &with_values(&given, "hidden", &permuted))?;
    let cause = format!("reordering the positions to {order:?}");
    unchanged(&cause, "the context", &context, &other_context, CLOSELY)?;
    equal(
        &format!("the weights for the positions in the order {order:?}"),
        "the weights in that order",
        &weights.select(Axis(1), &order),
        &other_weights,
        CLOSELY,
    )
}

pub(super) fn batch_independence(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let row = scenario.random("which").integer(0, scenario.integer("B")) as usize;
    let mut changed = given.clone();
    for name in ["state", "hidden"] {
        let mut values = array(&given[name]);
        values
            .index_axis_mut(Axis(0), row)
            .mapv_inplace(|value| 1.0 - 2.0 * value);
        changed = with_values(&changed, name, &values);
    }
    let (before, mut after) = (attend(probe, &given)?, attend(probe, &changed)?);
    for ((before, after), name) in before.iter().zip(&mut after).zip(["context", "weights"]) {
        // The changed row itself may differ.
        after
            .index_axis_mut(Axis(0), row)
            .assign(&before.index_axis(Axis(0), row));
        unchanged(
            &format!("changing row {row} of the batch"),
            &format!("the {name} of every other row"),
            before,
            after,
            CLOSELY,
        )?;
    }
    Ok(())
}

/// The tanh lies between -1 and 1, so an energy between -|v| and |v|.
pub(super) fn bounded_energies(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let bound: f64 = 2.0
        * array(&given["energy_weight"])
            .iter()
            .map(|weight| weight.abs())
            .sum::<f64>();
    let large = with_values(&given, "hidden", &(array(&given["hidden"]) * 50.0));
    let [_, weights] = attend(probe, &large)?;
    let logarithms = weights.mapv(f64::ln);
    for (row, own) in logarithms.outer_iter().enumerate() {
        let least = own.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = own.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        every(
            &format!("the largest difference of the logarithms of two weights of row {row}, for states of about 50"),
            &format!("at most 2 |v| = {}", number(bound)),
            &scalar(greatest - least),
            |difference| difference <= bound + CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn large_energies(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = given(scenario);
    let large = with_values(&given, "energy_weight", &(array(&given["energy_weight"]) * 4096.0));
    let [context, weights] = attend(probe, &large)?;
    every(
        "a weight where energies are about 1e3",
        "finite",
        &weights,
        f64::is_finite,
    )?;
    every(
        "a value of the context where energies are about 1e3",
        "finite",
        &context,
        f64::is_finite,
    )?;
    judge_distributions(&weights)
}
