//! Training the small image classifiers on images of two boxes.

use crate::types::{ConvNetWeights, ImageBatch, InvalidInput, Padding};

// helper:begin
use tch::nn::{self, OptimizerConfig};

use crate::parts;

/// Step size of Adam.
const LEARNING_RATE: f64 = 3e-3;
// helper:end

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
    // solution:begin for each batch: scores, cross-entropy, one step of an optimiser
    let store = nn::VarStore::new(initial.classifier_bias.device());
    for (place, tensor) in initial.tensors().into_iter().enumerate() {
        let _ = store.root().add(&place.to_string(), tensor, true);
    }
    let adam = nn::Adam::default().build(&store, LEARNING_RATE);
    let mut adam = adam.map_err(|error| InvalidInput::new(error.to_string()))?;

    while let Some(batch) = next_batch() {
        let scores = parts::conv_net(&batch.images, &initial, padding);
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

    use super::border_experiment;
    use crate::conv_net::conv_net;
    use crate::types::{ConvNetWeights, Head, ImageBatch, Padding};

    fn drawn(shape: &[i64]) -> Tensor {
        Tensor::randn(shape, (Kind::Float, Device::Cpu)) * 0.5
    }

    fn initial(head: Head) -> ConvNetWeights {
        ConvNetWeights {
            convolutions: [
                drawn(&[4, 1, 3, 3]),
                drawn(&[4, 4, 3, 3]),
                drawn(&[4, 4, 3, 3]),
                drawn(&[4, 4, 3, 3]),
            ],
            head,
            classifier_weight: drawn(&[2, 4]),
            classifier_bias: drawn(&[2]),
        }
    }

    #[test]
    fn both_nets_learn_to_tell_lying_from_standing_lines() {
        tch::manual_seed(1);
        let hidden = Head::Flatten {
            weight: drawn(&[4, 4]),
            bias: drawn(&[4]),
        };
        let line = Tensor::from_slice(&[0_f32, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0]).expand([8, 8], false);
        let images = Tensor::stack(&[&line, &line.tr()], 0).unsqueeze(1);
        let classes = Tensor::from_slice(&[1_i64, 0]);
        for head in [Head::GlobalMaxPool, hidden] {
            let mut steps = 0;
            let trained = border_experiment(initial(head), Padding::Same, &mut || {
                steps += 1;
                (steps <= 100).then(|| ImageBatch {
                    images: images.shallow_clone(),
                    classes: classes.shallow_clone(),
                })
            });
            let scores = conv_net(&images, &trained.unwrap(), Padding::Same);
            assert_eq!(scores.argmax(-1, false), classes);
        }
    }
}
// helper:end
