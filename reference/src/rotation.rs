//! How well an image classifier does on images that are turned, and how to make it do better.
//!
//! Letters in shapes: B images, C channels, H rows, W columns.

use tch::Tensor;

use crate::types::{ConvNetWeights, ImageBatch, InvalidInput, Padding};

// helper:begin
use tch::Kind;
use tch::nn::{self, OptimizerConfig};

use crate::parts;
use crate::types::rotated;

/// Degrees from one angle to the next.
const STEP: i64 = 30;
/// Step size of Adam.
const LEARNING_RATE: f64 = 5e-3;

/// Each image turned by an angle of its own, drawn from the generator.
fn turned_at_random(images: &Tensor) -> Tensor {
    let draw = || Tensor::randint(360 / STEP, [1], (Kind::Int64, images.device())).int64_value(&[0]);
    let turned: Vec<Tensor> = (0..images.size()[0])
        .map(|image| rotated(&images.narrow(0, image, 1), (STEP * draw()) as f64))
        .collect();
    Tensor::cat(&turned, 0)
}
// helper:end

/// The accuracy of a classifier on images turned by 0, 30, 60, ..., 360 degrees.
///
/// - `images`: `[B, C, H, W]`, f64 or f32. `classes`: `[B]` int64. `weights` and `padding`: those of the classifier,
///   `parts::conv_net(images, weights, padding)`; call it through `crate::parts`.
/// - Turn **all** images by the angle with `crate::types::rotated`, which is given; the class with the largest score is
///   the answer for an image, the accuracy of an angle the share of images whose answer is their class.
/// - Returns the 13 accuracies `[13]`, in the order of the angles and in the dtype of the images. That of 360 degrees
///   is that of 0 degrees.
///
/// Source: Deep Learning 1, Assignment 2, part 1, question 1.2.
pub fn accuracy_per_angle(images: &Tensor, classes: &Tensor, weights: &ConvNetWeights, padding: Padding) -> Tensor {
    // solution:begin turn the images by each angle, compare the largest scores with the classes
    let accuracies: Vec<Tensor> = (0..=360 / STEP)
        .map(|turn| {
            let scores = parts::conv_net(&rotated(images, (STEP * turn) as f64), weights, padding);
            let is_right = scores.argmax(-1, false).eq_tensor(classes);
            is_right.to_kind(images.kind()).mean(None)
        })
        .collect();
    Tensor::stack(&accuracies, 0)
    // solution:end
}

/// Trains a classifier on upright images, turning them at random where that is asked for, and returns its weights.
///
/// - `initial`: where to start, f32. They are yours: have them require gradients and change them in place (unrecorded,
///   in `tch::no_grad`), or return new ones of the same shapes. `initial.tensors()` lists them for an optimiser.
/// - `padding`: that of the net, `parts::conv_net(images, weights, padding)`.
/// - `augment`: where it is true, images are turned by random angles before the net sees them
///   (`crate::types::rotated`; multiples of 30 degrees do, all angles do as well). Where it is false, images stay
///   upright.
/// - `next_batch`: gives images and their classes, and `None` after the last batch. Each batch is for one step. The
///   loss is the mean cross-entropy of the scores.
/// - Returns the trained weights, or an error where no optimiser can be made of them.
///
/// What you return is judged by its accuracy per angle, on images that are in no batch: without augmentation it is to
/// know upright images only, with it all angles. There are 150 batches of 40 images of 1 times 16 times 16 with 5
/// classes, the net's widths are 8, 8, 16, 16. Adam with a step size of 0.005 is enough.
///
/// Source: Deep Learning 1, Assignment 2, part 1, question 1.2.
pub fn train_on_angles(
    initial: ConvNetWeights,
    padding: Padding,
    augment: bool,
    next_batch: &mut dyn FnMut() -> Option<ImageBatch>,
) -> Result<ConvNetWeights, InvalidInput> {
    // solution:begin for each batch: turned images if asked for, cross-entropy, one step
    let store = nn::VarStore::new(initial.classifier_bias.device());
    for (place, tensor) in initial.tensors().into_iter().enumerate() {
        let _ = store.root().add(&place.to_string(), tensor, true);
    }
    let adam = nn::Adam::default().build(&store, LEARNING_RATE);
    let mut adam = adam.map_err(|error| InvalidInput::new(error.to_string()))?;

    while let Some(batch) = next_batch() {
        let images = if augment {
            turned_at_random(&batch.images)
        } else {
            batch.images
        };
        let scores = parts::conv_net(&images, &initial, padding);
        adam.backward_step(&scores.cross_entropy_for_logits(&batch.classes));
    }
    Ok(initial)
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use tch::{Device, Kind, Tensor};

    use super::{accuracy_per_angle, train_on_angles};
    use crate::types::{ConvNetWeights, Head, ImageBatch, Padding, rotated};

    fn drawn(shape: &[i64]) -> Tensor {
        Tensor::randn(shape, (Kind::Float, Device::Cpu)) * 0.5
    }

    fn initial() -> ConvNetWeights {
        ConvNetWeights {
            convolutions: [
                drawn(&[4, 1, 3, 3]),
                drawn(&[4, 4, 3, 3]),
                drawn(&[4, 4, 3, 3]),
                drawn(&[4, 4, 3, 3]),
            ],
            head: Head::GlobalMaxPool,
            classifier_weight: drawn(&[2, 4]),
            classifier_bias: drawn(&[2]),
        }
    }

    /// A standing and a lying line.
    fn lines() -> Tensor {
        let line = Tensor::from_slice(&[0_f32, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0]).expand([8, 8], false);
        Tensor::stack(&[&line, &line.tr()], 0).unsqueeze(1)
    }

    #[test]
    fn right_angles_are_exact_and_counter_clockwise() {
        let image = Tensor::from_slice2(&[[1.0, 2.0], [3.0, 4.0]]).view([1, 1, 2, 2]);
        let turned = |degrees| rotated(&image, degrees).view([2, 2]);
        assert_eq!(turned(90.0), Tensor::from_slice2(&[[2.0, 4.0], [1.0, 3.0]]));
        assert_eq!(turned(180.0), Tensor::from_slice2(&[[4.0, 3.0], [2.0, 1.0]]));
        assert_eq!(turned(360.0), turned(0.0));
        assert_eq!(turned(0.0), image.view([2, 2]));
    }

    #[test]
    fn what_comes_from_outside_is_zero() {
        let image = Tensor::ones([1, 1, 8, 8], (Kind::Double, Device::Cpu));
        let turned = rotated(&image, 30.0).view([8, 8]);
        assert_eq!((turned.double_value(&[0, 0]), turned.double_value(&[4, 4])), (0.0, 1.0));
    }

    #[test]
    fn who_has_seen_upright_lines_only_errs_at_every_second_quarter_turn() {
        tch::manual_seed(3);
        let (lines, classes) = (lines(), Tensor::from_slice(&[0_i64, 1]));
        let mut steps = 0;
        let trained = train_on_angles(initial(), Padding::Same, false, &mut || {
            steps += 1;
            (steps <= 100).then(|| ImageBatch {
                images: lines.shallow_clone(),
                classes: classes.shallow_clone(),
            })
        });
        let accuracies = accuracy_per_angle(&lines, &classes, &trained.unwrap(), Padding::Same);
        let at = |place| accuracies.double_value(&[place]);
        // A quarter turn makes each line the other one.
        assert_eq!([0, 3, 6, 9, 12].map(at), [1.0, 0.0, 1.0, 0.0, 1.0]);
        assert_eq!((accuracies.size(), accuracies.kind()), (vec![13], Kind::Float));
    }

    #[test]
    fn augmentation_turns_what_is_learned() {
        // With one class per line, a quarter turn makes every label wrong half of the time: nothing can be learned, so
        // the loss of the trained net stays near that of a coin.
        tch::manual_seed(4);
        let (lines, classes) = (lines(), Tensor::from_slice(&[0_i64, 1]));
        let mut steps = 0;
        let trained = train_on_angles(initial(), Padding::Same, true, &mut || {
            steps += 1;
            (steps <= 200).then(|| ImageBatch {
                images: lines.repeat([8, 1, 1, 1]),
                classes: classes.repeat([8]),
            })
        });
        let scores = crate::conv_net::conv_net(&lines, &trained.unwrap(), Padding::Same);
        let loss = f64::try_from(scores.cross_entropy_for_logits(&classes)).unwrap();
        assert!((0.4..1.2).contains(&loss), "{loss}");
    }
}
// helper:end
