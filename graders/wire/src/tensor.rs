//! A tensor as plain data: dtype, shape and values in row-major order.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Named tensors, ordered by name so that nothing depends on hashing.
pub type Tensors = BTreeMap<String, Tensor>;

/// Axes of a tensor that crosses the border: far more than any task has, and few enough to be written in a report.
pub const MAX_AXES: usize = 16;

/// The dtypes that cross the border. Any other dtype of a submission's answer is reported by name instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DType {
    /// 32-bit floating point.
    F32,
    /// 64-bit floating point.
    F64,
    /// 64-bit signed integer.
    I64,
    /// Boolean, one byte per value.
    Bool,
}

impl DType {
    /// Bytes per value.
    pub fn width(self) -> usize {
        match self {
            Self::F32 => 4,
            Self::F64 | Self::I64 => 8,
            Self::Bool => 1,
        }
    }

    /// Whether values are real numbers, compared within a tolerance.
    pub fn is_float(self) -> bool {
        matches!(self, Self::F32 | Self::F64)
    }
}

impl fmt::Display for DType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::F32 => "f32",
            Self::F64 => "f64",
            Self::I64 => "int64",
            Self::Bool => "bool",
        })
    }
}

/// The values of a tensor in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// Values of dtype f32.
    F32(Vec<f32>),
    /// Values of dtype f64.
    F64(Vec<f64>),
    /// Values of dtype int64.
    I64(Vec<i64>),
    /// Values of dtype bool.
    Bool(Vec<bool>),
}

impl Data {
    /// Number of values.
    pub fn len(&self) -> usize {
        match self {
            Self::F32(values) => values.len(),
            Self::F64(values) => values.len(),
            Self::I64(values) => values.len(),
            Self::Bool(values) => values.len(),
        }
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A dense tensor. The number of values always equals the product of the shape.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    shape: Vec<usize>,
    data: Data,
}

impl Tensor {
    /// Puts `data` into `shape`; `None` where their sizes differ or the product overflows.
    pub fn new(shape: Vec<usize>, data: Data) -> Option<Self> {
        (elements(&shape)? == data.len()).then_some(Self { shape, data })
    }

    /// A 0-dimensional int64 tensor.
    pub fn integer(value: i64) -> Self {
        Self {
            shape: Vec::new(),
            data: Data::I64(vec![value]),
        }
    }

    /// A 0-dimensional f64 tensor: a setting such as epsilon, never converted to the dtype of the inputs.
    pub fn real(value: f64) -> Self {
        Self {
            shape: Vec::new(),
            data: Data::F64(vec![value]),
        }
    }

    /// A 0-dimensional bool tensor.
    pub fn flag(value: bool) -> Self {
        Self {
            shape: Vec::new(),
            data: Data::Bool(vec![value]),
        }
    }

    /// The size of each axis.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The values in row-major order.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The values to change in place; their number cannot change.
    pub fn data_mut(&mut self) -> &mut Data {
        &mut self.data
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are no values.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The dtype of the values.
    pub fn dtype(&self) -> DType {
        match self.data {
            Data::F32(_) => DType::F32,
            Data::F64(_) => DType::F64,
            Data::I64(_) => DType::I64,
            Data::Bool(_) => DType::Bool,
        }
    }

    /// All values as f64, for comparison and printing: exact for every dtype but int64 beyond 2^53; a bool is 0 or 1.
    pub fn to_f64(&self) -> Vec<f64> {
        match &self.data {
            Data::F32(values) => values.iter().map(|&value| f64::from(value)).collect(),
            Data::F64(values) => values.clone(),
            Data::I64(values) => values.iter().map(|&value| value as f64).collect(),
            Data::Bool(values) => values.iter().map(|&value| f64::from(u8::from(value))).collect(),
        }
    }

    /// The value of a 0-dimensional or one-element tensor as f64.
    pub fn item(&self) -> Option<f64> {
        (self.len() == 1).then(|| self.to_f64()[0])
    }

    /// The same values in another float dtype; other dtypes are returned as they are.
    #[must_use]
    pub fn to_float(&self, dtype: DType) -> Self {
        let data = match (&self.data, dtype) {
            (Data::F32(_), DType::F64) => Data::F64(self.to_f64()),
            (Data::F64(values), DType::F32) => Data::F32(values.iter().map(|&value| value as f32).collect()),
            (data, _) => data.clone(),
        };
        Self {
            shape: self.shape.clone(),
            data,
        }
    }

    /// Turns a row-major position into an index per axis.
    pub fn index_of(&self, mut position: usize) -> Vec<usize> {
        let mut index = vec![0; self.shape.len()];
        for (slot, &size) in index.iter_mut().zip(&self.shape).rev() {
            *slot = position % size.max(1);
            position /= size.max(1);
        }
        index
    }
}

/// The product of a shape, or `None` where it overflows.
pub fn elements(shape: &[usize]) -> Option<usize> {
    shape
        .iter()
        .try_fold(1_usize, |product, &size| product.checked_mul(size))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_tensor_holds_exactly_as_many_values_as_its_shape_says() {
        assert!(Tensor::new(vec![2, 3], Data::F32(vec![0.0; 6])).is_some());
        assert!(Tensor::new(vec![2, 3], Data::F32(vec![0.0; 5])).is_none());
        assert!(Tensor::new(vec![usize::MAX, 2], Data::F32(vec![])).is_none());
    }

    #[test]
    fn a_position_becomes_an_index_in_row_major_order() {
        let tensor = Tensor::new(vec![2, 3], Data::I64(vec![0; 6])).unwrap();
        assert_eq!(tensor.index_of(4), vec![1, 1]);
        assert_eq!(Tensor::integer(1).index_of(0), Vec::<usize>::new());
    }

    #[test]
    fn only_floats_change_their_dtype() {
        let floats = Tensor::real(0.5).to_float(DType::F32);
        assert_eq!(floats.dtype(), DType::F32);
        assert_eq!(Tensor::integer(3).to_float(DType::F32).dtype(), DType::I64);
    }
}
