//! Values in Rust.

use wire::{Data, Tensor};

/// Columns of a line of values.
const WIDTH: usize = 100;

/// A tensor that is made where it stands, as an expression.
pub(super) fn tensor(tensor: &Tensor) -> String {
    if tensor.is_empty() {
        return format!(
            "Tensor::zeros({}, (Kind::{}, Device::Cpu))",
            shape(tensor.shape()),
            kind(tensor)
        );
    }
    let (values, conversion) = values(tensor.data());
    let view = match tensor.shape() {
        [_] => String::new(),
        other => format!(".view({})", shape(other)),
    };
    format!("Tensor::from_slice(&[{}]){view}{conversion}", filled(&values))
}

/// A shape as an array.
pub(super) fn shape(shape: &[usize]) -> String {
    if shape.is_empty() {
        return "[0_i64; 0]".to_owned();
    }
    let sizes: Vec<String> = shape.iter().map(ToString::to_string).collect();
    // A zero alone would not say of which type it is, and is no trouble behind others.
    format!(
        "[{}_i64{}]",
        sizes[0],
        sizes[1..]
            .iter()
            .map(|size| format!(", {size}"))
            .collect::<Vec<_>>()
            .concat()
    )
}

/// The values of a tensor, and what makes the tensor of its dtype of them. Values that f32 holds are shorter in it.
fn values(data: &Data) -> (Vec<String>, &'static str) {
    match data {
        Data::F32(values) => (typed(values.iter().map(|&value| single(value)), "_f32"), ""),
        Data::F64(values)
            if values
                .iter()
                .all(|&value| value.is_nan() || f64::from(value as f32) == value) =>
        {
            let values = values.iter().map(|&value| single(value as f32));
            (typed(values, "_f32"), ".to_kind(Kind::Double)")
        }
        Data::F64(values) => (typed(values.iter().map(|&value| number(value)), "_f64"), ""),
        Data::I64(values) => (typed(values.iter().map(i64::to_string), "_i64"), ""),
        Data::Bool(values) => (values.iter().map(bool::to_string).collect(), ""),
    }
}

/// The first value says of which type all are.
fn typed(values: impl Iterator<Item = String>, suffix: &str) -> Vec<String> {
    let mut values: Vec<String> = values.collect();
    if let Some(first) = values.first_mut()
        && first.ends_with(|last: char| last.is_ascii_digit())
    {
        first.push_str(suffix);
    }
    values
}

/// An f32 in Rust.
fn single(value: f32) -> String {
    if value.is_nan() {
        "f32::NAN".to_owned()
    } else if value.is_infinite() {
        signed("f32::INFINITY", value < 0.0)
    } else {
        format!("{value:?}")
    }
}

/// An f64 in Rust.
pub(super) fn number(value: f64) -> String {
    if value.is_nan() {
        "f64::NAN".to_owned()
    } else if value.is_infinite() {
        signed("f64::INFINITY", value < 0.0)
    } else {
        format!("{value:?}")
    }
}

fn signed(name: &str, negative: bool) -> String {
    format!("{}{name}", if negative { "-" } else { "" })
}

/// An index as an array.
pub(super) fn index(index: &[usize]) -> String {
    let places: Vec<String> = index.iter().map(ToString::to_string).collect();
    format!("&[{}]", places.join(", "))
}

/// The name of a tensor's dtype in `tch`.
pub(super) fn kind(tensor: &Tensor) -> &'static str {
    named_kind(&tensor.dtype().to_string())
}

/// What `tch` calls a dtype.
pub(super) fn named_kind(dtype: &str) -> &'static str {
    match dtype {
        "f32" => "Float",
        "int64" => "Int64",
        "bool" => "Bool",
        _ => "Double",
    }
}

/// Values in lines, where one is not enough.
fn filled(values: &[String]) -> String {
    let one = values.join(", ");
    if one.len() <= WIDTH - 55 {
        return one;
    }
    let mut lines = vec![String::new()];
    for value in values {
        if let Some(last) = lines.last_mut() {
            if last.len() + value.len() + 2 > WIDTH - 8 {
                lines.push(format!("{value}, "));
            } else {
                last.push_str(value);
                last.push_str(", ");
            }
        }
    }
    let lines: Vec<String> = lines
        .iter()
        .map(|line| format!("\n        {}", line.trim_end()))
        .collect();
    let lines = lines.concat();
    format!("{lines}\n    ")
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn text(shape: &[usize], data: Data) -> String {
        tensor(&Tensor::new(shape.to_vec(), data).unwrap())
    }

    #[test]
    fn a_tensor_is_written_with_its_dtype_and_shape() {
        assert_eq!(
            text(&[2, 1], Data::F32(vec![0.1, f32::NEG_INFINITY])),
            "Tensor::from_slice(&[0.1_f32, -f32::INFINITY]).view([2_i64, 1])"
        );
        assert_eq!(text(&[2], Data::I64(vec![-3, 4])), "Tensor::from_slice(&[-3_i64, 4])");
        assert_eq!(text(&[1], Data::Bool(vec![true])), "Tensor::from_slice(&[true])");
        assert_eq!(
            text(&[], Data::F64(vec![0.1])),
            "Tensor::from_slice(&[0.1_f64]).view([0_i64; 0])"
        );
        assert_eq!(
            text(&[2, 0], Data::I64(vec![])),
            "Tensor::zeros([2_i64, 0], (Kind::Int64, Device::Cpu))"
        );
    }

    #[test]
    fn values_of_f64_that_f32_holds_are_short() {
        let short = f64::from(0.1_f32);
        assert_eq!(
            text(&[1], Data::F64(vec![short])),
            "Tensor::from_slice(&[0.1_f32]).to_kind(Kind::Double)"
        );
    }

    #[test]
    fn many_values_stand_in_several_lines() {
        let written = text(&[100], Data::I64((0..100).collect()));
        assert!(written.lines().all(|line| line.len() <= WIDTH), "{written}");
        assert_eq!(written.lines().count(), 7, "{written}");
    }
}
