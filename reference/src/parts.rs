//! Where one task uses another: call it through this module.
//!
//! Each function here forwards to yours. While a larger task is graded and one of its parts is known to be wrong,
//! the grader answers for that part instead, so that one mistake costs its own task only. A larger task that calls
//! `crate::attention::...` directly works as well, but then a mistake in the part is felt in both.
//!
//! This file is given. It is put in place anew whenever a submission is graded, so a change here has no effect.

use std::sync::OnceLock;

use tch::{Device, Kind, Tensor};

use crate::types::{AttentionConfig, AttentionWeights, BlockConfig, BlockWeights, GptConfig, GptWeights, InvalidInput};

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

/// Asks the grader for the only output of a part that may refuse its arguments: a refusal has no output.
fn ask_fallible(
    part: &str,
    tensors: &[(&str, &Tensor)],
    settings: &[(&str, Tensor)],
) -> Option<Result<Tensor, InvalidInput>> {
    let settings = settings.iter().map(|(name, setting)| (*name, setting));
    let arguments: Vec<(&str, &Tensor)> = tensors.iter().copied().chain(settings).collect();
    let output = SUBSTITUTE.get()?(part, &arguments)?.pop();
    Some(output.ok_or_else(|| InvalidInput::new(format!("`{part}` refuses these arguments"))))
}

/// A whole number as the grader receives it.
fn integer(value: i64) -> Tensor {
    Tensor::from(value)
}

/// A real number as the grader receives it: f64, whatever the dtype of the rest.
fn real(value: f64) -> Tensor {
    Tensor::from(value).to_kind(Kind::Double)
}

/// A choice as the grader receives it.
fn flag(value: bool) -> Tensor {
    Tensor::from(value)
}

/// The settings of an attention layer as the grader receives them.
fn attention_settings(config: &AttentionConfig) -> Vec<(&'static str, Tensor)> {
    vec![
        ("heads", integer(config.heads)),
        ("block_size", integer(config.block_size)),
        ("rotary", flag(config.rotary)),
        ("attention_dropout", real(config.attention_dropout)),
        ("residual_dropout", real(config.residual_dropout)),
    ]
}

/// The settings of a block as the grader receives them.
fn block_settings(config: &BlockConfig) -> Vec<(&'static str, Tensor)> {
    let mut settings = attention_settings(&config.attention);
    settings.push(("epsilon", real(config.epsilon)));
    settings
}

/// The settings of a GPT as the grader receives them.
fn gpt_settings(config: &GptConfig) -> Vec<(&'static str, Tensor)> {
    let mut settings = block_settings(&config.block);
    settings.push(("embedding_dropout", real(config.embedding_dropout)));
    settings
}

/// A dtype and a device as the grader receives them: of a tensor whose value means nothing.
fn like(kind: Kind, device: Device) -> Tensor {
    Tensor::from(0_i64).to_kind(kind).to_device(device)
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

/// `attention::causal_self_attention`
pub fn causal_self_attention(
    input: &Tensor,
    weights: &AttentionWeights,
    config: &AttentionConfig,
    train: bool,
) -> Result<Tensor, InvalidInput> {
    let mut tensors = weights.named();
    tensors.push(("input", input));
    let mut settings = attention_settings(config);
    settings.push(("train", flag(train)));
    ask_fallible("causal_self_attention", &tensors, &settings)
        .unwrap_or_else(|| crate::attention::causal_self_attention(input, weights, config, train))
}

/// `normalization::rms_norm`
pub fn rms_norm(input: &Tensor, weight: &Tensor, epsilon: f64) -> Tensor {
    match ask(
        "rms_norm",
        &[("input", input), ("weight", weight), ("epsilon", &real(epsilon))],
    ) {
        Some([output]) => output,
        None => crate::normalization::rms_norm(input, weight, epsilon),
    }
}

/// `transformer::decoder_block`
pub fn decoder_block(
    input: &Tensor,
    weights: &BlockWeights,
    config: &BlockConfig,
    train: bool,
) -> Result<Tensor, InvalidInput> {
    let mut tensors = weights.named();
    tensors.push(("input", input));
    let mut settings = block_settings(config);
    settings.push(("train", flag(train)));
    ask_fallible("decoder_block", &tensors, &settings)
        .unwrap_or_else(|| crate::transformer::decoder_block(input, weights, config, train))
}

/// `transformer::gpt_forward`
pub fn gpt_forward(
    tokens: &Tensor,
    weights: &GptWeights,
    config: &GptConfig,
    train: bool,
) -> Result<Tensor, InvalidInput> {
    let stacked = weights.named();
    let mut tensors: Vec<(&str, &Tensor)> = stacked.iter().map(|(name, tensor)| (*name, tensor)).collect();
    tensors.push(("tokens", tokens));
    let mut settings = gpt_settings(config);
    settings.push(("train", flag(train)));
    ask_fallible("gpt_forward", &tensors, &settings)
        .unwrap_or_else(|| crate::transformer::gpt_forward(tokens, weights, config, train))
}

/// `sampling::greedy`
pub fn greedy(logits: &Tensor) -> Tensor {
    match ask("greedy", &[("logits", logits)]) {
        Some([token]) => token,
        None => crate::sampling::greedy(logits),
    }
}

/// `sampling::sample_top_p`
pub fn sample_top_p(logits: &Tensor, p: f64, temperature: f64) -> Result<Tensor, InvalidInput> {
    let settings = [("p", real(p)), ("temperature", real(temperature))];
    ask_fallible("sample_top_p", &[("logits", logits)], &settings)
        .unwrap_or_else(|| crate::sampling::sample_top_p(logits, p, temperature))
}

/// `graph::adjacency_matrix`
pub fn adjacency_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor {
    match ask(
        "adjacency_matrix",
        &[
            ("edge_index", edge_index),
            ("num_nodes", &integer(num_nodes)),
            ("like", &like(kind, device)),
        ],
    ) {
        Some([matrix]) => matrix.to_device(device),
        None => crate::graph::adjacency_matrix(edge_index, num_nodes, kind, device),
    }
}

/// `graph::degree_matrix`
pub fn degree_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor {
    match ask(
        "degree_matrix",
        &[
            ("edge_index", edge_index),
            ("num_nodes", &integer(num_nodes)),
            ("like", &like(kind, device)),
        ],
    ) {
        Some([matrix]) => matrix.to_device(device),
        None => crate::graph::degree_matrix(edge_index, num_nodes, kind, device),
    }
}

/// `graph::inverted_degree_matrix`
pub fn inverted_degree_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor {
    match ask(
        "inverted_degree_matrix",
        &[
            ("edge_index", edge_index),
            ("num_nodes", &integer(num_nodes)),
            ("like", &like(kind, device)),
        ],
    ) {
        Some([matrix]) => matrix.to_device(device),
        None => crate::graph::inverted_degree_matrix(edge_index, num_nodes, kind, device),
    }
}
