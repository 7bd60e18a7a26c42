//! `convolve2d`: one image, one kernel, six kinds of border.

mod domain;
mod inputs;
mod properties;

use judge::contract::domain::Contract;
use judge::contract::{Case, Expect, Property, Task};

use self::inputs::{case, corner};
use super::oracle::Mode;

pub(crate) static TASK: Task = Task {
    id: "convolve2d",
    file: "convolution.rs",
    signature: "fn convolve2d(image: &Tensor, kernel: &Tensor, padding: Padding) -> Result<Tensor, InvalidInput>",
    functions: &["convolve2d"],
    definition: "The convolution of an image with a kernel, the image continued beyond its border in one of six ways.",
    formula: "g(x, y) = sum over i, j of k(i, j) f(x - i, y - j), wherever the flipped kernel lies within the continued image",
    source: "University of Amsterdam, Deep Learning 1, Assignment 2, part 1, exercise 1 and Figure 1",
    conventions: &[
        "the kernel is flipped in both axes",
        "same adds (k - 1) / 2 zeros on each side, full k - 1, each axis by its own kernel side",
        "reflect does not repeat the border value and needs an amount below the image's side; circular at most the side",
        "an amount that is too large, an even kernel side in same, and a kernel that does not fit are errors",
        "the document's f(1,1) is the first value of same: the border values that are missing are zeros",
    ],
    misreadings: &[
        "libraries call the cross-correlation a convolution: it does not flip the kernel",
        "reflect mirrors at the border value, not beside it",
        "same and full speak of zeros; the other kinds take their amount from the argument",
    ],
    cases: CASES,
    properties: PROPERTIES,
    contract: Contract {
        smooth: &["output"],
        domain: domain::DOMAIN,
        ..Contract::BLANK
    },
    ..Task::BLANK
};

const CASES: &[Case] = &[
    Case {
        name: "valid",
        portion: "valid",
        arguments: |random| case(random, [6, 7], [3, 3], Mode::Valid),
        expect: Expect::Outputs,
    },
    Case {
        name: "valid_oblong_kernel",
        portion: "valid",
        arguments: |random| case(random, [5, 8], [2, 5], Mode::Valid),
        expect: Expect::Outputs,
    },
    Case {
        name: "same",
        portion: "zeros",
        arguments: |random| case(random, [6, 5], [3, 3], Mode::Same),
        expect: Expect::Outputs,
    },
    Case {
        name: "same_wide_kernel",
        portion: "zeros",
        arguments: |random| case(random, [4, 7], [3, 5], Mode::Same),
        expect: Expect::Outputs,
    },
    Case {
        name: "corner",
        portion: "zeros",
        arguments: corner,
        expect: Expect::Outputs,
    },
    Case {
        name: "full",
        portion: "zeros",
        arguments: |random| case(random, [4, 5], [3, 3], Mode::Full),
        expect: Expect::Outputs,
    },
    Case {
        name: "full_oblong_kernel",
        portion: "zeros",
        arguments: |random| case(random, [3, 5], [4, 2], Mode::Full),
        expect: Expect::Outputs,
    },
    Case {
        name: "reflect",
        portion: "borders",
        arguments: |random| case(random, [5, 6], [3, 3], Mode::Reflect(1)),
        expect: Expect::Outputs,
    },
    Case {
        name: "reflect_far",
        portion: "borders",
        arguments: |random| case(random, [4, 5], [3, 5], Mode::Reflect(3)),
        expect: Expect::Outputs,
    },
    Case {
        name: "replicate",
        portion: "borders",
        arguments: |random| case(random, [5, 4], [3, 3], Mode::Replicate(2)),
        expect: Expect::Outputs,
    },
    Case {
        name: "replicate_far",
        portion: "borders",
        arguments: |random| case(random, [2, 3], [3, 2], Mode::Replicate(4)),
        expect: Expect::Outputs,
    },
    Case {
        name: "circular",
        portion: "borders",
        arguments: |random| case(random, [5, 6], [3, 3], Mode::Circular(1)),
        expect: Expect::Outputs,
    },
    Case {
        name: "circular_all_the_way",
        portion: "borders",
        arguments: |random| case(random, [3, 4], [2, 4], Mode::Circular(3)),
        expect: Expect::Outputs,
    },
];

const PROPERTIES: &[Property] = &[
    Property::new(
        "definition",
        "every value is the sum of kernel entries times the image values that the flipped kernel meets",
        properties::SIZES,
        properties::definition,
    ),
    Property::new(
        "interior-equals-valid",
        "away from the border every kind of padding gives what valid gives",
        properties::SIZES,
        properties::interior_equals_valid,
    ),
    Property::new(
        "delta-kernel",
        "a kernel with a single 1 below and right of its centre moves the image down and right",
        properties::ODD_SIZES,
        properties::delta_kernel,
    ),
    Property::new(
        "constant-image",
        "a constant image stays constant under reflect, replicate and circular, and not under zeros",
        properties::ODD_SIZES,
        properties::constant_image,
    ),
    Property::new(
        "circular-rolls",
        "under circular padding that keeps the size, rolling the image rolls the output",
        properties::ODD_SIZES,
        properties::circular_rolls,
    ),
    Property::new(
        "full-commutes",
        "a full convolution is the same with image and kernel exchanged",
        properties::ANY_SIZES,
        properties::full_commutes,
    ),
    Property::new(
        "full-keeps-the-sum",
        "the values of a full convolution sum to the sum of the image times that of the kernel",
        properties::ANY_SIZES,
        properties::full_keeps_the_sum,
    ),
    Property::new(
        "linear",
        "the output is linear in the image and linear in the kernel",
        properties::SIZES,
        properties::linear,
    ),
    Property::new(
        "too-far-to-reflect",
        "reflecting by the image's side or more is an error, by one less it is not",
        properties::BORDER_SIZES,
        properties::too_far_to_reflect,
    ),
    Property::new(
        "too-far-around",
        "going around by more than the image's side is an error, by the side it is not",
        properties::BORDER_SIZES,
        properties::too_far_around,
    ),
    Property::new(
        "kernel-must-fit",
        "a kernel larger than the continued image is an error, and so is an even kernel side in same",
        properties::BORDER_SIZES,
        properties::kernel_must_fit,
    )
    .few(),
];
