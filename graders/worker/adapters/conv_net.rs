//! `images`, the kernels `kernel_1` to `kernel_4`, `classifier_weight` and `classifier_bias`, for Net 2 also
//! `hidden_weight` and `hidden_bias`, `padding` and its `amount` to `scores`.

use student::conv_net::conv_net;
use student::types::{ConvNetWeights, Head, Padding};
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &ConvNetWeights, Padding) -> Tensor = conv_net;

/// The adapter of `conv_net`.
pub(crate) const ADAPTER: Adapter = Adapter { task: "conv_net", call };

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let weight = |name| arguments.tensor(name).map(Tensor::shallow_clone);
    let weights = ConvNetWeights {
        convolutions: [
            weight("kernel_1")?,
            weight("kernel_2")?,
            weight("kernel_3")?,
            weight("kernel_4")?,
        ],
        head: head(arguments)?,
        classifier_weight: weight("classifier_weight")?,
        classifier_bias: weight("classifier_bias")?,
    };
    let scores = conv_net(arguments.tensor("images")?, &weights, padding(arguments)?);
    Ok(Returned::one("scores", scores))
}

/// Net 2 where there is a hidden layer.
fn head(arguments: &Arguments) -> Result<Head, Problem> {
    match arguments.optional_tensor("hidden_weight") {
        None => Ok(Head::GlobalMaxPool),
        Some(weight) => Ok(Head::Flatten {
            weight: weight.shallow_clone(),
            bias: arguments.tensor("hidden_bias")?.shallow_clone(),
        }),
    }
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
