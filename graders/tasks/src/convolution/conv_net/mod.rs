//! `conv_net`: two small image classifiers, which differ in their head.

mod domain;
pub(super) mod inputs;
mod properties;

use judge::contract::domain::Contract;
use judge::contract::{Case, Expect, Property, Task};

use self::inputs::case;
use super::oracle::Mode;

pub(crate) static TASK: Task = Task {
    id: "conv_net",
    file: "conv_net.rs",
    signature: "fn conv_net(images: &Tensor, weights: &ConvNetWeights, padding: Padding) -> Tensor",
    functions: &["conv_net"],
    definition: "Class scores of images: four 3x3 convolutions with ReLU, then Net 1 (global maximum) or Net 2 (flatten and a linear layer), then the classifier.",
    formula: "x = relu(conv(pad(x), kernel)) four times, strides 1, 2, 2, 2; Net 1: max over positions, Net 2: flat(x) W^T + b; then the classifier",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 1, question 1.1",
    conventions: &[
        "convolutions have no bias and do not flip their kernels; linear layers have a bias",
        "the input of each of the four is padded: same by 1, full by 2, the others by their amount",
        "a ReLU follows each convolution, the fourth too; none stands between the linear layers of Net 2",
        "Net 2 flattens channel by channel; there is no softmax",
        "widths and sides are those of the tensors",
    ],
    misreadings: &[
        "padding the image once is not padding before each convolution",
        "the first convolution has stride 1, the other three stride 2",
        "the mode of padding changes the values at the border, not only the size",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["scores"],
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "net_1_valid",
        portion: "net_1",
        arguments: |random| case(random, [32, 32], Mode::Valid, false),
        expect: Expect::Outputs,
    },
    Case {
        name: "net_1_same",
        portion: "net_1",
        arguments: |random| case(random, [14, 17], Mode::Same, false),
        expect: Expect::Outputs,
    },
    Case {
        name: "net_1_full",
        portion: "net_1",
        arguments: |random| case(random, [16, 12], Mode::Full, false),
        expect: Expect::Outputs,
    },
    Case {
        name: "net_1_circular",
        portion: "net_1",
        arguments: |random| case(random, [13, 16], Mode::Circular(2), false),
        expect: Expect::Outputs,
    },
    Case {
        name: "net_2_valid",
        portion: "net_2",
        arguments: |random| case(random, [18, 25], Mode::Valid, true),
        expect: Expect::Outputs,
    },
    Case {
        name: "net_2_same",
        portion: "net_2",
        arguments: |random| case(random, [32, 32], Mode::Same, true),
        expect: Expect::Outputs,
    },
    Case {
        name: "net_2_reflect",
        portion: "net_2",
        arguments: |random| case(random, [16, 13], Mode::Reflect(2), true),
        expect: Expect::Outputs,
    },
    Case {
        name: "net_2_replicate",
        portion: "net_2",
        arguments: |random| case(random, [12, 15], Mode::Replicate(2), true),
        expect: Expect::Outputs,
    },
];

const PROPERTIES: &[Property] = &[
    Property::new(
        "definition",
        "the scores are those of the definition, computed value by value",
        properties::SIZES,
        properties::definition,
    ),
    Property::new(
        "document-sizes",
        "32x32 images come to sides 2, 4 and 6 after the last convolution, as the kind of padding says",
        &[("C", 1, 3)],
        properties::document_sizes,
    )
    .few(),
    Property::new(
        "images-apart",
        "changing one image leaves the scores of the others as they are",
        properties::SIZES,
        properties::images_apart,
    )
    .few(),
    Property::new(
        "rectified",
        "where one convolution gives nothing but negative values, only biases are left",
        &[("layer", 1, 4), ("net", 1, 2), ("C", 1, 2)],
        properties::rectified,
    ),
    Property::new(
        "no-activation-after-hidden",
        "negating the hidden layer and the classifier's weight of Net 2 changes nothing",
        &[("C", 1, 2)],
        properties::no_activation_after_hidden,
    )
    .few(),
    Property::new(
        "no-bias-in-convolutions",
        "where all biases are zero, twice the image has twice the scores",
        properties::SIZES,
        properties::no_bias_in_convolutions,
    )
    .few(),
    Property::new(
        "rolled-image",
        "under circular padding by 1, rolling an image by multiples of 8 changes no score of Net 1",
        &[("H", 1, 2), ("W", 1, 2), ("C", 1, 2)],
        properties::rolled_image,
    )
    .few(),
    Property::new(
        "gradient",
        "gradients reach every kernel: where all biases are zero, the scores are linear in each of them along itself",
        &[("layer", 1, 4), ("net", 1, 2), ("C", 1, 2)],
        properties::gradient,
    )
    .few()
    .differentiating(),
];
