//! What the tasks that train share: returned weights that fit, scores that become answers, curves.

use judge::checks::harness::TrainingHarness;
use judge::contract::arguments::with;
use judge::contract::subject::Call;
use judge::findings::measurement::{Measurement, Series, Threshold};
use judge::findings::stop::Stop;
use judge::findings::{CallFailed, Finding, WrongOutput};
use wire::{Tensor, Tensors};

use crate::convolution::oracle::Mode;

/// The trained weights, where each has the dtype and the shape of the initial one. A larger model than the one that was
/// given could have been trained elsewhere, and for longer.
pub(crate) fn like(initial: &Tensors, mut trained: Tensors) -> Result<Tensors, Stop> {
    let weight = |(name, given): (&String, &Tensor)| {
        let tensor = trained.remove(name).ok_or_else(|| missing(name))?;
        if (tensor.dtype(), tensor.shape()) == (given.dtype(), given.shape()) {
            return Ok((name.clone(), tensor));
        }
        let described = |tensor: &Tensor| format!("{} of shape {:?}", tensor.dtype(), tensor.shape());
        Err(Stop::Found(Finding::CallFailed(CallFailed::Unusable {
            output: name.clone(),
            reason: format!(
                "{}, the weight that was given is {}",
                described(&tensor),
                described(given)
            ),
        })))
    };
    initial.iter().map(weight).collect()
}

/// One output of a call that measures.
pub(crate) fn measured(
    harness: &mut TrainingHarness<'_>,
    task: &'static str,
    arguments: Tensors,
    output: &str,
) -> Result<Tensor, Stop> {
    let mut outputs = harness.measure(Call::new(task, arguments))?;
    outputs.remove(output).ok_or_else(|| missing(output))
}

/// The share of images whose class has the largest score, by a net with these weights.
pub(crate) fn accuracy_of_net(
    harness: &mut TrainingHarness<'_>,
    weights: &Tensors,
    mode: Mode,
    (images, classes): &(Tensor, Tensor),
) -> Result<f64, Stop> {
    let mut arguments = with(weights, "images", images.clone());
    arguments.extend(mode.arguments().map(|(name, tensor)| (name.to_owned(), tensor)));
    let scores = measured(harness, "conv_net", arguments, "scores")?;
    Ok(accuracy(&scores.to_f64(), &classes.to_f64()))
}

/// The share of rows whose class has the largest score, and no other one has it too.
pub(crate) fn accuracy(scores: &[f64], classes: &[f64]) -> f64 {
    let width = scores.len() / classes.len().max(1);
    let is_right = |(row, class): (&[f64], &f64)| {
        let class = *class as usize;
        (0..width).all(|other| other == class || row[other] < row[class])
    };
    let right = scores.chunks(width.max(1)).zip(classes).filter(|&pair| is_right(pair));
    right.count() as f64 / classes.len() as f64
}

pub(crate) fn at_least(what: &str, value: f64, threshold: f64) -> Measurement {
    Measurement {
        what: what.to_owned(),
        value,
        threshold: Threshold::AtLeast(threshold),
    }
}

pub(crate) fn at_most(what: &str, value: f64, threshold: f64) -> Measurement {
    Measurement {
        what: what.to_owned(),
        value,
        threshold: Threshold::AtMost(threshold),
    }
}

/// A curve over these points, with its name and the words for its axes.
pub(crate) fn curve(name: &str, points: Vec<(f64, f64)>, [x_label, y_label]: [&str; 2]) -> Series {
    let (x, y) = points.into_iter().unzip();
    Series {
        name: name.to_owned(),
        x,
        y,
        x_label: x_label.to_owned(),
        y_label: y_label.to_owned(),
    }
}

fn missing(output: &str) -> Stop {
    Stop::Found(Finding::WrongOutput(WrongOutput::MissingOutput {
        output: output.to_owned(),
    }))
}

#[cfg(test)]
mod tests {
    use judge::contract::arguments::arguments;
    use judge::contract::random::floats;

    use super::*;

    fn weights(shape: &[usize]) -> Tensors {
        arguments([("weight", floats(shape, vec![1.0; shape.iter().product()]))])
    }

    #[test]
    fn weights_of_another_shape_or_dtype_and_missing_ones_are_refused() {
        let initial = weights(&[2, 3]);
        assert!(like(&initial, weights(&[2, 3])).is_ok());
        assert!(like(&initial, weights(&[3, 2])).is_err());
        assert!(like(&initial, Tensors::new()).is_err());
        let doubles = arguments([("weight", initial["weight"].to_float(wire::DType::F64))]);
        assert!(like(&initial, doubles).is_err());
    }

    #[test]
    fn equal_scores_and_nan_are_no_answers() {
        let scores = [2.0, 1.0, 2.0, 2.0, 0.0, f64::NAN, 0.0, 1.0];
        assert_eq!(accuracy(&scores, &[0.0, 0.0, 0.0, 1.0]), 0.5);
        assert_eq!(accuracy(&[f64::NAN; 4], &[0.0, 1.0]), 0.0);
    }
}
