//! Two small image classifiers of four convolutions.
//!
//! Letters in shapes: B images, C channels, H rows, W columns.

use tch::Tensor;

use crate::types::{ConvNetWeights, Padding};

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
    todo!("four padded convolutions with ReLU, the head, the classifier")
}
