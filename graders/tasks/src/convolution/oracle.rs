//! Convolutions as their definitions say, value by value, and how an image goes on beyond its border.

use judge::contract::arguments::{Array, array};
use wire::{Tensor, Tensors};

/// How an image is continued; numbered as the adapters number it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    Valid,
    Same,
    Full,
    Reflect(i64),
    Replicate(i64),
    Circular(i64),
}

impl Mode {
    /// The mode of this number.
    pub(crate) fn numbered(number: i64, amount: i64) -> Self {
        match number {
            0 => Self::Valid,
            1 => Self::Same,
            2 => Self::Full,
            3 => Self::Reflect(amount),
            4 => Self::Replicate(amount),
            _ => Self::Circular(amount),
        }
    }

    /// The arguments that say it.
    pub(crate) fn arguments(self) -> [(&'static str, Tensor); 2] {
        let (number, amount) = match self {
            Self::Valid => (0, 0),
            Self::Same => (1, 0),
            Self::Full => (2, 0),
            Self::Reflect(amount) => (3, amount),
            Self::Replicate(amount) => (4, amount),
            Self::Circular(amount) => (5, amount),
        };
        [
            ("padding", Tensor::integer(number)),
            ("amount", Tensor::integer(amount)),
        ]
    }

    /// The mode that arguments say.
    #[cfg(test)]
    pub(crate) fn of(arguments: &Tensors) -> Self {
        let integer = |name: &str| arguments[name].item().expect("a single number") as i64;
        Self::numbered(integer("padding"), integer("amount"))
    }

    /// How many values are added on each side of an axis for a kernel side.
    pub(crate) fn amount(self, side: usize) -> i64 {
        match self {
            Self::Valid => 0,
            Self::Same => (side as i64 - 1) / 2,
            Self::Full => side as i64 - 1,
            Self::Reflect(amount) | Self::Replicate(amount) | Self::Circular(amount) => amount,
        }
    }

    /// Where the value beyond the border comes from; `None` for a zero.
    pub(crate) fn origin(self, position: i64, size: usize) -> Option<usize> {
        let size = size as i64;
        let inside = (0..size).contains(&position);
        let origin = match self {
            _ if inside => position,
            Self::Valid | Self::Same | Self::Full => return None,
            Self::Replicate(_) if position < 0 => 0,
            Self::Replicate(_) => size - 1,
            Self::Circular(_) => position.rem_euclid(size),
            Self::Reflect(_) => {
                // There and back again without standing still at either end.
                let way = position.rem_euclid(2 * size - 2);
                way.min(2 * size - 2 - way)
            }
        };
        Some(origin as usize)
    }

    /// In words.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Valid => "valid".to_owned(),
            Self::Same => "same".to_owned(),
            Self::Full => "full".to_owned(),
            Self::Reflect(amount) => format!("reflect by {amount}"),
            Self::Replicate(amount) => format!("replicate by {amount}"),
            Self::Circular(amount) => format!("circular by {amount}"),
        }
    }
}

/// A value of an image, or of what continues it.
fn value(image: &Array, mode: Mode, row: i64, column: i64) -> f64 {
    let place = mode
        .origin(row, image.shape()[0])
        .zip(mode.origin(column, image.shape()[1]));
    place.map_or(0.0, |(row, column)| image[[row, column]])
}

/// The shape of a convolution's output.
pub(crate) fn output_shape(image: &[usize], kernel: &[usize], mode: Mode) -> Vec<usize> {
    let side = |axis: usize| image[axis] + 2 * mode.amount(kernel[axis]) as usize + 1 - kernel[axis];
    vec![side(0), side(1)]
}

/// `g(x, y) = sum of k(i, j) f(x - i, y - j)`
pub(crate) fn convolution(image: &Array, kernel: &Array, mode: Mode) -> Array {
    let sides = [kernel.shape()[0], kernel.shape()[1]];
    // The first place at which the flipped kernel lies within the continued image.
    let first = sides.map(|side| side as i64 - 1 - mode.amount(side));
    Array::from_shape_fn(output_shape(image.shape(), kernel.shape(), mode), |place| {
        let (x, y) = (place[0] as i64 + first[0], place[1] as i64 + first[1]);
        let term = |(i, j): (usize, usize)| kernel[[i, j]] * value(image, mode, x - i as i64, y - j as i64);
        (0..sides[0])
            .flat_map(|i| (0..sides[1]).map(move |j| (i, j)))
            .map(term)
            .sum()
    })
}

/// One layer of a network on `[C, H, W]`: kernels `[out, C, 3, 3]` that are not flipped, then a rectifier.
pub(crate) fn rectified_layer(image: &Array, kernels: &Array, mode: Mode, stride: usize) -> Array {
    let (channels, amount) = (image.shape()[0], mode.amount(3));
    let [height, width] = [1, 2].map(|axis| image.shape()[axis] + 2 * amount as usize);
    let continued = continued(image, mode, amount, [height, width]);
    let weights: Vec<f64> = kernels.iter().copied().collect();
    let side = |side: usize| (side - 3) / stride + 1;
    Array::from_shape_fn(vec![kernels.shape()[0], side(height), side(width)], |place| {
        let (row, column) = (place[1] * stride, place[2] * stride);
        let mut sum = 0.0;
        for channel in 0..channels {
            for i in 0..3 {
                let weights = weights[((place[0] * channels + channel) * 3 + i) * 3..].iter();
                let beside = &continued[(channel * height + row + i) * width + column..][..3];
                weights.zip(beside).for_each(|(weight, value)| sum += weight * value);
            }
        }
        sum.max(0.0)
    })
}

/// The values of an image `[C, H, W]` and of what continues it on each side, row by row.
fn continued(image: &Array, mode: Mode, amount: i64, [height, width]: [usize; 2]) -> Vec<f64> {
    let mut values = Vec::with_capacity(image.shape()[0] * height * width);
    for plane in image.outer_iter() {
        let plane = plane.to_owned();
        let places = (0..height as i64).flat_map(|row| (0..width as i64).map(move |column| (row, column)));
        values.extend(places.map(|(row, column)| value(&plane, mode, row - amount, column - amount)));
    }
    values
}

/// The names of the four kernels.
pub(crate) const KERNELS: [&str; 4] = ["kernel_1", "kernel_2", "kernel_3", "kernel_4"];
/// The strides of the four convolutions.
pub(crate) const STRIDES: [usize; 4] = [1, 2, 2, 2];

/// The side of the last convolution's output for images of this side.
pub(crate) fn last_side(side: usize, mode: Mode) -> usize {
    STRIDES.iter().fold(side, |side, stride| {
        (side + 2 * mode.amount(3) as usize - 3) / stride + 1
    })
}

/// The smallest side, from this one on, that four convolutions with this padding have a place for.
pub(crate) fn fitting(side: usize, mode: Mode) -> usize {
    let amount = mode.amount(3) as usize;
    let admits = |side: usize| match mode {
        Mode::Reflect(_) => amount < side,
        Mode::Circular(_) => amount <= side,
        Mode::Valid | Mode::Same | Mode::Full | Mode::Replicate(_) => true,
    };
    let fits = |side: &usize| {
        let after = STRIDES.iter().try_fold(*side, |side, stride| {
            let continued = side + 2 * amount;
            (admits(side) && continued >= 3).then(|| (continued - 3) / stride + 1)
        });
        after.is_some()
    };
    // One of so many sizes in a row fits.
    (side..side + 1000).find(fits).unwrap_or(side)
}

/// What the four convolutions make of one image `[C, H, W]`.
pub(crate) fn features(given: &Tensors, image: &Array, mode: Mode) -> Array {
    let layers = KERNELS.iter().zip(STRIDES);
    layers.fold(image.clone(), |image, (kernel, stride)| {
        rectified_layer(&image, &array(&given[*kernel]), mode, stride)
    })
}

/// `x W^T + b` for one row.
pub(crate) fn linear(row: &[f64], weight: &Array, bias: &Array) -> Vec<f64> {
    let product = |out: usize| {
        row.iter()
            .enumerate()
            .map(|(place, value)| value * weight[[out, place]])
            .sum::<f64>()
    };
    (0..weight.shape()[0]).map(|out| product(out) + bias[[out]]).collect()
}

/// The class scores of all images: Net 2 where there is a hidden layer.
pub(crate) fn scores(given: &Tensors, mode: Mode) -> Array {
    let (images, weights) = (array(&given["images"]), |name: &str| array(&given[name]));
    let mut scores = Vec::new();
    for image in images.outer_iter() {
        let features = features(given, &image.to_owned(), mode);
        let row: Vec<f64> = if given.contains_key("hidden_weight") {
            let flat: Vec<f64> = features.iter().copied().collect();
            linear(&flat, &weights("hidden_weight"), &weights("hidden_bias"))
        } else {
            let largest = |plane: ndarray::ArrayViewD<'_, f64>| plane.iter().fold(0.0, |a: f64, &b| a.max(b));
            features.outer_iter().map(largest).collect()
        };
        scores.extend(linear(&row, &weights("classifier_weight"), &weights("classifier_bias")));
    }
    let classes = scores.len() / images.shape()[0];
    Array::from_shape_vec(vec![images.shape()[0], classes], scores).expect("a row of scores per image")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn continued(mode: Mode) -> Vec<Option<usize>> {
        (-2..5).map(|position| mode.origin(position, 3)).collect()
    }

    #[test]
    fn images_go_on_beyond_their_border() {
        let some = |places: [usize; 7]| places.map(Some).to_vec();
        assert_eq!(continued(Mode::Reflect(2)), some([2, 1, 0, 1, 2, 1, 0]));
        assert_eq!(continued(Mode::Replicate(2)), some([0, 0, 0, 1, 2, 2, 2]));
        assert_eq!(continued(Mode::Circular(2)), some([1, 2, 0, 1, 2, 0, 1]));
        assert_eq!(
            continued(Mode::Same),
            [None, None, Some(0), Some(1), Some(2), None, None]
        );
    }

    #[test]
    fn a_full_convolution_multiplies_polynomials() {
        let (one, other) = (
            ndarray::arr2(&[[1.0, 2.0]]).into_dyn(),
            ndarray::arr2(&[[3.0, 4.0]]).into_dyn(),
        );
        assert_eq!(
            convolution(&one, &other, Mode::Full),
            ndarray::arr2(&[[3.0, 10.0, 8.0]]).into_dyn()
        );
        assert_eq!(
            convolution(&one, &other, Mode::Valid),
            ndarray::arr2(&[[10.0]]).into_dyn()
        );
    }

    #[test]
    fn sides_shrink_as_the_document_says() {
        let modes = [Mode::Valid, Mode::Same, Mode::Full, Mode::Reflect(2), Mode::Circular(2)];
        assert_eq!(modes.map(|mode| last_side(32, mode)), [2, 4, 6, 6, 6]);
        let modes = [Mode::Valid, Mode::Same, Mode::Reflect(4), Mode::Circular(4)];
        assert_eq!(modes.map(|mode| fitting(1, mode)), [17, 1, 5, 4]);
    }
}
