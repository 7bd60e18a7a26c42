//! `query`, `key`, `value` and perhaps `mask` to `output` and `weights`.

use student::attention::scaled_dot_product_attention;
use tch::Tensor;
use worker::{Adapter, Arguments, Problem, Returned};

const _: fn(&Tensor, &Tensor, &Tensor, Option<&Tensor>) -> (Tensor, Tensor) = scaled_dot_product_attention;

/// The adapter of `scaled_dot_product_attention`.
pub(crate) const ADAPTER: Adapter = Adapter {
    task: "scaled_dot_product_attention",
    call,
};

fn call(arguments: &Arguments) -> Result<Returned, Problem> {
    let (output, weights) = scaled_dot_product_attention(
        arguments.tensor("query")?,
        arguments.tensor("key")?,
        arguments.tensor("value")?,
        arguments.optional_tensor("mask"),
    );
    Ok(Returned::many([("output", output), ("weights", weights)]))
}
