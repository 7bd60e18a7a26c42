//! The law of `graph_attention` about gradients.

use wire::Tensors;

use super::graph_attention_inputs::{drawn, layer, pre_activations, with_array};
use crate::arguments::{Array, arguments, array, scalar, with};
use crate::probe::{Broken, Holds, Probe, equal};
use crate::scenario::Scenario;

/// Step of central differences.
const STEP: f64 = 1e-6;
/// Bound on the difference between a derivative and a central difference.
const SLOPE_ERROR: f64 = 1e-6;
/// Pre-activations stay further from zero than the steps can move them.
const CLEAR_OF_THE_KINK: f64 = 1e-3;

/// Arguments whose pre-activations are all away from zero, where the score has no derivative.
fn smooth(scenario: &Scenario) -> Option<Tensors> {
    let (given, _) = drawn(scenario);
    let shape = given["features"].shape().to_vec();
    (0..100)
        .map(|attempt| {
            let features = scenario.normal(&format!("features {attempt}"), &shape);
            with(&given, "features", features)
        })
        .find(|given| {
            pre_activations(given)
                .iter()
                .all(|(_, value)| value.abs() > CLEAR_OF_THE_KINK)
        })
}

pub(super) fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let Some(given) = smooth(scenario) else {
        return Ok(());
    };
    let shape = [scenario.size("N"), scenario.size("out")];
    let cotangent = scenario.normal("cotangent", &shape);
    for name in ["features", "weight", "attention"] {
        let cotangents = arguments([("output", cotangent.clone())]);
        let gradient = probe.gradient("graph_attention", &given, name, cotangents)?;
        let direction = array(&scenario.normal(&format!("direction of {name}"), given[name].shape()));
        let along = scalar((&gradient * &direction).sum());
        let difference = difference_along(probe, &given, name, &direction, &array(&cotangent))?;
        equal(
            &format!("the gradient by {name}, along a direction"),
            "the difference quotient of the output",
            &scalar(difference),
            &along,
            SLOPE_ERROR,
        )?;
    }
    Ok(())
}

/// The central difference of `sum(output * cotangent)` when an argument moves along a direction.
fn difference_along(
    probe: &mut Probe<'_>,
    given: &Tensors,
    name: &str,
    direction: &Array,
    cotangent: &Array,
) -> Result<f64, Broken> {
    let mut at = |step: f64| -> Result<f64, Broken> {
        let moved = array(&given[name]) + direction * step;
        Ok((layer(probe, &with_array(given, name, &moved))?.output * cotangent).sum())
    };
    Ok((at(STEP)? - at(-STEP)?) / (2.0 * STEP))
}
