//! Where one task uses another: call it through this module.
//!
//! Each function here forwards to yours. While a larger task is graded and one of its parts is known to be wrong,
//! the grader answers for that part instead, so that one mistake costs its own task only. A larger task that calls
//! `crate::attention::...` directly works as well, but then a mistake in the part is felt in both.
//!
//! This file is given. It is put in place anew whenever a submission is graded, so a change here has no effect.

use std::sync::OnceLock;

use tch::{Device, Kind, Tensor};

/// Answers for a part: its name and named arguments in, its outputs out, or `None` where the part is not replaced.
pub type Substitute = Box<dyn Fn(&str, &[(&str, &Tensor)]) -> Option<Vec<Tensor>> + Send + Sync>;

static SUBSTITUTE: OnceLock<Substitute> = OnceLock::new();

/// Called once by the grader before anything else.
pub fn install(substitute: Substitute) {
    // A second call changes nothing: the first one is the grader's.
    let _ = SUBSTITUTE.set(substitute);
}

/// Asks the grader for `N` outputs of a part. `None` where it leaves the part to you.
fn ask<const N: usize>(part: &str, arguments: &[(&str, &Tensor)]) -> Option<[Tensor; N]> {
    let outputs = SUBSTITUTE.get()?(part, arguments)?;
    <[Tensor; N]>::try_from(outputs).ok()
}

/// A whole number as the grader receives it.
fn integer(value: i64) -> Tensor {
    Tensor::from(value)
}

/// A real number as the grader receives it: f64, whatever the dtype of the rest.
fn real(value: f64) -> Tensor {
    Tensor::from(value).to_kind(Kind::Double)
}

/// `attention::causal_mask`
pub fn causal_mask(length: i64, device: Device) -> Tensor {
    match ask("causal_mask", &[("length", &integer(length))]) {
        Some([mask]) => mask.to_device(device),
        None => crate::attention::causal_mask(length, device),
    }
}

/// `attention::split_heads`
pub fn split_heads(input: &Tensor, heads: i64) -> Tensor {
    match ask("split_heads", &[("input", input), ("heads", &integer(heads))]) {
        Some([output]) => output,
        None => crate::attention::split_heads(input, heads),
    }
}

/// `attention::merge_heads`
pub fn merge_heads(input: &Tensor) -> Tensor {
    match ask("merge_heads", &[("input", input)]) {
        Some([output]) => output,
        None => crate::attention::merge_heads(input),
    }
}

/// `attention::scaled_dot_product_attention`
pub fn scaled_dot_product_attention(
    query: &Tensor,
    key: &Tensor,
    value: &Tensor,
    mask: Option<&Tensor>,
) -> (Tensor, Tensor) {
    let mut arguments = vec![("query", query), ("key", key), ("value", value)];
    arguments.extend(mask.map(|mask| ("mask", mask)));
    match ask("scaled_dot_product_attention", &arguments) {
        Some([output, weights]) => (output, weights),
        None => crate::attention::scaled_dot_product_attention(query, key, value, mask),
    }
}

/// `rotary::rotary_embedding`
pub fn rotary_embedding(query: &Tensor, key: &Tensor, start: i64) -> (Tensor, Tensor) {
    match ask(
        "rotary_embedding",
        &[("query", query), ("key", key), ("start", &integer(start))],
    ) {
        Some([query, key]) => (query, key),
        None => crate::rotary::rotary_embedding(query, key, start),
    }
}

/// `sampling::nucleus`
pub fn nucleus(probabilities: &Tensor, p: f64) -> Tensor {
    match ask("nucleus", &[("probabilities", probabilities), ("p", &real(p))]) {
        Some([output]) => output,
        None => crate::sampling::nucleus(probabilities, p),
    }
}
