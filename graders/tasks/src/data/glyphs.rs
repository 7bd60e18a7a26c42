//! Drawn glyphs, all upright: bar, plus, ring, tee and corner, moved a little and of several sizes, over noise.
//!
//! They can be told apart at any angle, but who has seen them upright only has never seen a bar that lies. Which number
//! is whose follows from the seed, so that weights which were trained for another seed are wrong.

use judge::contract::random::{Random, floats, integers};
use wire::Tensor;

/// Rows and columns of an image; even, so that no pixel lies on the centre.
pub(crate) const SIDE: usize = 16;
/// Bar, plus, ring, tee, corner, numbered in an order of the seed's.
pub(crate) const CLASSES: usize = 5;
/// Noise is even in this range around zero.
const NOISE: f64 = 0.15;

/// Images `[count, 1, SIDE, SIDE]` and their classes `[count]`, each class equally often.
pub(crate) fn images(seed: u64, label: &str, count: usize) -> (Tensor, Tensor) {
    let shapes = Random::new(seed, "glyphs").permutation(CLASSES);
    let mut random = Random::new(seed, &format!("glyphs/{label}"));
    let order = random.permutation(count);
    let classes: Vec<usize> = order.into_iter().map(|place| place % CLASSES).collect();
    let mut values = Vec::with_capacity(count * SIDE * SIDE);
    for &class in &classes {
        values.extend(image(&mut random, shapes[class]));
    }
    let classes = classes.into_iter().map(|class| class as i64).collect();
    (floats(&[count, 1, SIDE, SIDE], values), integers(&[count], classes))
}

fn image(random: &mut Random, shape: usize) -> Vec<f32> {
    let [right, down] = [(); 2].map(|()| random.integer(-1, 2) as f64);
    let length = 4.0 + 0.5 * random.integer(0, 4) as f64;
    let thickness = 1.0 + 0.5 * random.integer(0, 2) as f64;
    let centre = (SIDE as f64 - 1.0) / 2.0;
    let places = (0..SIDE).flat_map(|row| (0..SIDE).map(move |column| (row as f64, column as f64)));
    let values = places.map(|(row, column)| {
        let (x, y) = (column - centre - right, row - centre - down);
        let ink = if is_inked(shape, x, y, length, thickness) {
            1.0
        } else {
            0.0
        };
        (ink + NOISE * (2.0 * random.unit() - 1.0)) as f32
    });
    values.collect()
}

/// Whether the glyph covers the place `x` right of and `y` below its centre.
fn is_inked(shape: usize, x: f64, y: f64, length: f64, thickness: f64) -> bool {
    let stroke = |across: f64, along: f64| across.abs() <= thickness && along.abs() <= length;
    match shape {
        0 => stroke(x, y),
        1 => stroke(x, y) || stroke(y, x),
        2 => ((x * x + y * y).sqrt() - length).abs() <= thickness,
        3 => stroke(x, y) || stroke(y + length - thickness, x),
        _ => stroke(x + length - thickness, y) || stroke(y - length + thickness, x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_fixed_by_seed_and_label_and_classes_are_even() {
        let (drawn, classes) = images(1, "test", 100);
        assert_eq!(drawn, images(1, "test", 100).0);
        assert_ne!(drawn, images(1, "training/0", 100).0);
        assert_ne!(drawn, images(2, "test", 100).0);
        for class in 0..CLASSES {
            let found = classes.to_f64().iter().filter(|&&found| found == class as f64).count();
            assert_eq!(found, 100 / CLASSES);
        }
    }

    #[test]
    fn no_two_classes_are_the_same_glyph_turned_by_a_right_angle() {
        // Ink at the four turns of every place, for glyphs of one size.
        let offsets = || (0..SIDE).map(|place| place as f64 - 7.5);
        let inked = |shape, turn: usize| -> Vec<bool> {
            let places = offsets().flat_map(|y| offsets().map(move |x| (x, y)));
            let turned = places.map(|place| (0..turn).fold(place, |(x, y), _| (-y, x)));
            turned.map(|(x, y)| is_inked(shape, x, y, 5.0, 1.0)).collect()
        };
        for class in 0..CLASSES {
            for other in 0..class {
                for turn in 0..4 {
                    let (one, two) = (inked(class, 0), inked(other, turn));
                    let differing = one.iter().zip(&two).filter(|(one, two)| one != two).count();
                    assert!(differing >= 10, "{class} {other} {turn}: {differing}");
                }
            }
        }
    }
}
