//! Derivatives across the border: the whole Jacobian of a call's outputs, and values that carry one.
//!
//! Gradients end where a part is answered by another process. So the reference's process sends, along with a part's
//! value, its derivatives at these arguments, and here the value is made to depend on the arguments as the part does:
//! `value + J (x - x detached)`, which is the value, with the part's derivative. No code of the reference is needed for it.

use tch::{TchError, Tensor};
use wire::Tensors;

use crate::adapter::{Arguments, Returned};
use crate::convert;

/// Values of an output that are differentiated at most; each takes a pass through the graph.
const MOST_ROWS: usize = 2048;
/// Values of all Jacobians of a call at most: 16 MiB in f64.
const MOST_VALUES: usize = 2 << 20;

/// The name of the Jacobian of an output by an argument.
fn name(output: &str, argument: &str) -> String {
    format!("{output}/{argument}")
}

/// The Jacobians of the outputs by these arguments, as matrices: a row for each value of the output, a column for each
/// value of the argument. There is none for an output that depends on nothing smoothly, and none at all where they would
/// be too large: then a value has no gradient, which no check takes for a right one.
pub(crate) fn jacobians(by: &[String], arguments: &Arguments, returned: &Returned) -> Result<Tensors, String> {
    let named = by
        .iter()
        .filter_map(|name| Some((name.as_str(), arguments.tensors().get(name)?)));
    let inputs: Vec<(&str, &Tensor)> = named.collect();
    let columns: usize = inputs.iter().map(|(_, input)| input.numel()).sum();
    let outputs = || returned.outputs().iter().filter(|(_, output)| output.requires_grad());
    let rows = outputs().map(|(_, output)| output.numel());
    if rows.clone().any(|rows| rows > MOST_ROWS) || rows.sum::<usize>().saturating_mul(columns) > MOST_VALUES {
        return Ok(Tensors::new());
    }
    let mut found = Tensors::new();
    for (output, tensor) in outputs() {
        let matrices = of_output(tensor, &inputs).map_err(|error| convert::words(&error))?;
        for ((argument, _), matrix) in inputs.iter().zip(matrices) {
            if let Some(matrix) = matrix {
                found.insert(name(output, argument), convert::to_plain(&matrix)?);
            }
        }
    }
    Ok(found)
}

/// One matrix for each input, none for those that the output does not depend on.
fn of_output(output: &Tensor, inputs: &[(&str, &Tensor)]) -> Result<Vec<Option<Tensor>>, TchError> {
    let flat = output.f_reshape([-1])?;
    let by: Vec<&Tensor> = inputs.iter().map(|(_, input)| *input).collect();
    let mut rows: Vec<Vec<Tensor>> = by.iter().map(|_| Vec::new()).collect();
    for row in 0..flat.size1()? {
        let gradients = Tensor::f_run_backward(&[flat.f_select(0, row)?], &by, true, false)?;
        for (rows, gradient) in rows.iter_mut().zip(gradients) {
            if gradient.defined() {
                rows.push(gradient.f_reshape([-1])?);
            }
        }
    }
    let whole = |rows: Vec<Tensor>| match rows.len() as i64 {
        0 => Ok(None),
        _ => Tensor::f_stack(&rows, 0).map(Some),
    };
    rows.into_iter().map(whole).collect()
}

/// The value of a part's output, which from here on depends on the arguments as the part does.
pub(crate) fn carried(
    output: &str,
    value: Tensor,
    jacobians: &Tensors,
    arguments: &[(&'static str, Tensor)],
) -> Result<Tensor, TchError> {
    let mut carried = value;
    for (argument, tensor) in arguments.iter().filter(|(_, tensor)| tensor.requires_grad()) {
        let Some(jacobian) = jacobians.get(&name(output, argument)) else {
            continue;
        };
        let jacobian = convert::to_libtorch(jacobian, carried.device())?.f_to_kind(carried.kind())?;
        // A derivative that is no number would spoil the value.
        if jacobian.f_isfinite()?.f_all()?.f_int64_value(&[])? == 0 {
            continue;
        }
        let flat = tensor.f_reshape([-1])?;
        // Zero, but for its gradient; what is infinite has none.
        let shift = flat.f_sub(&flat.f_detach()?)?.f_nan_to_num(0.0, 0.0, 0.0)?;
        let term = jacobian.f_matmul(&shift.f_to_kind(carried.kind())?)?;
        carried = carried.f_add(&term.f_reshape(carried.size())?)?;
    }
    Ok(carried)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]
    use std::collections::BTreeMap;

    use tch::{Device, Kind};

    use super::*;

    fn vector(values: &[f64]) -> Tensor {
        Tensor::from_slice(values).set_requires_grad(true)
    }

    /// `x * y.sum()`, and something that depends on neither.
    fn part(x: &Tensor, y: &Tensor) -> Returned {
        Returned::one("output", x * y.sum(Kind::Double))
    }

    fn jacobians_at(x: &[f64], y: &[f64]) -> Tensors {
        let tensors = BTreeMap::from([("x".to_owned(), vector(x)), ("y".to_owned(), vector(y))]);
        let arguments = Arguments::new(tensors, Device::Cpu);
        let returned = part(arguments.tensor("x").unwrap(), arguments.tensor("y").unwrap());
        jacobians(&["x".to_owned(), "y".to_owned()], &arguments, &returned).unwrap()
    }

    #[test]
    fn a_jacobian_has_a_row_for_each_value_of_the_output() {
        let found = jacobians_at(&[2.0, 3.0], &[5.0, 6.0, 7.0]);
        assert_eq!(found["output/x"].shape(), [2, 2]);
        assert_eq!(found["output/x"].to_f64(), [18.0, 0.0, 0.0, 18.0]);
        assert_eq!(found["output/y"].to_f64(), [2.0, 2.0, 2.0, 3.0, 3.0, 3.0]);
    }

    #[test]
    fn a_value_that_carries_a_jacobian_is_the_value_with_the_parts_gradient() {
        let (x, y) = (&[2.0, 3.0], &[5.0, 6.0, 7.0]);
        let gradients = |through: &dyn Fn(&Tensor, &Tensor) -> Tensor| {
            let (x, y) = (vector(x), vector(y));
            // Not leaves: what comes before the part has to be differentiated as well.
            let output = through(&(&x * 2.0), &y.exp());
            (output.square() * &x).sum(Kind::Double).backward();
            [
                Vec::<f64>::try_from(x.grad()).unwrap(),
                Vec::<f64>::try_from(y.grad()).unwrap(),
            ]
            .concat()
        };
        let direct = gradients(&|x, y| part(x, y).output("output").unwrap().shallow_clone());
        let carried = gradients(&|x, y| {
            let at = |tensor: &Tensor| Vec::<f64>::try_from(tensor.detach()).unwrap();
            let value = part(x, y).output("output").unwrap().detach();
            let arguments = [("x", x.shallow_clone()), ("y", y.shallow_clone())];
            let result = carried("output", value.copy(), &jacobians_at(&at(x), &at(y)), &arguments).unwrap();
            assert_eq!(result.detach(), value);
            result
        });
        let close = |(a, b): (&f64, &f64)| (a - b).abs() <= 1e-9 * a.abs();
        assert!(direct.iter().zip(&carried).all(close), "{direct:?} {carried:?}");
    }

    #[test]
    fn what_is_infinite_or_too_large_spoils_no_value() {
        let x = vector(&[f64::INFINITY, 1.0]);
        let jacobians = Tensors::from([(
            "output/x".to_owned(),
            wire::Tensor::new(vec![1, 2], wire::Data::F64(vec![1.0, 1.0])).unwrap(),
        )]);
        let value = Tensor::from_slice(&[4.0]);
        let result = carried("output", value.copy(), &jacobians, &[("x", x)]).unwrap();
        assert_eq!(result.detach(), value);
        assert!(jacobians_at(&vec![1.0; MOST_ROWS + 1], &[1.0]).is_empty());
    }
}
