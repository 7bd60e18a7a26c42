//! Two small image classifiers of four convolutions.
//!
//! Letters in shapes: B images, C channels, H rows, W columns.

use tch::Tensor;

use crate::types::{ConvNetWeights, Padding};

// helper:begin
use crate::types::Head;

/// The strides of the four convolutions.
const STRIDES: [i64; 4] = [1, 2, 2, 2];

/// Continues images `[B, C, H, W]` beyond their border for a kernel of sides 3.
fn continued(images: &Tensor, padding: Padding) -> Tensor {
    let around = |amount: i64, mode| images.pad([amount; 4], mode, None);
    match padding {
        Padding::Valid => images.shallow_clone(),
        Padding::Same => around(1, "constant"),
        Padding::Full => around(2, "constant"),
        Padding::Reflect(amount) => around(amount, "reflect"),
        Padding::Replicate(amount) => around(amount, "replicate"),
        Padding::Circular(amount) => around(amount, "circular"),
    }
}

/// A linear layer: `x W^T + b`.
fn linear(input: &Tensor, weight: &Tensor, bias: &Tensor) -> Tensor {
    input.matmul(&weight.tr()) + bias
}
// helper:end

/// The class scores of images: Net 1 or Net 2, as `weights.head` says.
///
/// - Four convolutions with the kernels of `weights.convolutions`, 3x3, without bias, with strides 1, 2, 2, 2. As in
///   every deep learning library they are cross-correlations: the kernel is **not** flipped. Before each of the four
///   its input is continued as `padding` says (k = 3: one zero for `Same`, two for `Full`), and a ReLU follows each.
/// - Net 1 (`Head::GlobalMaxPool`): the maximum of each channel over all positions. Net 2 (`Head::Flatten`): all values of
///   an image in one row, channel by channel, then a linear layer `x W^T + b`, **no** activation.
/// - Then the classifier, a linear layer; no softmax.
///
/// - `images`: `[B, C, H, W]`, f64 or f32; the document's are `[B, 3, 32, 32]`, which give sides 32-30-14-6-2 for `Valid`,
///   32-32-16-8-4 for `Same` and 32-34-18-10-6 for `Full` and for `Reflect(2)`, `Replicate(2)`, `Circular(2)`. Take widths
///   and sides from the tensors: other ones occur.
/// - Returns `[B, classes]` in the dtype and on the device of the images. Amounts of padding fit the sides.
///
/// Gradients reach images and all weights. Source: Deep Learning 1, Assignment 2, part 1, question 1.1.
pub fn conv_net(images: &Tensor, weights: &ConvNetWeights, padding: Padding) -> Tensor {
    // solution:begin four padded convolutions with ReLU, the head, the classifier
    let first = images.shallow_clone();
    let features = weights
        .convolutions
        .iter()
        .zip(STRIDES)
        .fold(first, |features, (kernel, stride)| {
            let continued = continued(&features, padding);
            continued.conv2d(kernel, None::<&Tensor>, stride, 0, 1, 1).relu()
        });
    let rows = match &weights.head {
        Head::GlobalMaxPool => features.amax([-2, -1], false),
        Head::Flatten { weight, bias } => linear(&features.flatten(1, -1), weight, bias),
    };
    linear(&rows, &weights.classifier_weight, &weights.classifier_bias)
    // solution:end
}

// helper:begin
#[cfg(test)]
mod tests {
    use tch::{Device, Kind, Tensor};

    use super::conv_net;
    use crate::types::{ConvNetWeights, Head, Padding};

    const SINGLE: (Kind, Device) = (Kind::Float, Device::Cpu);

    /// The document's widths; Net 2's hidden layer for an output of `side` times `side`.
    fn document_weights(side: Option<i64>) -> ConvNetWeights {
        let kernel = |out: i64, inputs: i64| Tensor::randn([out, inputs, 3, 3], SINGLE);
        let head = side.map_or(Head::GlobalMaxPool, |side| Head::Flatten {
            weight: Tensor::randn([64, 64 * side * side], SINGLE),
            bias: Tensor::randn([64], SINGLE),
        });
        ConvNetWeights {
            convolutions: [kernel(32, 3), kernel(32, 32), kernel(64, 32), kernel(64, 64)],
            head,
            classifier_weight: Tensor::randn([2, 64], SINGLE),
            classifier_bias: Tensor::randn([2], SINGLE),
        }
    }

    /// One channel throughout, three kernels that pass the centre on, one that passes on what stands above left.
    fn passing(head: Head, classifier: [f64; 2]) -> ConvNetWeights {
        let only = |place: i64| {
            Tensor::eye(9, (Kind::Double, Device::Cpu))
                .get(place)
                .reshape([1, 1, 3, 3])
        };
        ConvNetWeights {
            convolutions: [only(0), only(4), only(4), only(4)],
            head,
            classifier_weight: Tensor::from_slice(&classifier).unsqueeze(-1),
            classifier_bias: Tensor::from_slice(&[0.5, -0.5]),
        }
    }

    /// The value at row 0, column 8 is 8 and so on: a counting image of 17 times 17.
    fn counting() -> Tensor {
        Tensor::arange(17 * 17, (Kind::Double, Device::Cpu)).reshape([1, 1, 17, 17])
    }

    #[test]
    fn sizes_are_those_of_the_document() {
        let images = Tensor::randn([3, 3, 32, 32], SINGLE);
        let sides = [
            (Padding::Valid, 2),
            (Padding::Same, 4),
            (Padding::Full, 6),
            (Padding::Reflect(2), 6),
            (Padding::Replicate(2), 6),
            (Padding::Circular(2), 6),
        ];
        for (padding, side) in sides {
            for weights in [document_weights(None), document_weights(Some(side))] {
                assert_eq!(conv_net(&images, &weights, padding).size(), [3, 2]);
            }
        }
    }

    #[test]
    fn kernels_are_not_flipped_and_the_maximum_is_taken() {
        // 17-15-7-3-1 without padding: the last centre is place (7, 7) of the first output, which holds what stands one
        // row up and one column left of it in the image's own numbering: (7, 7) again.
        let scores = conv_net(&counting(), &passing(Head::GlobalMaxPool, [1.0, -2.0]), Padding::Valid);
        let value = 7.0 * 17.0 + 7.0;
        assert_eq!(scores, Tensor::from_slice2(&[[value + 0.5, -2.0 * value - 0.5]]));
        // With one zero around, the last centres are places 0, 8 and 16 of the first output, one further up and left of
        // the image; the largest is that at (16, 16), which sees (15, 15).
        let scores = conv_net(&counting(), &passing(Head::GlobalMaxPool, [1.0, 0.0]), Padding::Same);
        assert_eq!(scores, Tensor::from_slice2(&[[15.0 * 17.0 + 15.0 + 0.5, -0.5]]));
    }

    #[test]
    fn the_hidden_layer_of_net_2_may_be_negative() {
        let head = Head::Flatten {
            weight: Tensor::from_slice2(&[[-1.0]]),
            bias: Tensor::from_slice(&[6.0]),
        };
        let scores = conv_net(&counting(), &passing(head, [1.0, 1.0]), Padding::Valid);
        assert_eq!(scores, Tensor::from_slice2(&[[6.0 - 126.0 + 0.5, 6.0 - 126.0 - 0.5]]));
    }

    #[test]
    fn negative_features_are_cut_off_after_the_last_convolution_too() {
        let mut weights = passing(Head::GlobalMaxPool, [1.0, 1.0]);
        weights.convolutions[3] = -weights.convolutions[3].shallow_clone();
        let scores = conv_net(&counting(), &weights, Padding::Valid);
        assert_eq!(scores, Tensor::from_slice2(&[[0.5, -0.5]]));
    }
}
// helper:end
