//! The arguments that `conv_net` is for: any number of images, channels and classes, sides and borders of any kind.

use judge::contract::domain::Domain;
use judge::contract::scenario::Scenario;
use wire::Tensors;

use super::inputs::network;
use crate::convolution::oracle::{Mode, fitting};

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "any number of images, channels and classes",
        sizes: &[
            ("B", 1, 19),
            ("channels", 1, 5),
            ("width", 1, 6),
            ("features", 1, 7),
            ("classes", 1, 6),
            ("net", 1, 2),
        ],
        arguments: |scenario| {
            let width = scenario.size("width");
            let widths = [scenario.size("channels"), width, width + 1, width, width + 2];
            network(
                &mut scenario.random("network"),
                scenario.size("B"),
                [9, 10],
                widths,
                hidden(scenario, scenario.size("features")),
                scenario.size("classes"),
                Mode::Same,
            )
        },
    },
    Domain {
        name: "padding valid, images from the smallest on",
        sizes: &[("H", 17, 40), ("W", 17, 33), ("net", 1, 2)],
        arguments: |scenario| sided(scenario, Mode::Valid),
    },
    Domain {
        name: "padding same, images of any sides",
        sizes: &[("H", 1, 40), ("W", 1, 33), ("net", 1, 2)],
        arguments: |scenario| sided(scenario, Mode::Same),
    },
    Domain {
        name: "padding full, images of any sides",
        sizes: &[("H", 1, 33), ("W", 1, 40), ("net", 1, 2)],
        arguments: |scenario| sided(scenario, Mode::Full),
    },
    Domain {
        name: "padding reflect by any amount",
        sizes: &[("H", 1, 24), ("W", 1, 19), ("amount", 0, 4), ("net", 1, 2)],
        arguments: |scenario| sided(scenario, Mode::Reflect(scenario.integer("amount"))),
    },
    Domain {
        name: "padding replicate by any amount",
        sizes: &[("H", 1, 24), ("W", 1, 19), ("amount", 0, 6), ("net", 1, 2)],
        arguments: |scenario| sided(scenario, Mode::Replicate(scenario.integer("amount"))),
    },
    Domain {
        name: "padding circular by any amount",
        sizes: &[("H", 1, 24), ("W", 1, 19), ("amount", 0, 4), ("net", 1, 2)],
        arguments: |scenario| sided(scenario, Mode::Circular(scenario.integer("amount"))),
    },
];

/// The hidden units of Net 2.
fn hidden(scenario: &Scenario, features: usize) -> Option<usize> {
    (scenario.size("net") == 2).then_some(features)
}

/// Two images of these sides, or of the smallest larger ones that this padding allows.
fn sided(scenario: &Scenario, mode: Mode) -> Tensors {
    let sides = [scenario.size("H"), scenario.size("W")].map(|side| fitting(side, mode));
    let mut random = scenario.random("network");
    network(&mut random, 2, sides, [2, 3, 2, 3, 2], hidden(scenario, 3), 3, mode)
}
