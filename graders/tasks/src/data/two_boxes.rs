//! Images of two boxes of different colours side by side; the class says which one stands left.
//!
//! While a net learns, one class stands in the upper half and the other in the lower: the place gives the class away as
//! well as the order does. In the test the halves are swapped, so that a net which has learned the place is always
//! wrong. The colours and the half of each class follow from the seed, so that weights trained for another seed are
//! wrong.

use judge::contract::random::{Random, floats, integers};
use wire::Tensor;

/// Rows and columns of an image.
pub(crate) const SIDE: usize = 32;
/// Channels: red, green, blue.
pub(crate) const CHANNELS: usize = 3;
/// Which box stands left.
pub(crate) const CLASSES: usize = 2;
/// Sides of a box.
const BOX: usize = 4;
/// Columns between the boxes.
const GAP: usize = 2;
/// Places of the pair within a half, by row and column.
const ROWS: usize = SIDE / 2 - BOX + 1;
const COLUMNS: usize = SIDE - 2 * BOX - GAP + 1;
/// Every so many places are kept back for validation.
const KEPT_BACK: usize = 5;

/// Which images are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// To learn from.
    Training,
    /// Other places in the same halves.
    Validation,
    /// The halves swapped.
    Swapped,
}

/// What the seed decides.
struct Scheme {
    /// The channel of the left box of each class.
    colours: [usize; CLASSES],
    /// The class that learns in the upper half.
    upper: usize,
}

impl Scheme {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed, "two-boxes");
        let channels = random.permutation(CHANNELS);
        Self {
            colours: [channels[0], channels[1]],
            upper: random.integer(0, CLASSES as i64) as usize,
        }
    }
}

/// Images `[count, CHANNELS, SIDE, SIDE]` and their classes `[count]`, both equally often.
pub(crate) fn images(seed: u64, part: Part, number: u64, count: usize) -> (Tensor, Tensor) {
    let scheme = Scheme::new(seed);
    let mut random = Random::new(seed, &format!("two-boxes/{part:?}/{number}"));
    let first = random.integer(0, 2) as usize;
    let classes: Vec<usize> = (0..count).map(|image| (first + image) % CLASSES).collect();
    let mut values = Vec::with_capacity(count * CHANNELS * SIDE * SIDE);
    for &class in &classes {
        values.extend(image(&scheme, class, place(&mut random, part), part));
    }
    let classes = classes.into_iter().map(|class| class as i64).collect();
    (
        floats(&[count, CHANNELS, SIDE, SIDE], values),
        integers(&[count], classes),
    )
}

/// Row within the half and column of the pair.
fn place(random: &mut Random, part: Part) -> (usize, usize) {
    loop {
        let place = random.integer(0, (ROWS * COLUMNS) as i64) as usize;
        let kept_back = place.is_multiple_of(KEPT_BACK);
        if part == Part::Swapped || kept_back == (part == Part::Validation) {
            return (place / COLUMNS, place % COLUMNS);
        }
    }
}

fn image(scheme: &Scheme, class: usize, (row, column): (usize, usize), part: Part) -> Vec<f32> {
    let lower = (class == scheme.upper) == (part == Part::Swapped);
    let top = row + if lower { SIDE / 2 } else { 0 };
    let mut values = vec![0.0; CHANNELS * SIDE * SIDE];
    let (left, right) = (scheme.colours[class], scheme.colours[1 - class]);
    for (channel, left) in [(left, column), (right, column + BOX + GAP)] {
        for row in top..top + BOX {
            let start = (channel * SIDE + row) * SIDE + left;
            values[start..start + BOX].fill(1.0);
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Top row of the boxes, leftmost column of the first and of the second class's colour, and the class.
    fn seen(part: Part, count: usize) -> Vec<(usize, usize, usize, usize)> {
        let scheme = Scheme::new(4);
        let (images, classes) = images(4, part, 0, count);
        let (values, classes) = (images.to_f64(), classes.to_f64());
        let images = values.chunks(CHANNELS * SIDE * SIDE).zip(classes);
        let first = |channel: &[f64], of: fn(usize) -> usize| {
            let inked = (0..SIDE * SIDE).filter(|&place| channel[place] > 0.0);
            inked.map(of).min().unwrap_or(SIDE)
        };
        let found = images.map(|(image, class)| {
            let [one, other] = scheme
                .colours
                .map(|channel| &image[channel * SIDE * SIDE..][..SIDE * SIDE]);
            let (row, column) = (|place| place / SIDE, |place| place % SIDE);
            (
                first(one, row),
                first(one, column),
                first(other, column),
                class as usize,
            )
        });
        found.collect()
    }

    #[test]
    fn the_class_is_the_order_of_the_boxes_and_in_training_also_the_half() {
        let upper = Scheme::new(4).upper;
        for (row, one, other, class) in seen(Part::Training, 200) {
            assert_eq!((one < other, row < SIDE / 2), (class == 0, class == upper));
            assert_eq!(one.abs_diff(other), BOX + GAP);
        }
        for (row, one, other, class) in seen(Part::Swapped, 200) {
            assert_eq!((one < other, row < SIDE / 2), (class == 0, class != upper));
        }
    }

    #[test]
    fn validation_has_places_that_training_has_not_and_classes_are_even() {
        let trained = seen(Part::Training, 2_000);
        let kept_back = seen(Part::Validation, 200);
        assert!(kept_back.iter().all(|image| !trained.contains(image)));
        assert_eq!(kept_back.iter().filter(|image| image.3 == 0).count(), 100);
    }

    #[test]
    fn images_are_fixed_by_seed_part_and_number() {
        let drawn = images(1, Part::Training, 0, 4);
        assert_eq!(drawn, images(1, Part::Training, 0, 4));
        assert_ne!(drawn, images(1, Part::Training, 1, 4));
        assert_ne!(drawn, images(2, Part::Training, 0, 4));
    }
}
