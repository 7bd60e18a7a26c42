//! The property of `graph_attention` about gradients.

use judge::checks::assertions::equal;
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, scalar, with};
use judge::contract::scenario::Scenario;
use judge::findings::stop::{Broken, Holds};
use wire::Tensors;

use super::inputs::{drawn, layer, pre_activations, with_array};

/// Step of central differences: wide enough for a step of the submission that runs in f32.
const STEP: f64 = 1e-3;
/// Bound on the difference between a derivative and a central difference.
const SLOPE_ERROR: f64 = 1e-2;
/// The arguments to differentiate by.
const NAMES: [&str; 3] = ["features", "weight", "attention"];

/// Arguments and directions to move them in, such that no score passes the kink of the rectifier on the way: there it
/// has no derivative.
fn smooth(scenario: &Scenario) -> Option<(Tensors, [Array; 3])> {
    let (given, _) = drawn(scenario);
    let shape = given["features"].shape().to_vec();
    let directions = NAMES.map(|name| array(&scenario.normal(&format!("direction of {name}"), given[name].shape())));
    let found = (0..100)
        .map(|attempt| {
            with(
                &given,
                "features",
                scenario.normal(&format!("features {attempt}"), &shape),
            )
        })
        .find(|given| keeps_its_signs(given, &directions));
    Some((found?, directions))
}

fn keeps_its_signs(given: &Tensors, directions: &[Array; 3]) -> bool {
    let signs =
        |given: &Tensors| -> Vec<bool> { pre_activations(given).iter().map(|(_, value)| *value > 0.0).collect() };
    let moves = NAMES
        .iter()
        .zip(directions)
        .flat_map(|(name, direction)| [STEP, -STEP].map(|step| (name, direction * step)));
    let before = signs(given);
    pre_activations(given).iter().all(|(_, value)| *value != 0.0)
        && moves
            .into_iter()
            .all(|(name, step)| signs(&with_array(given, name, &(array(&given[*name]) + step))) == before)
}

pub(super) fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let Some((given, directions)) = smooth(scenario) else {
        return Ok(());
    };
    let shape = [scenario.size("N"), scenario.size("out")];
    let cotangent = scenario.normal("cotangent", &shape);
    for (name, direction) in NAMES.into_iter().zip(&directions) {
        let cotangents = arguments([("output", cotangent.clone())]);
        let gradient = probe.gradient("graph_attention", &given, name, cotangents)?;
        let along = scalar((&gradient * direction).sum());
        let difference = difference_along(probe, &given, name, direction, &array(&cotangent))?;
        equal(
            &format!("the gradient by {name} along a direction"),
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
