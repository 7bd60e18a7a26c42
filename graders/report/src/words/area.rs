//! The words on the region of a task that a mistake is in.

use judge::diagnosis::area::Area;

/// A region as the end of a sentence: look at ...
pub(crate) fn area(area: Area) -> &'static str {
    match area {
        Area::Activation => "activations",
        Area::Angle => "angles",
        Area::Arguments => "the arguments, which are not to be changed",
        Area::Axes => "the axis of a step",
        Area::Bias => "the biases",
        Area::Degrees => "the degrees, or what is divided by",
        Area::Direction => "the direction of edges",
        Area::Drawing => "drawing: from what, and how",
        Area::Dropout => "dropout: where, when, and how it scales",
        Area::Dtype => "the dtype",
        Area::Edges => "the list of edges",
        Area::Gradient => "the flow of gradients",
        Area::Heads => "how heads are split and merged",
        Area::IsolatedNodes => "isolated nodes",
        Area::Kernel => "the kernel and how it moves",
        Area::Layers => "the layers",
        Area::Mask => "the mask",
        Area::Norm => "the normalisation",
        Area::Nucleus => "which tokens are in the nucleus",
        Area::Padding => "the border",
        Area::Pooling => "how features are pooled",
        Area::Positions => "the positions",
        Area::Powers => "the powers, or which walks are counted",
        Area::Range => "very large or very small values",
        Area::Refusal => "which inputs are refused",
        Area::Result => "the form of the result",
        Area::Rotation => "the rotation",
        Area::Rules => "what may be used",
        Area::Scale => "the scale",
        Area::SelfLoops => "self loops",
        Area::Sign => "a sign",
        Area::Size => "a length or a number of rows",
        Area::Softmax => "the softmax",
        Area::State => "what is kept from one call to the next",
        Area::Terms => "the terms of a sum",
        Area::Ties => "what happens where values are equal",
        Area::Training => "the training loop",
        Area::Vocabulary => "the vocabulary and its ids",
        Area::Weights => "the weights: which, and how they are multiplied",
    }
}
