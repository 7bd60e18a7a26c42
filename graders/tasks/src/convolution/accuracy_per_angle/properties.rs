//! The properties of `accuracy_per_angle`.

use judge::checks::assertions::{equal, unchanged};
use judge::checks::probe::Probe;
use judge::contract::arguments::{Array, array, tensor_like, vector, with};
use judge::contract::random::{Random, integers};
use judge::contract::scenario::{Scenario, Sizes};
use judge::contract::subject::Call;
use judge::findings::stop::{Broken, Holds};
use wire::{Tensor, Tensors};

use crate::convolution::oracle::{Mode, scores};
use crate::convolution::rotation_oracle::{ANGLES, rotated};
use crate::data::{glyphs, initial};
use crate::training::measures::accuracy;

const ID: &str = "accuracy_per_angle";
/// Bound on a share of few images.
const EXACTLY: f64 = 1e-12;
const MODE: Mode = Mode::Same;

/// How many images there are.
pub(super) const SIZES: Sizes = &[("B", 1, 3)];

/// Glyphs, a narrow Net 1, and any classes.
fn drawn(scenario: &Scenario) -> Tensors {
    let count = scenario.size("B");
    let mut random = scenario.random("net");
    let mut given = initial::conv_net(&mut random, [1, 2, 3, 2, 4], None, glyphs::CLASSES);
    let (images, _) = glyphs::images(scenario.seed(), "property", count);
    let classes = (0..count).map(|_| random.integer(0, glyphs::CLASSES as i64)).collect();
    given.insert("images".to_owned(), images);
    for tensor in given.values_mut() {
        *tensor = tensor.to_float(scenario.dtype());
    }
    given.insert("classes".to_owned(), integers(&[count], classes));
    given.extend(MODE.arguments().map(|(name, tensor)| (name.to_owned(), tensor)));
    given
}

/// Classes of which the first is the net's own answer, so that the curve is not all zeros by chance.
fn answered(mut given: Tensors) -> Tensors {
    let rows: Vec<f64> = scores(&given, MODE).iter().copied().collect();
    let mut classes: Vec<i64> = array(&given["classes"]).iter().map(|&class| class as i64).collect();
    let row = &rows[..glyphs::CLASSES];
    classes[0] = (0..glyphs::CLASSES).fold(0, |best, class| if row[class] > row[best] { class } else { best }) as i64;
    given.insert("classes".to_owned(), integers(&[classes.len()], classes));
    given
}

fn curve(scenario: &Scenario, probe: &mut Probe<'_>, given: &Tensors) -> Result<Array, Broken> {
    let call = Call::new(ID, given.clone());
    probe.typed(&call, "accuracies", scenario.dtype(), &[ANGLES.len()])
}

pub(super) fn definition(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = answered(drawn(scenario));
    let classes = given["classes"].to_f64();
    let share = |degrees| {
        let turned = with(&given, "images", rotated(&given["images"], degrees));
        let scores: Vec<f64> = scores(&turned, MODE).iter().copied().collect();
        accuracy(&scores, &classes)
    };
    let expected = vector(ANGLES.into_iter().map(share).collect());
    let output = curve(scenario, probe, &given)?;
    equal("the curve", "that of the definition", &expected, &output, EXACTLY)
}

pub(super) fn full_turn(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let output = curve(scenario, probe, &answered(drawn(scenario)))?;
    let [first, last] = [0, ANGLES.len() - 1].map(|place| vector(vec![output[[place]]]));
    equal(
        "the accuracy of 360 degrees",
        "that of 0 degrees",
        &first,
        &last,
        EXACTLY,
    )
}

pub(super) fn quarter_turn(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = answered(drawn(scenario));
    let before = curve(scenario, probe, &given)?;
    let turned = with(&given, "images", rotated(&given["images"], 90.0));
    let after = curve(scenario, probe, &turned)?;
    let moved = |place: usize| before[[(place + 3) % (ANGLES.len() - 1)]];
    let expected = vector((0..ANGLES.len()).map(moved).collect());
    equal(
        "the curve of turned images",
        "the curve moved by 90 degrees",
        &expected,
        &after,
        EXACTLY,
    )
}

pub(super) fn order_of_images(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = answered(drawn(scenario));
    let before = curve(scenario, probe, &given)?;
    let order = scenario.random("order").permutation(scenario.size("B"));
    let reordered = |tensor: &Tensor| array(tensor).select(ndarray::Axis(0), &order);
    let images = tensor_like(&given["images"], &reordered(&given["images"]));
    let classes = reordered(&given["classes"]).iter().map(|&class| class as i64).collect();
    let changed = with(&given, "images", images);
    let changed = with(&changed, "classes", integers(&[order.len()], classes));
    let after = curve(scenario, probe, &changed)?;
    unchanged("reordering the images", "the curve", &before, &after, EXACTLY)
}

pub(super) fn one_answer(scenario: &Scenario, probe: &mut Probe<'_>) -> Holds {
    let given = drawn(scenario);
    let answer = Random::new(scenario.seed(), "answer").integer(0, glyphs::CLASSES as i64) as usize;
    let zeros = array(&given["classifier_weight"]).mapv(|_| 0.0);
    let bias = (0..glyphs::CLASSES).map(|class| f64::from(u8::from(class == answer)));
    let weight = tensor_like(&given["classifier_weight"], &zeros);
    let bias = tensor_like(&given["classifier_bias"], &vector(bias.collect()));
    let given = with(&with(&given, "classifier_weight", weight), "classifier_bias", bias);
    let classes = given["classes"].to_f64();
    let found = classes.iter().filter(|&&class| class == answer as f64).count();
    let share = found as f64 / classes.len() as f64;
    let output = curve(scenario, probe, &given)?;
    let expected = vector(vec![share; ANGLES.len()]);
    equal(
        "the curve of a net with one answer",
        "its share",
        &expected,
        &output,
        EXACTLY,
    )
}
