//! Where one task uses another: call it through this module.
//!
//! Each function here forwards to yours. While a larger task is graded and one of its parts is known to be wrong,
//! the grader answers for that part instead, so that one mistake costs its own task only. A larger task that calls
//! `crate::attention::...` directly works as well, but then a mistake in the part is felt in both.
//!
//! This file is given. It is put in place again whenever a submission is graded, so a change here has no effect.

use std::sync::OnceLock;

use tch::{Kind, Tensor};

use crate::types::InvalidInput;

// assignment:begin gt-cs7643-ps3
use crate::sequence_types::{
    EmbeddingWeights, EncoderDecoderWeights, HiddenCache, Role, SelfAttentionWeights, SequenceConfig,
    SequenceTransformerWeights,
};
// assignment:end

// assignment:begin uva-dl1-a2
use tch::Device;

use crate::types::{
    AttentionConfig, AttentionWeights, BlockConfig, BlockWeights, ConvNetWeights, GptConfig, GptWeights, Padding,
};
// assignment:end

/// The arguments of a part by name.
pub type Arguments = Vec<(&'static str, Tensor)>;

/// Answers for a part: its name and what makes its arguments in, its outputs out, or `None` where the part is not
/// replaced. The arguments are made only where it is, so that parts cost nothing otherwise.
pub type Substitute = Box<dyn Fn(&str, &dyn Fn() -> Arguments) -> Option<Vec<Tensor>> + Send + Sync>;

static SUBSTITUTE: OnceLock<Substitute> = OnceLock::new();

/// Called once by the grader before anything else.
pub fn install(substitute: Substitute) {
    // A second call changes nothing: the first one is the grader's.
    let _ = SUBSTITUTE.set(substitute);
}

/// Asks the grader for `N` outputs of a part. `None` where it leaves the part to you.
fn ask<const N: usize>(part: &str, arguments: &dyn Fn() -> Arguments) -> Option<[Tensor; N]> {
    let outputs = SUBSTITUTE.get()?(part, arguments)?;
    <[Tensor; N]>::try_from(outputs).ok()
}

/// Asks the grader for the only output of a part that may refuse its arguments: a refusal has no output.
fn ask_fallible(part: &str, arguments: &dyn Fn() -> Arguments) -> Option<Result<Tensor, InvalidInput>> {
    let output = SUBSTITUTE.get()?(part, arguments)?.pop();
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

// assignment:begin uva-dl1-a2
/// The settings of an attention layer as the grader receives them.
fn attention_settings(config: &AttentionConfig) -> Arguments {
    vec![
        ("heads", integer(config.heads)),
        ("block_size", integer(config.block_size)),
        ("rotary", flag(config.rotary)),
        ("attention_dropout", real(config.attention_dropout)),
        ("residual_dropout", real(config.residual_dropout)),
    ]
}

/// The settings of a block as the grader receives them.
fn block_settings(config: &BlockConfig) -> Arguments {
    let mut settings = attention_settings(&config.attention);
    settings.push(("epsilon", real(config.epsilon)));
    settings
}

/// The settings of a GPT as the grader receives them.
fn gpt_settings(config: &GptConfig) -> Arguments {
    let mut settings = block_settings(&config.block);
    settings.push(("embedding_dropout", real(config.embedding_dropout)));
    settings
}
// assignment:end

/// Tensors as the grader receives them.
fn named_arguments(named: Vec<(&'static str, &Tensor)>) -> Arguments {
    named
        .into_iter()
        .map(|(name, tensor)| (name, tensor.shallow_clone()))
        .collect()
}

// assignment:begin uva-dl1-a2
/// What a graph matrix depends on, as the grader receives it: of `like` only the dtype and the device mean something.
fn graph_arguments(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Arguments {
    vec![
        ("edge_index", edge_index.shallow_clone()),
        ("num_nodes", integer(num_nodes)),
        ("like", Tensor::from(0_i64).to_kind(kind).to_device(device)),
    ]
}

/// `attention::causal_mask`
pub fn causal_mask(length: i64, device: Device) -> Tensor {
    match ask("causal_mask", &|| vec![("length", integer(length))]) {
        Some([mask]) => mask.to_device(device),
        None => crate::attention::causal_mask(length, device),
    }
}

/// `attention::split_heads`
pub fn split_heads(input: &Tensor, heads: i64) -> Tensor {
    let arguments = || vec![("input", input.shallow_clone()), ("heads", integer(heads))];
    match ask("split_heads", &arguments) {
        Some([output]) => output,
        None => crate::attention::split_heads(input, heads),
    }
}

/// `attention::merge_heads`
pub fn merge_heads(input: &Tensor) -> Tensor {
    match ask("merge_heads", &|| vec![("input", input.shallow_clone())]) {
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
    let arguments = || {
        let mut arguments = named_arguments(vec![("query", query), ("key", key), ("value", value)]);
        arguments.extend(mask.map(|mask| ("mask", mask.shallow_clone())));
        arguments
    };
    match ask("scaled_dot_product_attention", &arguments) {
        Some([output, weights]) => (output, weights),
        None => crate::attention::scaled_dot_product_attention(query, key, value, mask),
    }
}

/// `rotary::rotary_embedding`
pub fn rotary_embedding(query: &Tensor, key: &Tensor, start: i64) -> (Tensor, Tensor) {
    let arguments = || {
        vec![
            ("query", query.shallow_clone()),
            ("key", key.shallow_clone()),
            ("start", integer(start)),
        ]
    };
    match ask("rotary_embedding", &arguments) {
        Some([query, key]) => (query, key),
        None => crate::rotary::rotary_embedding(query, key, start),
    }
}

/// `attention::causal_self_attention`
pub fn causal_self_attention(
    input: &Tensor,
    weights: &AttentionWeights,
    config: &AttentionConfig,
    train: bool,
) -> Result<Tensor, InvalidInput> {
    let arguments = || {
        let mut arguments = named_arguments(weights.named());
        arguments.extend(attention_settings(config));
        arguments.extend([("input", input.shallow_clone()), ("train", flag(train))]);
        arguments
    };
    ask_fallible("causal_self_attention", &arguments)
        .unwrap_or_else(|| crate::attention::causal_self_attention(input, weights, config, train))
}

/// `normalization::rms_norm`
pub fn rms_norm(input: &Tensor, weight: &Tensor, epsilon: f64) -> Tensor {
    let arguments = || {
        vec![
            ("input", input.shallow_clone()),
            ("weight", weight.shallow_clone()),
            ("epsilon", real(epsilon)),
        ]
    };
    match ask("rms_norm", &arguments) {
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
    let arguments = || {
        let mut arguments = named_arguments(weights.named());
        arguments.extend(block_settings(config));
        arguments.extend([("input", input.shallow_clone()), ("train", flag(train))]);
        arguments
    };
    ask_fallible("decoder_block", &arguments)
        .unwrap_or_else(|| crate::transformer::decoder_block(input, weights, config, train))
}

/// `transformer::gpt_forward`
pub fn gpt_forward(
    tokens: &Tensor,
    weights: &GptWeights,
    config: &GptConfig,
    train: bool,
) -> Result<Tensor, InvalidInput> {
    let arguments = || {
        let mut arguments = weights.named();
        arguments.extend(gpt_settings(config));
        arguments.extend([("tokens", tokens.shallow_clone()), ("train", flag(train))]);
        arguments
    };
    ask_fallible("gpt_forward", &arguments)
        .unwrap_or_else(|| crate::transformer::gpt_forward(tokens, weights, config, train))
}

/// `sampling::greedy`
pub fn greedy(logits: &Tensor) -> Tensor {
    match ask("greedy", &|| vec![("logits", logits.shallow_clone())]) {
        Some([token]) => token,
        None => crate::sampling::greedy(logits),
    }
}

/// `sampling::nucleus`
pub fn nucleus(probabilities: &Tensor, p: f64) -> Tensor {
    let arguments = || vec![("probabilities", probabilities.shallow_clone()), ("p", real(p))];
    match ask("nucleus", &arguments) {
        Some([output]) => output,
        None => crate::sampling::nucleus(probabilities, p),
    }
}

/// `sampling::sample_top_p`
pub fn sample_top_p(logits: &Tensor, p: f64, temperature: f64) -> Result<Tensor, InvalidInput> {
    let arguments = || {
        vec![
            ("logits", logits.shallow_clone()),
            ("p", real(p)),
            ("temperature", real(temperature)),
        ]
    };
    ask_fallible("sample_top_p", &arguments).unwrap_or_else(|| crate::sampling::sample_top_p(logits, p, temperature))
}

/// `graph::adjacency_matrix`
pub fn adjacency_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor {
    match ask("adjacency_matrix", &|| {
        graph_arguments(edge_index, num_nodes, kind, device)
    }) {
        Some([matrix]) => matrix.to_device(device),
        None => crate::graph::adjacency_matrix(edge_index, num_nodes, kind, device),
    }
}

/// `graph::degree_matrix`
pub fn degree_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor {
    match ask("degree_matrix", &|| {
        graph_arguments(edge_index, num_nodes, kind, device)
    }) {
        Some([matrix]) => matrix.to_device(device),
        None => crate::graph::degree_matrix(edge_index, num_nodes, kind, device),
    }
}

/// `graph::inverted_degree_matrix`
pub fn inverted_degree_matrix(edge_index: &Tensor, num_nodes: i64, kind: Kind, device: Device) -> Tensor {
    match ask("inverted_degree_matrix", &|| {
        graph_arguments(edge_index, num_nodes, kind, device)
    }) {
        Some([matrix]) => matrix.to_device(device),
        None => crate::graph::inverted_degree_matrix(edge_index, num_nodes, kind, device),
    }
}

/// `conv_net::conv_net`
pub fn conv_net(images: &Tensor, weights: &ConvNetWeights, padding: Padding) -> Tensor {
    let arguments = || {
        let (number, amount) = padding.numbered();
        let mut arguments = weights.named();
        arguments.extend([
            ("images", images.shallow_clone()),
            ("padding", integer(number)),
            ("amount", integer(amount)),
        ]);
        arguments
    };
    match ask("conv_net", &arguments) {
        Some([scores]) => scores,
        None => crate::conv_net::conv_net(images, weights, padding),
    }
}
// assignment:end

// assignment:begin gt-cs7643-ps3
/// The settings of a transformer as the grader receives them.
fn sequence_settings(config: &SequenceConfig) -> Arguments {
    vec![("heads", integer(config.heads)), ("epsilon", real(config.epsilon))]
}

/// `sequence_embedding::embedding`
pub fn embedding(tokens: &Tensor, weights: &EmbeddingWeights) -> Result<Tensor, InvalidInput> {
    let arguments = || {
        vec![
            ("tokens", tokens.shallow_clone()),
            ("token_embedding", weights.token_embedding.shallow_clone()),
            ("position_embedding", weights.position_embedding.shallow_clone()),
        ]
    };
    ask_fallible("embedding", &arguments).unwrap_or_else(|| crate::sequence_embedding::embedding(tokens, weights))
}

/// `sequence_masks::encoder_mask`
pub fn encoder_mask(num_tokens: &Tensor, length: i64) -> Tensor {
    let arguments = || vec![("num_tokens", num_tokens.shallow_clone()), ("length", integer(length))];
    match ask("encoder_mask", &arguments) {
        Some([mask]) => mask,
        None => crate::sequence_masks::encoder_mask(num_tokens, length),
    }
}

/// `sequence_masks::decoder_mask`
pub fn decoder_mask(num_tokens: &Tensor, length: i64) -> Tensor {
    let arguments = || vec![("num_tokens", num_tokens.shallow_clone()), ("length", integer(length))];
    match ask("decoder_mask", &arguments) {
        Some([mask]) => mask,
        None => crate::sequence_masks::decoder_mask(num_tokens, length),
    }
}

/// `sequence_attention::generic_self_attention`
pub fn generic_self_attention(input: &Tensor, mask: &Tensor, weights: &SelfAttentionWeights, heads: i64) -> Tensor {
    let arguments = || {
        let mut arguments = named_arguments(weights.named());
        arguments.extend([
            ("input", input.shallow_clone()),
            ("mask", mask.shallow_clone()),
            ("heads", integer(heads)),
        ]);
        arguments
    };
    match ask("generic_self_attention", &arguments) {
        Some([output]) => output,
        None => crate::sequence_attention::generic_self_attention(input, mask, weights, heads),
    }
}

/// `sequence_transformer::generic_transformer`
pub fn generic_transformer(
    tokens: &Tensor,
    weights: &SequenceTransformerWeights,
    config: &SequenceConfig,
    role: Role,
    cache: Option<&HiddenCache>,
) -> Result<Tensor, InvalidInput> {
    let arguments = || {
        let mut arguments = weights.named();
        arguments.extend(sequence_settings(config));
        arguments.extend([
            ("tokens", tokens.shallow_clone()),
            ("decoder", flag(role == Role::Decoder)),
        ]);
        if let Some(cache) = cache {
            arguments.extend([
                ("cache", cache.hidden.shallow_clone()),
                ("cache_tokens", cache.num_tokens.shallow_clone()),
            ]);
        }
        arguments
    };
    ask_fallible("generic_transformer", &arguments)
        .unwrap_or_else(|| crate::sequence_transformer::generic_transformer(tokens, weights, config, role, cache))
}

/// `encoder_decoder::encoder_decoder`
pub fn encoder_decoder(
    source: &Tensor,
    target: &Tensor,
    weights: &EncoderDecoderWeights,
    config: &SequenceConfig,
) -> Result<Tensor, InvalidInput> {
    let arguments = || {
        let mut arguments = weights.named();
        arguments.extend(sequence_settings(config));
        arguments.extend([("source", source.shallow_clone()), ("target", target.shallow_clone())]);
        arguments
    };
    ask_fallible("encoder_decoder", &arguments)
        .unwrap_or_else(|| crate::encoder_decoder::encoder_decoder(source, target, weights, config))
}
// assignment:end
