//! The arguments that `accuracy_per_angle` is for: any number of images, channels and classes, sides and borders.

use judge::contract::arguments::{array, tensor_like, with};
use judge::contract::domain::Domain;
use judge::contract::random::integers;
use judge::contract::scenario::Scenario;
use wire::Tensors;

use crate::convolution::conv_net::inputs::network;
use crate::convolution::oracle::{Mode, fitting};

pub(super) const DOMAIN: &[Domain] = &[
    Domain {
        name: "any number of images, channels and classes",
        sizes: &[("B", 1, 40), ("channels", 1, 3), ("classes", 1, 7), ("net", 1, 2)],
        arguments: |scenario| {
            let (count, channels, classes) = (scenario.size("B"), scenario.size("channels"), scenario.size("classes"));
            labelled(scenario, count, channels, classes, [8, 8], Mode::Same)
        },
    },
    Domain {
        name: "images of any sides, each kind of padding",
        sizes: &[
            ("H", 1, 21),
            ("W", 1, 18),
            ("padding", 0, 5),
            ("amount", 0, 2),
            ("net", 1, 2),
        ],
        arguments: |scenario| {
            let mode = Mode::numbered(scenario.integer("padding"), scenario.integer("amount"));
            let sides = [scenario.size("H"), scenario.size("W")].map(|side| fitting(side, mode));
            labelled(scenario, 5, 1, 3, sides, mode)
        },
    },
    Domain {
        name: "more images than a usual batch has",
        sizes: &[("B", 300, 300), ("net", 2, 2)],
        arguments: |scenario| labelled(scenario, scenario.size("B"), 1, 3, [8, 8], Mode::Same),
    },
    Domain {
        name: "scores that are all large",
        sizes: &[("tens", 0, 9), ("net", 1, 2)],
        arguments: |scenario| {
            let given = labelled(scenario, 12, 1, 3, [8, 8], Mode::Same);
            let bias = array(&given["classifier_bias"]) + 10.0 * scenario.integer("tens") as f64;
            with(&given, "classifier_bias", tensor_like(&given["classifier_bias"], &bias))
        },
    },
];

fn labelled(
    scenario: &Scenario,
    count: usize,
    channels: usize,
    classes: usize,
    sides: [usize; 2],
    mode: Mode,
) -> Tensors {
    let mut random = scenario.random("network");
    let hidden = (scenario.size("net") == 2).then_some(3);
    let given = network(&mut random, count, sides, [channels, 3, 2, 3, 4], hidden, classes, mode);
    let labels = (0..count).map(|_| random.integer(0, classes as i64)).collect();
    with(&given, "classes", integers(&[count], labels))
}
