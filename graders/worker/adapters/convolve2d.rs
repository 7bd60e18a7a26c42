//! `image`, `kernel`, `padding` and its `amount` to `output`.

use student::convolution::convolve2d;
use student::types::{InvalidInput, Padding};
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, Padding) -> Result<Tensor, InvalidInput> = convolve2d;

/// The adapter of `convolve2d`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "convolve2d",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let (image, kernel) = (arguments.tensor("image")?, arguments.tensor("kernel")?);
    let output = convolve2d(image, kernel, padding(arguments)?).map_err(Problem::refused)?;
    Ok(Returned::one("output", output))
}

/// The kinds of padding are numbered in the order of `Padding`; the first three take no amount.
fn padding(arguments: &Arguments) -> Result<Padding, Problem> {
    let amount = arguments.integer("amount")?;
    match arguments.integer("padding")? {
        0 => Ok(Padding::Valid),
        1 => Ok(Padding::Same),
        2 => Ok(Padding::Full),
        3 => Ok(Padding::Reflect(amount)),
        4 => Ok(Padding::Replicate(amount)),
        5 => Ok(Padding::Circular(amount)),
        _ => Err(Problem::BadRequest("there is no padding of this number".to_owned())),
    }
}
