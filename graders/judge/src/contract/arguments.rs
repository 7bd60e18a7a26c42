//! Building the arguments of a call, and reading its outputs as arrays.

use ndarray::ArrayD;
use wire::{Data, Tensor, Tensors};

/// An output or argument as an array of f64, for the arithmetic of properties.
pub type Array = ArrayD<f64>;

/// Named arguments from pairs.
pub fn arguments<const N: usize>(pairs: [(&str, Tensor); N]) -> Tensors {
    pairs
        .into_iter()
        .map(|(name, tensor)| (name.to_owned(), tensor))
        .collect()
}

/// The same arguments with one put in place or added.
#[must_use]
pub fn with(arguments: &Tensors, name: &str, tensor: Tensor) -> Tensors {
    let mut changed = arguments.clone();
    changed.insert(name.to_owned(), tensor);
    changed
}

/// A tensor as an array of f64.
pub fn array(tensor: &Tensor) -> Array {
    ArrayD::from_shape_vec(tensor.shape(), tensor.to_f64()).expect("a tensor holds as many values as its shape says")
}

/// An array as a tensor of the float dtype of `like`.
pub fn tensor_like(like: &Tensor, array: &Array) -> Tensor {
    tensor(array).to_float(like.dtype())
}

/// An array as an f64 tensor.
pub fn tensor(array: &Array) -> Tensor {
    let values = array.iter().copied().collect();
    Tensor::new(array.shape().to_vec(), Data::F64(values)).expect("an array holds as many values as its shape says")
}

/// One number as an array without axes.
pub fn scalar(value: f64) -> Array {
    Array::from_elem(ndarray::IxDyn(&[]), value)
}

/// A list of numbers as an array of one axis.
pub fn vector(values: Vec<f64>) -> Array {
    ndarray::Array1::from_vec(values).into_dyn()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::random::floats;

    #[test]
    fn an_array_keeps_the_row_major_order() {
        let given = floats(&[2, 3], vec![0.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        assert_eq!(array(&given)[[1, 0]], 3.0);
        let transposed = array(&given).t().to_owned();
        assert_eq!(
            tensor_like(&given, &transposed).to_f64(),
            [0.0, 3.0, 1.0, 4.0, 2.0, 5.0]
        );
    }
}
