//! Tensors as bytes in the safetensors layout, on the wire and in fixture files.
//!
//! The `safetensors` crate checks offsets, shapes and overlaps; what it accepts and we do not (foreign dtypes,
//! duplicate names, bools that are neither 0 nor 1) is refused here.

use std::collections::BTreeSet;
use std::fmt;

use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::de::{Deserializer as _, MapAccess, Visitor};

use crate::tensor::{DType, Data, MAX_AXES, Tensor, Tensors, elements};

/// Bytes of a tensor's name.
const MAX_NAME: usize = 500;
/// Tensors of a block.
const MAX_TENSORS: usize = 1 << 16;

/// Why bytes are not a set of tensors.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// The safetensors reader refused the bytes.
    #[error("not a safetensors block: {0}")]
    Format(String),
    /// One name stands twice in the header.
    #[error("the tensor name `{0}` stands twice")]
    DuplicateName(String),
    /// A dtype that does not cross the border.
    #[error("tensor `{name}` has dtype {dtype}, which is not one of f32, f64, int64, bool")]
    DType {
        /// The tensor's name.
        name: String,
        /// The dtype as the format names it.
        dtype: String,
    },
    /// A name that nobody could read.
    #[error("the name of a tensor has {0} bytes and may have {MAX_NAME}")]
    Name(usize),
    /// A shape that nobody could read.
    #[error("tensor `{name}` has {axes} axes and may have {MAX_AXES}")]
    Axes {
        /// The tensor's name.
        name: String,
        /// How many axes it has.
        axes: usize,
    },
    /// More tensors than any call has.
    #[error("a block of {0} tensors, where {MAX_TENSORS} may be")]
    TooMany(usize),
    /// A byte of a bool tensor is neither 0 nor 1.
    #[error("tensor `{0}` is of dtype bool and holds a byte that is neither 0 nor 1")]
    Bool(String),
    /// The number of values does not fit the shape.
    #[error("tensor `{0}` does not hold as many values as its shape says")]
    Shape(String),
}

/// Writes tensors; equal tensors give equal bytes.
pub fn encode(tensors: &Tensors) -> Result<Vec<u8>, LayoutError> {
    let blocks: Vec<(&str, Dtype, &[usize], Vec<u8>)> = tensors
        .iter()
        .map(|(name, tensor)| {
            (
                name.as_str(),
                dtype_out(tensor.dtype()),
                tensor.shape(),
                bytes_of(tensor),
            )
        })
        .collect();
    let views = blocks
        .iter()
        .map(|(name, dtype, shape, bytes)| TensorView::new(*dtype, shape.to_vec(), bytes).map(|view| (*name, view)))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| LayoutError::Format(error.to_string()))?;
    safetensors::serialize(views, None).map_err(|error| LayoutError::Format(error.to_string()))
}

/// Reads tensors from bytes that may be hostile.
pub fn decode(bytes: &[u8]) -> Result<Tensors, LayoutError> {
    if bytes.is_empty() {
        return Ok(Tensors::new());
    }
    let block = SafeTensors::deserialize(bytes).map_err(|error| LayoutError::Format(error.to_string()))?;
    refuse_duplicate_names(bytes)?;
    if block.len() > MAX_TENSORS {
        return Err(LayoutError::TooMany(block.len()));
    }
    block
        .iter()
        .map(|(name, view)| Ok((name.to_owned(), tensor_in(name, &view)?)))
        .collect()
}

fn dtype_out(dtype: DType) -> Dtype {
    match dtype {
        DType::F32 => Dtype::F32,
        DType::F64 => Dtype::F64,
        DType::I64 => Dtype::I64,
        DType::Bool => Dtype::BOOL,
    }
}

fn bytes_of(tensor: &Tensor) -> Vec<u8> {
    match tensor.data() {
        Data::F32(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Data::F64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Data::I64(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
        Data::Bool(values) => values.iter().map(|&value| u8::from(value)).collect(),
    }
}

fn tensor_in(name: &str, view: &TensorView<'_>) -> Result<Tensor, LayoutError> {
    if name.len() > MAX_NAME {
        return Err(LayoutError::Name(name.len()));
    }
    let axes = view.shape().len();
    if axes > MAX_AXES {
        let name = name.to_owned();
        return Err(LayoutError::Axes { name, axes });
    }
    let bytes = view.data();
    let data = match view.dtype() {
        Dtype::F32 => Data::F32(words(bytes).map(f32::from_le_bytes).collect()),
        Dtype::F64 => Data::F64(words(bytes).map(f64::from_le_bytes).collect()),
        Dtype::I64 => Data::I64(words(bytes).map(i64::from_le_bytes).collect()),
        Dtype::BOOL => Data::Bool(bools(name, bytes)?),
        other => {
            return Err(LayoutError::DType {
                name: name.to_owned(),
                dtype: format!("{other:?}"),
            });
        }
    };
    if elements(view.shape()).is_none_or(|count| count != data.len()) {
        return Err(LayoutError::Shape(name.to_owned()));
    }
    Tensor::new(view.shape().to_vec(), data).ok_or_else(|| LayoutError::Shape(name.to_owned()))
}

fn words<const N: usize>(bytes: &[u8]) -> impl Iterator<Item = [u8; N]> {
    bytes.as_chunks::<N>().0.iter().copied()
}

fn bools(name: &str, bytes: &[u8]) -> Result<Vec<bool>, LayoutError> {
    bytes
        .iter()
        .map(|byte| match byte {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(LayoutError::Bool(name.to_owned())),
        })
        .collect()
}

/// The format's reader keeps the last of two equal names; here the first repetition is an error.
fn refuse_duplicate_names(bytes: &[u8]) -> Result<(), LayoutError> {
    let malformed = || LayoutError::Format("the header is cut".to_owned());
    let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(malformed)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| malformed())?;
    let header = rest.get(..length).ok_or_else(malformed)?;
    let mut reader = serde_json::Deserializer::from_slice(header);
    match reader.deserialize_map(Names) {
        Ok(None) => Ok(()),
        Ok(Some(name)) => Err(LayoutError::DuplicateName(name)),
        Err(error) => Err(LayoutError::Format(error.to_string())),
    }
}

/// Walks the keys of the header and gives the first that was seen before.
struct Names;

impl<'de> Visitor<'de> for Names {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a map of tensor names")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut seen = BTreeSet::new();
        let mut repeated = None;
        while let Some((name, _)) = map.next_entry::<String, serde::de::IgnoredAny>()? {
            if !seen.insert(name.clone()) {
                repeated.get_or_insert(name);
            }
        }
        Ok(repeated)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use proptest::prelude::*;

    use super::*;

    fn one(name: &str, tensor: Tensor) -> Tensors {
        Tensors::from([(name.to_owned(), tensor)])
    }

    fn block(header: &str, data: &[u8]) -> Vec<u8> {
        let mut header = header.as_bytes().to_vec();
        while !header.len().is_multiple_of(8) {
            header.push(b' ');
        }
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.extend(data);
        bytes
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(values in prop::collection::vec(any::<f64>(), 0..40), flags in prop::collection::vec(any::<bool>(), 0..9)) {
            let count = values.len();
            let mut tensors = one("values", Tensor::new(vec![1, count], Data::F64(values)).unwrap());
            let length = flags.len();
            tensors.insert("flags".to_owned(), Tensor::new(vec![length], Data::Bool(flags)).unwrap());
            let read = decode(&encode(&tensors).unwrap()).unwrap();
            // NaN differs from itself, so the bits are compared through their text.
            prop_assert_eq!(format!("{read:?}"), format!("{tensors:?}"));
        }

        #[test]
        fn hostile_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_refused() {
        let header = r#"{"x":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}"#;
        assert!(matches!(decode(&block(header, &[1])), Err(LayoutError::DuplicateName(name)) if name == "x"));
    }

    #[test]
    fn a_foreign_dtype_is_refused_by_name() {
        let header = r#"{"x":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}"#;
        assert!(matches!(decode(&block(header, &[0, 0])), Err(LayoutError::DType { name, .. }) if name == "x"));
    }

    #[test]
    fn a_bool_that_is_neither_true_nor_false_is_refused() {
        let header = r#"{"x":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}"#;
        assert!(matches!(decode(&block(header, &[1, 7])), Err(LayoutError::Bool(_))));
    }

    #[test]
    fn names_and_shapes_that_nobody_could_read_are_refused() {
        let bool = |axes| Tensor::new(vec![1; axes], Data::Bool(vec![true])).unwrap();
        assert!(decode(&encode(&one("x", bool(MAX_AXES))).unwrap()).is_ok());
        let many = encode(&one("x", bool(MAX_AXES + 1))).unwrap();
        assert!(matches!(decode(&many), Err(LayoutError::Axes { axes: 17, .. })));
        let long = encode(&one(&"x".repeat(MAX_NAME + 1), bool(1))).unwrap();
        assert!(matches!(decode(&long), Err(LayoutError::Name(501))));
    }

    #[test]
    fn a_header_that_claims_more_than_there_is_is_refused() {
        let mut bytes = (1_u64 << 62).to_le_bytes().to_vec();
        bytes.extend(b"{}");
        assert!(matches!(decode(&bytes), Err(LayoutError::Format(_))));
    }
}
