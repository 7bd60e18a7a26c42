//! Tensors across the border: plain arrays to libtorch and back.

use tch::{Device, Kind, TchError};
use wire::tensor::{MAX_AXES, elements};
use wire::{Data, MemoryLayout, Tensor};

/// The largest output that is sent, in bytes: far above any task's, far below what would burden the judge.
const MAX_BYTES: usize = 64 << 20;
/// libtorch's errors go on with a stack trace of its own; only what comes before is for people.
const TRACE: &str = "\nException raised from ";

/// Puts a plain tensor on a device.
pub(crate) fn to_libtorch(tensor: &Tensor, device: Device) -> Result<tch::Tensor, TchError> {
    let flat = match tensor.data() {
        Data::F32(values) => tch::Tensor::f_from_slice(values),
        Data::F64(values) => tch::Tensor::f_from_slice(values),
        Data::I64(values) => tch::Tensor::f_from_slice(values),
        Data::Bool(values) => tch::Tensor::f_from_slice(values),
    }?;
    let shape: Vec<i64> = tensor.shape().iter().map(|&size| size as i64).collect();
    flat.f_reshape(shape)?.f_to_device(device)
}

/// The same values as a view that lies in memory otherwise. A tensor that has too few axes for it stays what it is.
pub(crate) fn laid_out(tensor: tch::Tensor, layout: MemoryLayout) -> Result<tch::Tensor, TchError> {
    match layout {
        MemoryLayout::Transposed if tensor.dim() > 1 => tensor.f_transpose(-2, -1)?.f_contiguous()?.f_transpose(-2, -1),
        MemoryLayout::ChannelsLast if tensor.dim() == 4 => {
            let channels_last = tensor.f_permute([0, 2, 3, 1])?.f_contiguous()?;
            channels_last.f_permute([0, 3, 1, 2])
        }
        MemoryLayout::Sliced if tensor.dim() > 0 => {
            let between = tensor.f_zeros_like()?;
            let wide = tch::Tensor::f_stack(&[tensor, between], -1)?;
            wide.f_select(-1, 0)
        }
        MemoryLayout::Narrowed if tensor.dim() > 1 && tensor.numel() > 0 => {
            let rows = tensor.size()[tensor.dim() - 2];
            let last = tensor.f_narrow(-2, rows - 1, 1)?;
            tch::Tensor::f_cat(&[&tensor, &last], -2)?.f_narrow(-2, 0, rows)
        }
        MemoryLayout::Expanded if tensor.dim() > 1 && tensor.size()[0] > 1 => {
            let row = tensor.f_narrow(0, 0, 1)?;
            let repeated = row.f_expand_as(&tensor)?;
            Ok(if repeated.f_equal(&tensor)? { repeated } else { tensor })
        }
        MemoryLayout::Contiguous
        | MemoryLayout::Transposed
        | MemoryLayout::ChannelsLast
        | MemoryLayout::Sliced
        | MemoryLayout::Narrowed
        | MemoryLayout::Expanded => Ok(tensor),
    }
}

/// Reads whatever a submission returned; the error says what it is instead of a plain tensor.
pub(crate) fn to_plain(tensor: &tch::Tensor) -> Result<Tensor, String> {
    if !tensor.defined() {
        return Err("an undefined tensor".to_owned());
    }
    let kind = tensor
        .f_kind()
        .map_err(|_| "a dtype that tch does not know".to_owned())?;
    let axes = tensor.dim();
    if axes > MAX_AXES {
        return Err(format!("a tensor of {axes} axes, where {MAX_AXES} may be"));
    }
    let shape: Vec<usize> = tensor.size().iter().map(|&size| size as usize).collect();
    let count = elements(&shape)
        .filter(|count| {
            count
                .checked_mul(kind.elt_size_in_bytes())
                .is_some_and(|bytes| bytes <= MAX_BYTES)
        })
        .ok_or_else(|| format!("more than {} MiB: shape {shape:?}", MAX_BYTES >> 20))?;
    let data = read(tensor, kind, count)?;
    Tensor::new(shape, data).ok_or_else(|| "a tensor whose size is not its shape's".to_owned())
}

fn read(tensor: &tch::Tensor, kind: Kind, count: usize) -> Result<Data, String> {
    match kind {
        Kind::Float => values(tensor, kind, count).map(Data::F32),
        Kind::Double => values(tensor, kind, count).map(Data::F64),
        Kind::Int64 => values(tensor, kind, count).map(Data::I64),
        // Read as numbers, because a `bool` made from any other byte than 0 or 1 would be undefined behaviour.
        Kind::Bool => values::<u8>(tensor, Kind::Uint8, count)
            .map(|bytes| Data::Bool(bytes.into_iter().map(|byte| byte != 0).collect())),
        other => Err(format!("dtype {other:?}")),
    }
}

/// The values in row-major order, whatever the strides, the device or the graph behind them.
fn values<T: tch::kind::Element + Default + Clone>(
    tensor: &tch::Tensor,
    kind: Kind,
    count: usize,
) -> Result<Vec<T>, String> {
    let mut values = vec![T::default(); count];
    tensor
        .f_detach()
        .and_then(|tensor| tensor.f_to_device(Device::Cpu))
        .and_then(|tensor| tensor.f_resolve_neg())
        .and_then(|tensor| tensor.f_to_kind(kind))
        .and_then(|tensor| tensor.f_contiguous())
        .and_then(|tensor| tensor.f_copy_data(&mut values, count))
        .map_err(|error| words(&error))?;
    Ok(values)
}

/// libtorch's words without its stack trace.
pub(crate) fn words(error: &TchError) -> String {
    match error {
        TchError::Torch(text) => without_trace(text).to_owned(),
        other => other.to_string(),
    }
}

/// Cuts libtorch's stack trace off an error or panic text.
pub(crate) fn without_trace(text: &str) -> &str {
    let end = text.find(TRACE).unwrap_or(text.len());
    text[..end].trim_end()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn every_dtype_comes_back_as_it_went() {
        for data in [
            Data::F32(vec![1.5, f32::NAN.abs(), -0.0, f32::INFINITY, 1e-45, 0.0]),
            Data::F64(vec![1.5, -2.0, 1e300, f64::NEG_INFINITY, 5e-324, 0.0]),
            Data::I64(vec![i64::MIN, i64::MAX, 0, 1, -1, 7]),
            Data::Bool(vec![true, false, false, true, true, false]),
        ] {
            let tensor = Tensor::new(vec![2, 3], data).unwrap();
            let back = to_plain(&to_libtorch(&tensor, Device::Cpu).unwrap()).unwrap();
            assert_eq!(format!("{back:?}"), format!("{tensor:?}"));
        }
    }

    #[test]
    fn scalars_and_empty_tensors_keep_their_shape() {
        for tensor in [Tensor::real(0.5), Tensor::new(vec![0, 3], Data::F32(vec![])).unwrap()] {
            let back = to_plain(&to_libtorch(&tensor, Device::Cpu).unwrap()).unwrap();
            assert_eq!(back, tensor);
        }
    }

    #[test]
    fn views_and_tensors_with_a_graph_are_read_in_row_major_order() {
        let matrix = tch::Tensor::from_slice(&[1.0_f64, 2.0, 3.0, 4.0])
            .reshape([2, 2])
            .set_requires_grad(true);
        let plain = to_plain(&matrix.transpose(0, 1)).unwrap();
        assert_eq!(plain.data(), &Data::F64(vec![1.0, 3.0, 2.0, 4.0]));
        let spread = to_plain(&matrix.select(0, 1).expand([2, 2], false)).unwrap();
        assert_eq!(spread.data(), &Data::F64(vec![3.0, 4.0, 3.0, 4.0]));
    }

    #[test]
    fn what_cannot_cross_the_border_is_named() {
        let half = tch::Tensor::zeros([2], (Kind::Half, Device::Cpu));
        assert_eq!(to_plain(&half).unwrap_err(), "dtype Half");
        assert_eq!(to_plain(&tch::Tensor::new()).unwrap_err(), "an undefined tensor");
        let huge = tch::Tensor::zeros([1], (Kind::Float, Device::Cpu)).expand([1 << 40], false);
        assert!(to_plain(&huge).unwrap_err().starts_with("more than 64 MiB"));
        let deep = tch::Tensor::zeros(vec![1_i64; 3000], (Kind::Float, Device::Cpu));
        assert_eq!(to_plain(&deep).unwrap_err(), "a tensor of 3000 axes, where 16 may be");
        let sparse = tch::Tensor::eye(2, (Kind::Float, Device::Cpu)).to_sparse(None, None::<&[i64]>, None);
        assert!(to_plain(&sparse).is_err());
    }

    #[test]
    fn a_bool_that_is_neither_true_nor_false_is_read_as_true() {
        let bytes = tch::Tensor::from_slice(&[0_u8, 1, 2]).view_dtype(Kind::Bool);
        let plain = to_plain(&bytes).unwrap();
        assert_eq!(plain.data(), &Data::Bool(vec![false, true, true]));
    }

    #[test]
    fn an_error_of_libtorch_is_told_without_its_stack_trace() {
        let one = tch::Tensor::zeros([2], (Kind::Float, Device::Cpu));
        let error = one.f_reshape([3]).unwrap_err();
        assert_eq!(words(&error), "shape '[3]' is invalid for input of size 2");
    }
}
