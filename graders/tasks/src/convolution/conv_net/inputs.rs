//! Inputs of `conv_net`.

use judge::contract::arguments::arguments;
use judge::contract::random::Random;
use wire::Tensors;

use crate::convolution::oracle::{KERNELS, Mode, last_side};

/// Three images and narrow layers, all of different widths.
pub(super) fn case(random: &mut Random, sides: [usize; 2], mode: Mode, flattens: bool) -> Tensors {
    network(random, 3, sides, [3, 4, 5, 4, 6], flattens.then_some(5), 2, mode)
}

/// Images of these sides and a network over them: Net 2 where there are hidden units.
pub(in crate::convolution) fn network(
    random: &mut Random,
    count: usize,
    [height, width]: [usize; 2],
    widths: [usize; 5],
    hidden: Option<usize>,
    classes: usize,
    mode: Mode,
) -> Tensors {
    let mut given = arguments([
        ("images", random.normal(&[count, widths[0], height, width])),
        ("classifier_bias", random.normal(&[classes])),
    ]);
    for (name, pair) in KERNELS.iter().zip(widths.windows(2)) {
        // About as large after each layer as before it.
        let deviation = (2.0 / (9 * pair[0]) as f64).sqrt();
        given.insert((*name).to_owned(), random.scaled(&[pair[1], pair[0], 3, 3], deviation));
    }
    if let Some(features) = hidden {
        let flat = widths[4] * last_side(height, mode) * last_side(width, mode);
        given.insert("hidden_weight".to_owned(), random.scaled(&[features, flat], 0.4));
        given.insert("hidden_bias".to_owned(), random.normal(&[features]));
    }
    let features = hidden.unwrap_or(widths[4]);
    given.insert("classifier_weight".to_owned(), random.normal(&[classes, features]));
    given.extend(mode.arguments().map(|(name, tensor)| (name.to_owned(), tensor)));
    given
}
