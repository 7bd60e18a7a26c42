//! Inputs of `convolve2d`.

use judge::contract::arguments::arguments;
use judge::contract::random::Random;
use wire::Tensors;

use crate::convolution::oracle::Mode;

/// Kernels are not as round as images, so that products are exact in f64 only.
pub(super) fn case(random: &mut Random, image: [usize; 2], kernel: [usize; 2], mode: Mode) -> Tensors {
    let [padding, amount] = mode.arguments();
    arguments([
        ("image", random.normal(&image)),
        ("kernel", random.scaled(&kernel, 0.7)),
        padding,
        amount,
    ])
}

/// The document's exercise: whole numbers, of which f(1,1) sees four.
pub(super) fn corner(random: &mut Random) -> Tensors {
    let [padding, amount] = Mode::Same.arguments();
    let image = random.fill(&[3, 3], |random| random.integer(1, 10) as f64);
    let kernel = random.fill(&[3, 3], |random| random.integer(-3, 6) as f64);
    arguments([("image", image), ("kernel", kernel), padding, amount])
}
