//! The properties of `conv_net`.

use judge::checks::assertions::{equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, arguments, array, scalar, tensor_like, with};
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use wire::Tensors;

use crate::convolution::oracle::{KERNELS, Mode, last_side, linear, scores};

const ID: &str = "conv_net";
/// Bound on what agrees but for rounding, wide enough for a step in f32: that costs the check of precision only.
const CLOSELY: f64 = 1e-5;

/// Images of sides that four convolutions without padding just fit, channels, kind of padding, head.
pub(super) const SIZES: Sizes = &[
    ("H", 17, 19),
    ("W", 17, 19),
    ("C", 1, 2),
    ("padding", 0, 5),
    ("net", 1, 2),
];

/// Everything but images: positive or negative kernels, biases, and the hidden layer for Net 2.
fn weights(scenario: &Scenario, mode: Mode, [height, width]: [usize; 2], flattens: bool) -> Tensors {
    let channels = scenario.size("C");
    let mut given = arguments([("classifier_bias", scenario.normal("classifier_bias", &[2]))]);
    for (name, pair) in KERNELS.iter().zip([channels, 2, 2, 1, 2].windows(2)) {
        given.insert(
            (*name).to_owned(),
            scenario.uniform(name, &[pair[1], pair[0], 3, 3], -0.4, 0.6),
        );
    }
    let mut features = 2;
    if flattens {
        let flat = features * last_side(height, mode) * last_side(width, mode);
        features = 3;
        given.insert(
            "hidden_weight".to_owned(),
            scenario.normal("hidden_weight", &[features, flat]),
        );
        given.insert("hidden_bias".to_owned(), scenario.normal("hidden_bias", &[features]));
    }
    given.insert(
        "classifier_weight".to_owned(),
        scenario.normal("classifier_weight", &[2, features]),
    );
    given.extend(mode.arguments().map(|(name, tensor)| (name.to_owned(), tensor)));
    given
}

fn network(scenario: &Scenario, mode: Mode, images: [usize; 3], flattens: bool) -> Tensors {
    let [count, height, width] = images;
    let shape = [count, scenario.size("C"), height, width];
    let given = weights(scenario, mode, [height, width], flattens);
    with(&given, "images", scenario.normal("images", &shape))
}

fn mode(scenario: &Scenario) -> Mode {
    Mode::numbered(scenario.integer("padding"), 2)
}

/// The network of a case of `SIZES` over this many images.
fn drawn(scenario: &Scenario, count: usize) -> Tensors {
    let images = [count, scenario.size("H"), scenario.size("W")];
    network(scenario, mode(scenario), images, scenario.size("net") == 2)
}

/// The smallest network without padding.
fn smallest(scenario: &Scenario, flattens: bool) -> Tensors {
    network(scenario, Mode::Valid, [1, 17, 17], flattens)
}

fn scored(scenario: &Scenario, probe: &mut Probe<'_>, given: &Tensors) -> Result<Array, Broken> {
    let shape = [given["images"].shape()[0], 2];
    probe.typed(&Call::new(ID, given.clone()), "scores", scenario.dtype(), &shape)
}

/// The same arguments with one of them changed value by value, where it is there.
fn mapped(given: &Tensors, name: &str, map: impl Fn(f64) -> f64) -> Tensors {
    match given.get(name) {
        None => given.clone(),
        Some(tensor) => with(given, name, tensor_like(tensor, &array(tensor).mapv(map))),
    }
}

fn without_biases(given: &Tensors) -> Tensors {
    mapped(&mapped(given, "classifier_bias", |_| 0.0), "hidden_bias", |_| 0.0)
}

pub(super) fn definition(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = drawn(scenario, 1);
    let output = scored(scenario, probe, &given)?;
    let what = format!(
        "the scores of Net {} with padding {}",
        scenario.size("net"),
        mode(scenario).name()
    );
    equal(
        &what,
        "those of the definition",
        &scores(&given, mode(scenario)),
        &output,
        CLOSELY,
    )
}

/// Net 2's hidden layer fits only where the sides are the document's.
pub(super) fn document_sizes(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let of_document = [
        (Mode::Valid, 2),
        (Mode::Same, 4),
        (Mode::Full, 6),
        (Mode::Reflect(2), 6),
        (Mode::Replicate(2), 6),
        (Mode::Circular(2), 6),
    ];
    for (mode, side) in of_document {
        let mut given = network(scenario, mode, [1, 32, 32], true);
        let hidden = scenario.normal("hidden_weight", &[3, 2 * side * side]);
        given.insert("hidden_weight".to_owned(), hidden);
        let output = scored(scenario, probe, &given)?;
        let what = format!("the scores of a 32x32 image with padding {}", mode.name());
        equal(
            &what,
            "those of the definition",
            &scores(&given, mode),
            &output,
            CLOSELY,
        )?;
    }
    Ok(())
}

pub(super) fn images_apart(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = drawn(scenario, 2);
    let changed = scenario.random("changed").integer(0, 2) as usize;
    let mut images = array(&given["images"]);
    images
        .index_axis_mut(ndarray::Axis(0), changed)
        .mapv_inplace(|value| 1.0 - 2.0 * value);
    let other = |scores: &Array| scores.index_axis(ndarray::Axis(0), 1 - changed).to_owned();
    let before = other(&scored(scenario, probe, &given)?);
    let after = other(&scored(
        scenario,
        probe,
        &with(&given, "images", tensor_like(&given["images"], &images)),
    )?);
    unchanged(
        &format!("changing image {changed}"),
        "the scores of the other image",
        &before,
        &after,
        CLOSELY,
    )
}

/// From a positive image, positive kernels up to the layer and a negative one in it give negative values only.
pub(super) fn rectified(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let mut given = mapped(&smallest(scenario, scenario.size("net") == 2), "images", f64::abs);
    let layer = scenario.size("layer");
    for (number, name) in (1..).zip(KERNELS).take(layer) {
        let sign = if number == layer { -1.0 } else { 1.0 };
        given = mapped(&given, name, |value| sign * (value.abs() + 0.1));
    }
    let output = scored(scenario, probe, &given)?;
    let row = match given.get("hidden_bias") {
        Some(bias) => bias.to_f64(),
        None => vec![0.0; 2],
    };
    let biases = linear(
        &row,
        &array(&given["classifier_weight"]),
        &array(&given["classifier_bias"]),
    );
    let expected = Array::from_shape_fn(vec![1, 2], |place| biases[place[1]]);
    equal(
        &format!("the scores where convolution {layer} gives negative values only"),
        "what the linear layers make of zeros",
        &expected,
        &output,
        CLOSELY,
    )
}

pub(super) fn no_activation_after_hidden(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = smallest(scenario, true);
    let before = scored(scenario, probe, &given)?;
    let turned = ["hidden_weight", "hidden_bias", "classifier_weight"]
        .into_iter()
        .fold(given, |given, name| mapped(&given, name, |value| -value));
    let after = scored(scenario, probe, &turned)?;
    unchanged(
        "changing the sign of the hidden layer and of the classifier's weight",
        "the scores",
        &before,
        &after,
        CLOSELY,
    )
}

pub(super) fn no_bias_in_convolutions(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = without_biases(&drawn(scenario, 1));
    let expected = scored(scenario, probe, &given)? * 2.0;
    let output = scored(scenario, probe, &mapped(&given, "images", |value| 2.0 * value))?;
    equal(
        "the scores of twice the image, without biases",
        "twice the scores",
        &expected,
        &output,
        CLOSELY,
    )
}

pub(super) fn rolled_image(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let (rows, columns) = (scenario.size("H"), scenario.size("W"));
    let given = network(scenario, Mode::Circular(1), [1, 8 * rows, 8 * columns], false);
    let mut random = scenario.random("shift");
    let shift = [
        8 * random.integer(0, rows as i64),
        8 * random.integer(0, columns as i64),
    ];
    let images = array(&given["images"]);
    let rolled = Array::from_shape_fn(images.shape().to_vec(), |to| {
        let from = |axis: usize| (to[axis] as i64 - shift[axis - 2]).rem_euclid(images.shape()[axis] as i64) as usize;
        images[[to[0], to[1], from(2), from(3)]]
    });
    let before = scored(scenario, probe, &given)?;
    let after = scored(
        scenario,
        probe,
        &with(&given, "images", tensor_like(&given["images"], &rolled)),
    )?;
    let cause = format!("rolling the image by {} rows and {} columns", shift[0], shift[1]);
    unchanged(
        &cause,
        "the scores of Net 1 with padding circular by 1",
        &before,
        &after,
        CLOSELY,
    )
}

/// Without biases the scores grow in step with each kernel, so that gradient times kernel is the score itself.
pub(super) fn gradient(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = without_biases(&smallest(scenario, scenario.size("net") == 2));
    let name = KERNELS[scenario.size("layer") - 1];
    let cotangent = scenario.normal("cotangent", &[1, 2]);
    let expected = scalar((&scored(scenario, probe, &given)? * &array(&cotangent)).sum());
    let gradient = probe.gradient(ID, &given, name, arguments([("scores", cotangent)]))?;
    let along = scalar((&gradient * &array(&given[name])).sum());
    equal(
        &format!("the gradient by {name} along {name}, without biases"),
        "the scores themselves, weighted by the cotangent",
        &expected,
        &along,
        CLOSELY,
    )
}
