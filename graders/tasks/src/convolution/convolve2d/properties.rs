//! The properties of `convolve2d`.

use judge::checks::assertions::{equal, every, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, scalar, tensor};
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use wire::Tensors;

use crate::convolution::oracle::{Mode, convolution, output_shape};

const ID: &str = "convolve2d";
/// Bound on what agrees but for rounding, wide enough for a step in f32: that costs the check of precision only.
const CLOSELY: f64 = 1e-5;

/// Image, kernel, kind of border and its amount.
pub(super) const SIZES: Sizes = &[
    ("H", 4, 7),
    ("W", 4, 7),
    ("h", 1, 4),
    ("w", 1, 4),
    ("padding", 0, 5),
    ("amount", 0, 3),
];
/// Image and kernel of any sides.
pub(super) const ANY_SIZES: Sizes = &[("H", 1, 5), ("W", 1, 5), ("h", 1, 5), ("w", 1, 5)];
/// Image, and a kernel of odd sides 2 c + 1.
pub(super) const ODD_SIZES: Sizes = &[("H", 3, 6), ("W", 3, 6), ("c", 1, 2), ("d", 0, 2)];
/// Images.
pub(super) const BORDER_SIZES: Sizes = &[("H", 2, 5), ("W", 2, 5)];

/// The kind of border of a case; a kernel whose side is even has no centre for `same`.
fn mode(scenario: &Scenario) -> Mode {
    let mode = Mode::numbered(scenario.integer("padding"), scenario.integer("amount"));
    let even = scenario.size("h").is_multiple_of(2) || scenario.size("w").is_multiple_of(2);
    if mode == Mode::Same && even { Mode::Full } else { mode }
}

fn drawn(scenario: &Scenario) -> (Array, Array) {
    let image = scenario.normal("image", &[scenario.size("H"), scenario.size("W")]);
    let kernel = scenario.normal("kernel", &[scenario.size("h"), scenario.size("w")]);
    (array(&image), array(&kernel))
}

/// An image, and the sides of a kernel with a centre.
fn centred(scenario: &Scenario) -> (Array, [usize; 2]) {
    let image = scenario.normal("image", &[scenario.size("H"), scenario.size("W")]);
    (array(&image), [2 * scenario.size("c") + 1, 2 * scenario.size("d") + 1])
}

fn given(image: &Array, kernel: &Array, mode: Mode) -> Tensors {
    let [padding, amount] = mode.arguments();
    arguments([("image", tensor(image)), ("kernel", tensor(kernel)), padding, amount])
}

fn convolved(probe: &mut Probe<'_>, image: &Array, kernel: &Array, mode: Mode) -> Result<Array, Broken> {
    let shape = output_shape(image.shape(), kernel.shape(), mode);
    probe.array(ID, &given(image, kernel, mode), "output", &shape)
}

pub(super) fn definition(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let ((image, kernel), mode) = (drawn(scenario), mode(scenario));
    let output = convolved(probe, &image, &kernel, mode)?;
    equal(
        &format!("the output with padding {}", mode.name()),
        "the sum over i and j of k(i, j) f(x - i, y - j)",
        &convolution(&image, &kernel, mode),
        &output,
        CLOSELY,
    )
}

pub(super) fn interior_equals_valid(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let ((image, kernel), mode) = (drawn(scenario), mode(scenario));
    let valid = convolved(probe, &image, &kernel, Mode::Valid)?;
    let output = convolved(probe, &image, &kernel, mode)?;
    let axis = |axis: usize| {
        let first = mode.amount(kernel.shape()[axis]) as usize;
        first..first + valid.shape()[axis]
    };
    let interior = output.slice(ndarray::s![axis(0), axis(1)]).to_owned().into_dyn();
    equal(
        &format!("the interior of the output with padding {}", mode.name()),
        "the output of valid",
        &valid,
        &interior,
        CLOSELY,
    )
}

pub(super) fn delta_kernel(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (image, sides) = centred(scenario);
    let mut place = scenario.random("place");
    let [i, j] = sides.map(|side| place.integer(0, side as i64) as usize);
    let mut kernel = Array::zeros(sides.to_vec());
    kernel[[i, j]] = 1.0;
    let (down, right) = (i as i64 - sides[0] as i64 / 2, j as i64 - sides[1] as i64 / 2);
    let expected = Array::from_shape_fn(image.shape().to_vec(), |to| {
        let from = (to[0] as i64 - down, to[1] as i64 - right);
        let inside = (0..image.shape()[0] as i64).contains(&from.0) && (0..image.shape()[1] as i64).contains(&from.1);
        if inside {
            image[[from.0 as usize, from.1 as usize]]
        } else {
            0.0
        }
    });
    let output = convolved(probe, &image, &kernel, Mode::Same)?;
    equal(
        &format!("the image after a kernel of {sides:?} whose only 1 stands at [{i}, {j}]"),
        &format!("the image moved by {down} down and {right} to the right"),
        &expected,
        &output,
        CLOSELY,
    )
}

pub(super) fn constant_image(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (image, sides) = centred(scenario);
    let image = Array::from_elem(image.raw_dim(), 1.5);
    let kernel = array(&scenario.uniform("kernel", &sides, 0.2, 1.0));
    let inner = 1.5 * kernel.sum();
    for mode in [
        Mode::Reflect(1),
        Mode::Reflect(2),
        Mode::Replicate(3),
        Mode::Circular(2),
    ] {
        // A kernel wider than image and border together has no place.
        let fits = |axis: usize| image.shape()[axis] + 2 * mode.amount(0) as usize >= sides[axis];
        if !(fits(0) && fits(1)) {
            continue;
        }
        let output = convolved(probe, &image, &kernel, mode)?;
        let expected = Array::from_elem(output.raw_dim(), inner);
        let what = format!("the output for a constant image with padding {}", mode.name());
        equal(
            &what,
            "that constant times the sum of the kernel",
            &expected,
            &output,
            CLOSELY,
        )?;
    }
    // A positive kernel sees less at a border of zeros.
    let output = convolved(probe, &image, &kernel, Mode::Same)?;
    every(
        "the first value of a constant image with zeros around",
        "smaller than that constant times the sum of the kernel",
        &scalar(output[[0, 0]]),
        |value| value < inner - 0.1,
    )
}

pub(super) fn circular_rolls(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (image, sides) = centred(scenario);
    // One amount for both axes: the kernel is square.
    let side = sides[0];
    let kernel = array(&scenario.normal("kernel", &[side, side]));
    let mode = Mode::Circular(side as i64 / 2);
    let mut random = scenario.random("shift");
    let (down, right) = (
        random.integer(0, image.shape()[0] as i64),
        random.integer(0, image.shape()[1] as i64),
    );
    let rolled = |values: &Array| {
        Array::from_shape_fn(values.shape().to_vec(), |to| {
            let from = |axis: usize, shift: i64| (to[axis] as i64 - shift).rem_euclid(values.shape()[axis] as i64);
            values[[from(0, down) as usize, from(1, right) as usize]]
        })
    };
    let expected = rolled(&convolved(probe, &image, &kernel, mode)?);
    let output = convolved(probe, &rolled(&image), &kernel, mode)?;
    equal(
        &format!("the output for the image rolled {down} rows down and {right} columns right"),
        "the output for the image, rolled in the same way",
        &expected,
        &output,
        CLOSELY,
    )
}

pub(super) fn full_commutes(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (image, kernel) = drawn(scenario);
    let before = convolved(probe, &image, &kernel, Mode::Full)?;
    let after = convolved(probe, &kernel, &image, Mode::Full)?;
    unchanged(
        "swapping image and kernel",
        "the full convolution",
        &before,
        &after,
        CLOSELY,
    )
}

pub(super) fn full_keeps_the_sum(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (image, kernel) = drawn(scenario);
    let output = convolved(probe, &image, &kernel, Mode::Full)?;
    equal(
        "the sum of the full convolution",
        "the sum of the image times the sum of the kernel",
        &scalar(image.sum() * kernel.sum()),
        &scalar(output.sum()),
        CLOSELY,
    )
}

pub(super) fn linear(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let ((image, kernel), mode) = (drawn(scenario), mode(scenario));
    let other_image = array(&scenario.normal("other image", image.shape()));
    let other_kernel = array(&scenario.normal("other kernel", kernel.shape()));
    let here = convolved(probe, &image, &kernel, mode)?;
    let expected = &here * -2.0 + convolved(probe, &other_image, &kernel, mode)?;
    let output = convolved(probe, &(&image * -2.0 + &other_image), &kernel, mode)?;
    equal(
        "the output for the image -2 u + v",
        "-2 times that for u plus that for v",
        &expected,
        &output,
        CLOSELY,
    )?;
    let expected = &here * -2.0 + convolved(probe, &image, &other_kernel, mode)?;
    let output = convolved(probe, &image, &(&kernel * -2.0 + &other_kernel), mode)?;
    equal(
        "the output for the kernel -2 u + v",
        "-2 times that for u plus that for v",
        &expected,
        &output,
        CLOSELY,
    )
}

/// An image, and its smaller side: an amount is too large as soon as it is for one axis.
fn image_and_smaller_side(scenario: &Scenario) -> (Array, i64) {
    let (height, width) = (scenario.size("H"), scenario.size("W"));
    (
        array(&scenario.normal("image", &[height, width])),
        height.min(width) as i64,
    )
}

fn refused_beyond(scenario: &Scenario, probe: &mut Probe<'_>, largest: fn(i64) -> i64, mode: fn(i64) -> Mode) -> Holds {
    let (image, side) = image_and_smaller_side(scenario);
    let kernel = array(&scenario.normal("kernel", &[2, 2]));
    let (allowed, beyond) = (mode(largest(side)), mode(largest(side) + 1));
    let output = convolved(probe, &image, &kernel, allowed)?;
    let what = format!("the output with padding {}", allowed.name());
    let expected = convolution(&image, &kernel, allowed);
    equal(
        &what,
        "the sum over i and j of k(i, j) f(x - i, y - j)",
        &expected,
        &output,
        CLOSELY,
    )?;
    let input = format!("padding {} of an image of sides {:?}", beyond.name(), image.shape());
    probe.refused(&Call::new(ID, given(&image, &kernel, beyond)), &input)
}

pub(super) fn too_far_to_reflect(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    refused_beyond(scenario, probe, |side| side - 1, Mode::Reflect)
}

pub(super) fn too_far_around(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    refused_beyond(scenario, probe, |side| side, Mode::Circular)
}

pub(super) fn kernel_must_fit(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (image, side) = image_and_smaller_side(scenario);
    let larger = scenario.size("H").max(scenario.size("W"));
    let mut refused = |kernel: [usize; 2], mode: Mode| {
        let input = format!(
            "a kernel of sides {kernel:?}, padding {}, an image of sides {:?}",
            mode.name(),
            image.shape()
        );
        let kernel = array(&scenario.normal("kernel", &kernel));
        probe.refused(&Call::new(ID, given(&image, &kernel, mode)), &input)
    };
    refused([larger + 1, larger + 1], Mode::Valid)?;
    refused([larger + 3, larger + 3], Mode::Replicate(1))?;
    refused([larger + 2 * side as usize + 1, 1], Mode::Circular(side))?;
    refused([2, 3], Mode::Same)?;
    refused([3, 2], Mode::Same)
}
