//! The call of a golden case: its arguments in a dtype, and the row of one that is drawn from, repeated.

use wire::{DType, Data, Tensor, Tensors};

use crate::contract::subject::Call;
use crate::contract::{Case, Expect, Task};

/// Draws per sampled case in f64.
const DRAWS: usize = 100_000;
/// Draws per sampled case in f32: the distribution has been judged in f64, and what f32 could spoil shows in fewer.
const DRAWS_F32: usize = 10_000;
/// The suffix of a stored distribution's name.
const DISTRIBUTION: &str = "distribution";

/// Draws per sampled case in a dtype.
pub fn draws(dtype: DType) -> usize {
    match dtype {
        DType::F32 => DRAWS_F32,
        DType::F64 | DType::I64 | DType::Bool => DRAWS,
    }
}

/// The arguments as the submission gets them: floats in `dtype`, settings untouched.
pub fn arguments_in(dtype: DType, stored: &Tensors) -> Tensors {
    let convert = |tensor: &Tensor| {
        if tensor.dtype() == DType::F32 {
            tensor.to_float(dtype)
        } else {
            tensor.clone()
        }
    };
    stored
        .iter()
        .map(|(name, tensor)| (name.clone(), convert(tensor)))
        .collect()
}

/// The call of a golden case; `seed` is the generator's.
pub fn case_call(task: &Task, case: &Case, stored: &Tensors, dtype: DType) -> Call {
    let mut arguments = arguments_in(dtype, stored);
    if let Expect::Draws { tiled, .. } = case.expect
        && let Some(row) = arguments.get(tiled)
    {
        let tall = tile(row, draws(dtype));
        arguments.insert(tiled.to_owned(), tall);
    }
    Call::new(task.id, arguments)
}

/// The name under which the probabilities of a sampled output are stored.
pub fn distribution_name(output: &str) -> String {
    format!("{output}.{DISTRIBUTION}")
}

/// The argument's only row, repeated.
fn tile(row: &Tensor, times: usize) -> Tensor {
    let mut shape = row.shape().to_vec();
    if let Some(first) = shape.first_mut() {
        *first = times;
    }
    let data = match row.data() {
        Data::F32(values) => Data::F32(values.repeat(times)),
        Data::F64(values) => Data::F64(values.repeat(times)),
        Data::I64(values) => Data::I64(values.repeat(times)),
        Data::Bool(values) => Data::Bool(values.repeat(times)),
    };
    Tensor::new(shape, data).expect("a row repeated fills the taller shape")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_repeated_along_the_first_axis() {
        let row = crate::contract::random::floats(&[1, 2], vec![1.0, 2.0]);
        assert_eq!(tile(&row, 3).shape(), [3, 2]);
        assert_eq!(tile(&row, 3).to_f64(), [1.0, 2.0, 1.0, 2.0, 1.0, 2.0]);
    }
}
