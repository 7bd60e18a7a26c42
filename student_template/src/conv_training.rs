//! Training the small image classifiers on images of two boxes.

use crate::types::{ConvNetWeights, ImageBatch, InvalidInput, Padding};

/// Trains Net 1 or Net 2 with one kind of padding to tell which of two boxes stands left, and returns its weights.
///
/// - `initial`: where to start, f32, Net 1 or Net 2 by its head. They are yours: have them require gradients and change
///   them in place (unrecorded, in `tch::no_grad`), or return new ones of the same shapes. `initial.tensors()` lists
///   them for an optimiser.
/// - `padding`: that of the net, `parts::conv_net(images, weights, padding)`.
/// - `next_batch`: gives images and their classes, and `None` after the last batch. Each batch is for one step. The
///   loss is the mean cross-entropy of the scores; do not change the images.
/// - Returns the trained weights, or an error where no optimiser can be made of them.
///
/// There are 80 batches of 40 images of 3 times 32 times 32, the net's widths are 8, 8, 16, 16. What you return is
/// judged twice, on images like those of the batches and on images in which each class stands in the half (upper or
/// lower) where the other one has stood. A net that has learned the place instead of the order is right about the first
/// and wrong about the second, and which of the two it learns follows from padding and head. Adam with a step size of
/// 0.003 shows it.
///
/// Source: Deep Learning 1, Assignment 2, part 1, question 1.1.
pub fn border_experiment(
    initial: ConvNetWeights,
    padding: Padding,
    next_batch: &mut dyn FnMut() -> Option<ImageBatch>,
) -> Result<ConvNetWeights, InvalidInput> {
    todo!("for each batch: scores, cross-entropy, one step of an optimiser")
}
