//! Right and wrong convolutions in plain Rust: the properties accept the right ones and reject the wrong ones.

#![expect(
    clippy::unnecessary_wraps,
    reason = "functions that refuse and functions that do not have one type"
)]

use judge::contract::Task;
use judge::contract::arguments::{Array, arguments, array, tensor, tensor_like};
use judge::contract::subject::Call;
use wire::{Outcome, Tensor, Tensors};

use super::oracle::{KERNELS, Mode, convolution, features, linear, scores};
use super::{conv_net, convolve2d};
use crate::testing::{failed_properties, telling_cases, trivial_cases};

type Answer = Result<Tensors, Outcome>;
type Function = fn(&Call) -> Answer;

fn reject(task: &Task, right: Function, mistakes: &[(&str, Function, &str)]) {
    assert_eq!(failed_properties(task, right), Vec::<&str>::new());
    assert_eq!(trivial_cases(task, right), Vec::<&str>::new());
    for &(mistake, wrong, property) in mistakes {
        let broken = failed_properties(task, wrong);
        assert!(
            broken.contains(&property),
            "{mistake} breaks {broken:?}, not {property}"
        );
    }
}

fn told(task: &Task, right: Function, wrong: Function) {
    assert!(!telling_cases(task, right, wrong).is_empty());
}

/// Whether the definition refuses the arguments.
fn refused(image: &Array, kernel: &Array, mode: Mode) -> bool {
    (0..2).any(|axis| {
        let (size, side) = (image.shape()[axis] as i64, kernel.shape()[axis]);
        let too_far = match mode {
            Mode::Reflect(amount) => amount >= size,
            Mode::Circular(amount) => amount > size,
            Mode::Same => side.is_multiple_of(2),
            Mode::Valid | Mode::Full | Mode::Replicate(_) => false,
        };
        too_far || size + 2 * mode.amount(side) < side as i64
    })
}

fn convolved(call: &Call, kernel: fn(Array) -> Array, mode: fn(Mode) -> Mode) -> Answer {
    let given = &call.arguments;
    let (image, kernel) = (array(&given["image"]), kernel(array(&given["kernel"])));
    let asked = Mode::of(given);
    if refused(&image, &kernel, asked) {
        return Err(Outcome::Refused { reason: String::new() });
    }
    let output = convolution(&image, &kernel, mode(asked));
    Ok(arguments([("output", tensor_like(&given["image"], &output))]))
}

fn right_convolution(call: &Call) -> Answer {
    convolved(call, |kernel| kernel, |mode| mode)
}

fn flipped(mut kernel: Array, axes: &[usize]) -> Array {
    for &axis in axes {
        kernel.invert_axis(ndarray::Axis(axis));
    }
    kernel
}

fn cross_correlation(call: &Call) -> Answer {
    convolved(call, |kernel| flipped(kernel, &[0, 1]), |mode| mode)
}

fn one_axis(call: &Call) -> Answer {
    convolved(call, |kernel| flipped(kernel, &[1]), |mode| mode)
}

/// Zeros, whatever is asked for, in the right size.
fn zeros_always(call: &Call) -> Answer {
    let (image, mode) = (array(&call.arguments["image"]), Mode::of(&call.arguments));
    let amount = match mode {
        Mode::Reflect(amount) | Mode::Replicate(amount) | Mode::Circular(amount) => amount as usize,
        Mode::Valid | Mode::Same | Mode::Full => return right_convolution(call),
    };
    if refused(&image, &array(&call.arguments["kernel"]), mode) {
        return right_convolution(call);
    }
    let mut wide = Array::zeros(vec![image.shape()[0] + 2 * amount, image.shape()[1] + 2 * amount]);
    let inside = |axis: usize| amount..amount + image.shape()[axis];
    wide.slice_mut(ndarray::s![inside(0), inside(1)]).assign(&image);
    let output = convolution(&wide, &array(&call.arguments["kernel"]), Mode::Valid);
    Ok(arguments([("output", tensor(&output))]))
}

/// Never refuses: goes on with whatever replication gives.
fn never_refuses(call: &Call) -> Answer {
    right_convolution(call).or_else(|_| {
        let image = array(&call.arguments["image"]);
        Ok(arguments([("output", tensor(&image))]))
    })
}

fn normalised(call: &Call) -> Answer {
    convolved(
        call,
        |kernel| &kernel / kernel.mapv(f64::abs).sum().max(1e-3),
        |mode| mode,
    )
}

#[test]
fn convolution_properties_reject_what_goes_wrong() {
    reject(
        &convolve2d::TASK,
        right_convolution,
        &[
            ("kernel not flipped", cross_correlation, "delta-kernel"),
            ("kernel flipped in one axis", one_axis, "definition"),
            ("zeros at every border", zeros_always, "constant-image"),
            ("nothing refused", never_refuses, "too-far-to-reflect"),
            ("nothing refused", never_refuses, "too-far-around"),
            ("nothing refused", never_refuses, "kernel-must-fit"),
            ("kernel normalised", normalised, "linear"),
            (
                "border value repeated",
                |call| convolved(call, |kernel| kernel, |mode| swap(mode, Mode::Replicate)),
                "definition",
            ),
            (
                "circular taken for reflect",
                |call| convolved(call, |kernel| kernel, |mode| swap(mode, Mode::Reflect)),
                "definition",
            ),
        ],
    );
    for wrong in [cross_correlation, one_axis, zeros_always, normalised] {
        told(&convolve2d::TASK, right_convolution, wrong);
    }
}

/// Another kind of border where the image can be continued so.
fn swap(mode: Mode, other: fn(i64) -> Mode) -> Mode {
    match mode {
        Mode::Reflect(amount) => other(amount),
        Mode::Circular(1) => other(1),
        mode => mode,
    }
}

fn answered(call: &Call, scores: &Array) -> Answer {
    Ok(arguments([("scores", tensor_like(&call.arguments["images"], scores))]))
}

fn right_network(call: &Call) -> Answer {
    answered(call, &scores(&call.arguments, Mode::of(&call.arguments)))
}

fn zeros_at_borders(call: &Call) -> Answer {
    let mode = match Mode::of(&call.arguments) {
        Mode::Reflect(2) | Mode::Replicate(2) | Mode::Circular(2) => Mode::Full,
        Mode::Circular(1) => Mode::Same,
        mode => mode,
    };
    answered(call, &scores(&call.arguments, mode))
}

fn flipped_kernels(call: &Call) -> Answer {
    let mut given = call.arguments.clone();
    for name in KERNELS {
        let flipped = flipped(array(&given[name]), &[2, 3]);
        given.insert(name.to_owned(), tensor_like(&given[name], &flipped));
    }
    answered(call, &scores(&given, Mode::of(&given)))
}

/// The scores of each image alone from a row of features and the arguments.
fn headed(call: &Call, head: fn(&Tensors, &Array) -> Vec<f64>) -> Answer {
    let (given, mode) = (&call.arguments, Mode::of(&call.arguments));
    let images = array(&given["images"]);
    let rows = images
        .outer_iter()
        .map(|image| head(given, &features(given, &image.to_owned(), mode)));
    let flat: Vec<f64> = rows.flatten().collect();
    let scores = Array::from_shape_vec(vec![images.shape()[0], 2], flat).expect("two scores per image");
    answered(call, &scores)
}

fn weight(given: &Tensors, name: &str) -> Array {
    array(&given[name])
}

fn classified(given: &Tensors, row: &[f64]) -> Vec<f64> {
    linear(
        row,
        &weight(given, "classifier_weight"),
        &weight(given, "classifier_bias"),
    )
}

fn is_net_2(given: &Tensors) -> bool {
    given.contains_key("hidden_weight")
}

fn hidden(given: &Tensors, features: &Array) -> Vec<f64> {
    let flat: Vec<f64> = features.iter().copied().collect();
    linear(&flat, &weight(given, "hidden_weight"), &weight(given, "hidden_bias"))
}

fn relu_after_hidden(call: &Call) -> Answer {
    if !is_net_2(&call.arguments) {
        return right_network(call);
    }
    headed(call, |given, features| {
        let row: Vec<f64> = hidden(given, features)
            .into_iter()
            .map(|value| value.max(0.0))
            .collect();
        classified(given, &row)
    })
}

fn average_pool(call: &Call) -> Answer {
    if is_net_2(&call.arguments) {
        return right_network(call);
    }
    headed(call, |given, features| {
        let row: Vec<f64> = features.outer_iter().map(|plane| plane.mean().unwrap_or(0.0)).collect();
        classified(given, &row)
    })
}

fn flattened_by_position(call: &Call) -> Answer {
    if !is_net_2(&call.arguments) {
        return right_network(call);
    }
    headed(call, |given, features| {
        let moved = features.view().permuted_axes(ndarray::IxDyn(&[1, 2, 0])).to_owned();
        let shape = moved.shape().to_vec();
        let values = moved.iter().copied().collect();
        let moved = Array::from_shape_vec(shape, values).expect("as many values as before");
        classified(given, &hidden(given, &moved))
    })
}

fn batch_together(call: &Call) -> Answer {
    let mut outputs = right_network(call)?;
    let given = array(&outputs["scores"]);
    if let Some(mean) = given.mean_axis(ndarray::Axis(0)) {
        let centred: Tensor = tensor(&(given - mean));
        outputs.insert("scores".to_owned(), centred);
    }
    Ok(outputs)
}

#[test]
fn network_properties_reject_what_goes_wrong() {
    reject(
        &conv_net::TASK,
        right_network,
        &[
            ("zeros at every border", zeros_at_borders, "definition"),
            ("zeros at every border", zeros_at_borders, "rolled-image"),
            ("kernels flipped", flipped_kernels, "definition"),
            (
                "ReLU after the hidden layer",
                relu_after_hidden,
                "no-activation-after-hidden",
            ),
            ("average instead of maximum", average_pool, "definition"),
            (
                "flattened position by position",
                flattened_by_position,
                "document-sizes",
            ),
            ("scores centred over the batch", batch_together, "images-apart"),
        ],
    );
    for wrong in [
        zeros_at_borders,
        flipped_kernels,
        relu_after_hidden,
        average_pool,
        flattened_by_position,
    ] {
        told(&conv_net::TASK, right_network, wrong);
    }
}
