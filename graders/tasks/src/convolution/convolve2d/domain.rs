//! The arguments that `convolve2d` is for: images and kernels of any sides, kinds of border of any amount, and what is just
//! beyond.

use judge::contract::domain::Domain;
use judge::contract::scenario::Scenario;
use wire::Tensors;

use super::inputs::case;
use crate::convolution::oracle::Mode;

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "padding valid, also where the kernel just fits or just does not",
        sizes: &[("H", 1, 12), ("W", 1, 30), ("h", 1, 4), ("w", 1, 4)],
        arguments: |scenario| sided(scenario, Mode::Valid),
    },
    Domain {
        name: "padding same, with kernel sides of 1, wide and even ones",
        sizes: &[
            ("H", 1, 20),
            ("W", 1, 14),
            ("half h", 0, 4),
            ("half w", 0, 5),
            ("odd h", 0, 1),
            ("odd w", 0, 1),
        ],
        arguments: |scenario| {
            let side = |half, odd| (2 * scenario.size(half) + scenario.size(odd)).max(1);
            let sides = [side("half h", "odd h"), side("half w", "odd w")];
            convolved(scenario, sides, Mode::Same)
        },
    },
    Domain {
        name: "padding full, with kernels that may be larger than the image",
        sizes: &[("H", 1, 20), ("W", 1, 14), ("h", 1, 9), ("w", 1, 8)],
        arguments: |scenario| sided(scenario, Mode::Full),
    },
    Domain {
        name: "padding reflect, up to an amount that is just too large",
        sizes: &[("H", 1, 12), ("W", 1, 9), ("h", 1, 4), ("w", 1, 5), ("amount", 0, 3)],
        arguments: |scenario| sided(scenario, Mode::Reflect(scenario.integer("amount"))),
    },
    Domain {
        name: "padding replicate by any amount",
        sizes: &[("H", 1, 12), ("W", 1, 9), ("h", 1, 6), ("w", 1, 5), ("amount", 0, 20)],
        arguments: |scenario| sided(scenario, Mode::Replicate(scenario.integer("amount"))),
    },
    Domain {
        name: "padding circular, up to an amount that is just too large",
        sizes: &[("H", 1, 12), ("W", 1, 9), ("h", 1, 4), ("w", 1, 5), ("amount", 1, 4)],
        arguments: |scenario| sided(scenario, Mode::Circular(scenario.integer("amount"))),
    },
    Domain {
        name: "images larger than usual ones",
        sizes: &[("H", 260, 260), ("W", 300, 300), ("h", 3, 3), ("w", 4, 4)],
        arguments: |scenario| sided(scenario, Mode::Valid),
    },
];

fn sided(scenario: &Scenario, mode: Mode) -> Tensors {
    convolved(scenario, [scenario.size("h"), scenario.size("w")], mode)
}

fn convolved(scenario: &Scenario, kernel: [usize; 2], mode: Mode) -> Tensors {
    let image = [scenario.size("H"), scenario.size("W")];
    case(&mut scenario.random("values"), image, kernel, mode)
}
