//! How well an image classifier does on images that are turned, and how to make it do better.
//!
//! Letters in shapes: B images, C channels, H rows, W columns.

use tch::Tensor;

use crate::types::{ConvNetWeights, ImageBatch, InvalidInput, Padding};

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
    todo!("turn the images by each angle, compare the largest scores with the classes")
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
    todo!("for each batch: turned images if asked for, cross-entropy, one step")
}
